/* The page at /: page.html, which the Makefile turns into an array. */
#ifndef HEALTH_SERVER_PAGE_H
#define HEALTH_SERVER_PAGE_H

#include <stddef.h>

extern const unsigned char page_html[];
extern const size_t page_html_len;

#define POLICY_MAX 512

/*
 * The page's Content-Security-Policy: allows its own style and script, by their
 * hashes, and requests to this server, nothing else.
 */
void page_policy(char out[POLICY_MAX]);

#endif
