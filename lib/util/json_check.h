/*
 * The grammar of RFC 8259, checked byte by byte, and everything else that
 * util/json.h refuses in a text. Only util/json.c uses it, before it passes the
 * text to cJSON.
 */
#ifndef UTIL_JSON_CHECK_H
#define UTIL_JSON_CHECK_H

#include <stddef.h>

#include "util/buf.h"
#include "util/error.h"
#include "util/json.h"

/* The only key of an object that stands for a string that can't be held. */
#define JSON_MARK "unreadable"

/*
 * 0 where the text is accepted; `marked` is then empty, or holds the text with
 * its unreadable strings marked, and is the caller's to free. -1 with e filled.
 */
int json_check(const char *text, size_t len, enum json_flags flags,
	struct buf *marked, struct error *e);

/* The reason that a mark gives; NULL where s is not one of them. */
const char *json_check_reason(const char *s);

#endif
