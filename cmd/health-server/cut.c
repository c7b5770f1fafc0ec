#include "cut.h"

#include <string.h>

#include "util/text.h"

#define MARK "… [cut]"
#define MARK_LEN (sizeof MARK - 1)

/*
 * The longest prefix of s of at most `most` bytes that ends between characters.
 */
static size_t whole_prefix(const char *s, size_t most)
{
	size_t n = 0, next;

	while ((next = utf8_char_len(s + n, most - n)) > 0)
		n += next;
	return n;
}

static json *cut_text(const char *s, size_t most)
{
	size_t len = strlen(s);
	struct buf out = BUF_INIT(most + MARK_LEN);
	json *v;

	/* A text that was already cut to this length is left unchanged. */
	if (len <= most + MARK_LEN)
		return json_string(s);
	buf_add(&out, s, whole_prefix(s, most));
	buf_adds(&out, MARK);
	v = json_string(buf_str(&out));
	buf_fini(&out);
	return v;
}

json *cut_copy(const json *v, size_t most)
{
	bool is_object = json_is_object(v);
	json *copy;

	if (json_is_string(v))
		return cut_text(json_text(v), most);
	if (!is_object && !json_is_array(v))
		return json_copy(v);
	copy = is_object ? json_object() : json_array();
	for (const json *m = json_first(v); m; m = json_next(m)) {
		if (is_object)
			json_put(copy, json_key(m), cut_copy(m, most));
		else
			json_add(copy, cut_copy(m, most));
	}
	return copy;
}

void cut_member(json *obj, const char *key, size_t most)
{
	const json *v = json_get(obj, key);

	if (v)
		json_put(obj, key, cut_copy(v, most)); /* v is freed */
}
