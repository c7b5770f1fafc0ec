/* The page at /: page.html, which the Makefile turns into an array. */
#ifndef HEALTH_SERVER_PAGE_H
#define HEALTH_SERVER_PAGE_H

#include "util/buf.h"

extern const unsigned char page_html[];
extern const size_t page_html_len;

/*
 * The page can bring documents with it, so that a browser need not ask for them
 * before there is something to see: JSON, which the script finds by name.
 * -1 where the buffer can't take it whole.
 */
int page_add(
	struct buf *documents, const char *name, const char *text, size_t len);
void page_print(struct buf *out, const struct buf *documents);

#define PAGE_TYPE "text/html; charset=utf-8"
#define POLICY_MAX 512

/*
 * The page's Content-Security-Policy: allows its own style and script, by their
 * hashes, and requests to this server, nothing else.
 */
void page_policy(char out[POLICY_MAX]);

#endif
