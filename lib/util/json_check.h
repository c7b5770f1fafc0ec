/*
 * The grammar of RFC 8259, byte by byte, and what else util/json.h refuses in a
 * text; util/json.c alone uses it, before it gives the text to cJSON.
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
 * 0 where the text is taken; `marked` is then empty, or has the text with its
 * unreadable strings marked, and is the caller's to free. -1 with e filled.
 */
int json_check(const char *text, size_t len, enum json_flags flags,
	struct buf *marked, struct error *e);

/* The reason that a mark gives, NULL where s is none of them. */
const char *json_check_reason(const char *s);

#endif
