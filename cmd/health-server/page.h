/* The page at /: page.html, which the Makefile makes an array of. */
#ifndef HEALTH_SERVER_PAGE_H
#define HEALTH_SERVER_PAGE_H

#include <stddef.h>

extern const unsigned char page_html[];
extern const size_t page_html_len;

#define POLICY_MAX 512

/*
 * The page's Content-Security-Policy: its own style and script, named by their
 * hashes, requests to this server, and nothing else.
 */
void page_policy(char out[POLICY_MAX]);

#endif
