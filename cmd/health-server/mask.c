/* glibc has realpath() only with this: it is POSIX, but was of X/Open first. */
#define _XOPEN_SOURCE 700
#include "mask.h"

#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/text.h"

#define ENDS " \t\n\"'`)<>,;:]" /* of a path in a text */
#define FOLDERS 12
#define TEXT_MAX ((size_t)1 << 20)

static bool starts_path(const char *text, const char *at)
{
	static const char before[] = " \t\n\"'`(=[,;:";

	if (*at != '/' || at[1] == '/' || at[1] == '\0')
		return false;
	if (strncmp(at, "/v1/", 4) == 0 || strncmp(at, "/rest/", 6) == 0)
		return false;
	return at == text || strchr(before, at[-1]);
}

static struct {
	char *path;
	size_t len;
} known[FOLDERS];

static void know(size_t i, char *take_path)
{
	size_t len = take_path ? strlen(take_path) : 0;

	while (len > 1 && take_path[len - 1] == '/')
		len--;
	free(known[i].path);
	known[i].path = take_path;
	known[i].len = len > 1 && *take_path == '/' ? len : 0;
}

void mask_folders(const char *const *folders, size_t n)
{
	for (size_t i = 0; i < n && 2 * i + 1 < FOLDERS; i++) {
		/* As it is written, and without links. */
		know(2 * i, folders[i] ? xstrdup(folders[i]) : NULL);
		know(2 * i + 1, folders[i] ? realpath(folders[i], NULL) : NULL);
	}
}

/* How long the longest known folder is with which this path begins. */
static size_t known_length(const char *s)
{
	size_t longest = 0;

	for (size_t i = 0; i < FOLDERS; i++)
		if (known[i].len > longest &&
			strncmp(s, known[i].path, known[i].len) == 0 &&
			strchr(ENDS "/", s[known[i].len]))
			longest = known[i].len;
	return longest;
}

static size_t path_length(const char *s)
{
	size_t n = known_length(s);

	return n + strcspn(s + n, ENDS);
}

char *mask_paths(const char *text)
{
	struct buf out = BUF_INIT(TEXT_MAX);

	if (!text)
		return NULL;
	for (const char *at = text; *at;) {
		size_t n, name = 0;

		if (!starts_path(text, at)) {
			buf_addc(&out, *at++);
			continue;
		}
		n = path_length(at);
		for (size_t i = 0; i + 1 < n; i++)
			if (at[i] == '/')
				name = i;
		if (name)
			buf_adds(&out, "…");
		buf_add(&out, at + name, n - name);
		at += n;
	}
	return out.data ? buf_take(&out) : xstrdup("");
}

char *repair_text(const char *text, size_t len)
{
	struct buf out = BUF_INIT(3 * len + 1);

	while (len) {
		size_t n = *text ? utf8_char_len(text, len) : 0;

		if (n)
			buf_add(&out, text, n);
		else
			buf_adds(&out, "\xEF\xBF\xBD");
		text += n ? n : 1;
		len -= n ? n : 1;
	}
	return buf_take(&out);
}

static json *masked(const json *v)
{
	char *text = mask_paths(json_text(v));
	json *copy = json_string(text);

	free(text);
	return copy;
}

void mask_member(json *obj, const char *key)
{
	const json *v = json_get(obj, key);
	json *array;

	if (json_is_string(v)) {
		json_put(obj, key, masked(v)); /* v is gone */
		return;
	}
	if (!json_is_array(v))
		return;
	array = json_array();
	for (const json *m = json_first(v); m; m = json_next(m))
		json_add(array, json_is_string(m) ? masked(m) : json_copy(m));
	json_put(obj, key, array);
}
