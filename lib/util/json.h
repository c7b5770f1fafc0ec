/*
 * The strict JSON guard: the only way to cJSON.
 *
 * On its own, cJSON 1.7.15 cuts "a\u0000b" to "a", changes numbers beyond 15
 * digits, keeps repeated keys, accepts invalid UTF-8 and trailing text, and
 * ignores the case of keys. So a text is first checked here against RFC 8259
 * byte by byte, and only then given to cJSON. It refuses anything that is not
 * one whole JSON value, repeated keys, keys that can't be read, numbers with
 * more than 15 significant digits or out of a double's range, nesting beyond
 * JSON_DEPTH_MAX, and more than JSON_VALUES_MAX values: a value of three bytes
 * of text takes about a hundred in memory, so with a limit on bytes alone 64
 * MiB could become gigabytes. A refused text costs no memory beyond the text
 * itself.
 *
 * A string value that C and PostgreSQL can't hold (U+0000, a lone surrogate
 * escape, bytes that are not UTF-8) makes the whole text an error, or, with
 * JSON_MARK_UNREADABLE, becomes the object {"unreadable":"<why>"}: a caller
 * that expects a string there finds none and can report that one record, while
 * the others go on. The string is never cut and never replaced silently.
 *
 * Only the json*.c of this room call cJSON.
 *
 * Threads: cJSON is thread-safe as long as cJSON_GetErrorPtr() is never called
 * (its README, "Thread Safety"), and it never is.
 *
 * Ownership: json_free() frees a whole tree. What a getter returns belongs to
 * the tree. An argument called take_… belongs to the tree afterwards.
 */
#ifndef UTIL_JSON_H
#define UTIL_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/error.h"

typedef struct cJSON json;

#define JSON_DEPTH_MAX 100
#define JSON_VALUES_MAX 1000000 /* no genuine answer has a tenth of that */

/*
 * For a filter with one thread, before its first value: values take their
 * memory from a pool that is kept to the end of the program, which costs less
 * than malloc().
 */
void json_use_pool(void);

enum json_flags {
	JSON_STRICT = 0,
	JSON_MARK_UNREADABLE = 1,
};

/* NULL with e filled (RC_STREAM, "byte N: reason") where text is refused. */
json *json_parse(
	const char *text, size_t len, enum json_flags flags, struct error *e);
void json_free(json *v);

/* All of these take NULL for "nothing there" and answer false, 0 or NULL. */
bool json_is_object(const json *v);
bool json_is_array(const json *v);
bool json_is_string(const json *v);
bool json_is_bool(const json *v);
bool json_is_null(const json *v); /* null or absent */
/* The reason where v is a marked unreadable string, else NULL. */
const char *json_unreadable(const json *v);

const char *json_key(const json *member); /* of a member of an object */
const char *json_text(const json *v);	  /* of a string, else NULL */
bool json_is_true(const json *v);
/* Whole numbers up to 2^53; -1 where v is not one. */
int json_whole(const json *v, int64_t *out);

/*
 * The member called exactly `key`; NULL where obj is not an object or has none.
 */
json *json_get(const json *obj, const char *key);
/* json_text(json_get(obj, key)) and so on: what most callers want. */
const char *json_str(const json *obj, const char *key);
bool json_true(const json *obj, const char *key);

/* Walking: for (v = json_first(a); v; v = json_next(v)), arrays and objects. */
json *json_first(const json *container);
json *json_next(const json *v);
size_t json_count(const json *container);

json *json_object(void);
json *json_array(void);
json *json_string(const char *s); /* null for NULL */
json *json_bool(bool b);
json *json_number(int64_t n); /* |n| < 10^15: what json_parse() takes */
json *json_copy(const json *v);

/*
 * Sets obj[key], in place where the key exists, else at the end; returns the
 * value that was put in.
 */
json *json_put(json *obj, const char *key, json *take_value);
void json_put_str(json *obj, const char *key, const char *s); /* NULL: null */
void json_put_bool(json *obj, const char *key, bool b);
void json_put_int(json *obj, const char *key, int64_t n);
json *json_add(json *array, json *take_value);
void json_remove(json *obj, const char *key);
/* Takes the member out of the tree; the caller owns it. NULL: absent. */
json *json_detach(json *obj, const char *key);
/* The same with the first element of an array; NULL: none left. */
json *json_take_first(json *array);

/* Deep equality; the order of keys doesn't count, that of elements does. */
bool json_equal(const json *a, const json *b);

/* One line, no white space. -1 where the buffer's maximum is passed. */
int json_print(const json *v, struct buf *out);

#endif
