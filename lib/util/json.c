#include "util/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "util/alloc.h"
#include "util/json_check.h"

/* An object with more keys has them sorted to find a repeated one. */
#define FEW_KEYS 24
#define WHOLE_MAX 9007199254740992LL /* 2^53 */

/* cJSON's own functions are called through a table, once for each value. */
static bool is_of(const json *v, int type)
{
	return v && (v->type & 0xFF) == type;
}

/* Most keys differ in the first letter, so that strcmp() needn't be called. */
static bool is_key(const char *a, const char *b)
{
	return *a == *b && strcmp(a, b) == 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The keys in their order, for an object with more than a few of them. */
static const char *repeated_of_many(const json *obj)
{
	size_t n = json_count(obj), i = 0;
	const char **keys = xmalloc(n * sizeof *keys), *found = NULL;

	for (const json *m = obj->child; m; m = m->next)
		keys[i++] = m->string;
	qsort(keys, n, sizeof *keys, by_text);
	for (i = 1; i < n && !found; i++)
		if (strcmp(keys[i - 1], keys[i]) == 0)
			found = keys[i];
	free(keys);
	return found;
}

static const char *repeated_key_here(const json *obj)
{
	const char *keys[FEW_KEYS];
	size_t n = 0;

	for (const json *m = obj->child; m; m = m->next) {
		if (n == FEW_KEYS)
			return repeated_of_many(obj);
		for (size_t i = 0; i < n; i++)
			if (is_key(keys[i], m->string))
				return m->string;
		keys[n++] = m->string;
	}
	return NULL;
}

static const char *repeated_key(const json *v)
{
	const char *found = NULL;

	if (is_of(v, cJSON_Object))
		found = repeated_key_here(v);
	for (const json *m = v->child; m && !found; m = m->next)
		found = repeated_key(m);
	return found;
}

json *json_parse(
	const char *text, size_t len, enum json_flags flags, struct error *e)
{
	struct buf marked;
	const char *twice;
	json *v;

	if (json_check(text, len, flags, &marked, e) < 0)
		return NULL;
	if (marked.len)
		v = cJSON_ParseWithLengthOpts(
			marked.data, marked.len, NULL, false);
	else
		v = cJSON_ParseWithLengthOpts(text, len, NULL, false);
	buf_fini(&marked);
	if (!v) {
		fail(e, RC_STREAM, "not JSON");
		return NULL;
	}
	twice = repeated_key(v);
	if (twice) {
		fail(e, RC_STREAM, "the key \"%.100s\" is repeated", twice);
		cJSON_Delete(v);
		return NULL;
	}
	return v;
}

void json_free(json *v)
{
	cJSON_Delete(v);
}

bool json_is_object(const json *v)
{
	return is_of(v, cJSON_Object);
}

bool json_is_array(const json *v)
{
	return is_of(v, cJSON_Array);
}

bool json_is_string(const json *v)
{
	return is_of(v, cJSON_String);
}

bool json_is_bool(const json *v)
{
	return is_of(v, cJSON_True) || is_of(v, cJSON_False);
}

bool json_is_null(const json *v)
{
	return !v || is_of(v, cJSON_NULL);
}

const char *json_unreadable(const json *v)
{
	if (!json_is_object(v) || json_count(v) != 1)
		return NULL;
	return json_check_reason(json_str(v, JSON_MARK));
}

const char *json_key(const json *member)
{
	return member ? member->string : NULL;
}

const char *json_text(const json *v)
{
	return is_of(v, cJSON_String) ? v->valuestring : NULL;
}

bool json_is_true(const json *v)
{
	return is_of(v, cJSON_True);
}

int json_whole(const json *v, int64_t *out)
{
	if (!is_of(v, cJSON_Number) ||
		v->valuedouble != floor(v->valuedouble) ||
		fabs(v->valuedouble) > (double)WHOLE_MAX)
		return -1;
	*out = (int64_t)v->valuedouble;
	return 0;
}

json *json_get(const json *obj, const char *key)
{
	json *m = is_of(obj, cJSON_Object) ? obj->child : NULL;

	while (m && !is_key(m->string, key))
		m = m->next;
	return m;
}

const char *json_str(const json *obj, const char *key)
{
	return json_text(json_get(obj, key));
}

bool json_true(const json *obj, const char *key)
{
	return json_is_true(json_get(obj, key));
}

json *json_first(const json *container)
{
	return is_of(container, cJSON_Array) || is_of(container, cJSON_Object)
		       ? container->child
		       : NULL;
}

json *json_next(const json *v)
{
	return v ? v->next : NULL;
}

size_t json_count(const json *container)
{
	size_t n = 0;

	for (const json *v = json_first(container); v; v = v->next)
		n++;
	return n;
}

/* cJSON returns NULL only when memory is exhausted. */
static json *made(json *v)
{
	return xcheck(v);
}

json *json_object(void)
{
	return made(cJSON_CreateObject());
}

json *json_array(void)
{
	return made(cJSON_CreateArray());
}

json *json_string(const char *s)
{
	return made(s ? cJSON_CreateString(s) : cJSON_CreateNull());
}

json *json_bool(bool b)
{
	return made(cJSON_CreateBool(b));
}

json *json_number(int64_t n)
{
	return made(cJSON_CreateNumber((double)n));
}

json *json_copy(const json *v)
{
	return v ? made(cJSON_Duplicate(v, true)) : json_string(NULL);
}

json *json_put(json *obj, const char *key, json *take_value)
{
	if (json_get(obj, key))
		cJSON_ReplaceItemInObjectCaseSensitive(obj, key, take_value);
	else
		cJSON_AddItemToObject(obj, key, take_value);
	return take_value;
}

void json_put_str(json *obj, const char *key, const char *s)
{
	json_put(obj, key, json_string(s));
}

void json_put_bool(json *obj, const char *key, bool b)
{
	json_put(obj, key, json_bool(b));
}

void json_put_int(json *obj, const char *key, int64_t n)
{
	json_put(obj, key, json_number(n));
}

json *json_add(json *array, json *take_value)
{
	cJSON_AddItemToArray(array, take_value);
	return take_value;
}

void json_remove(json *obj, const char *key)
{
	cJSON_DeleteItemFromObjectCaseSensitive(obj, key);
}

json *json_detach(json *obj, const char *key)
{
	return cJSON_DetachItemFromObjectCaseSensitive(obj, key);
}

json *json_take_first(json *array)
{
	return cJSON_DetachItemFromArray(array, 0);
}

bool json_equal(const json *a, const json *b)
{
	return cJSON_Compare(a, b, true);
}
