#include "shown.h"

#include <string.h>

#include "cut.h"
#include "mask.h"

static void mask_messages(json *v)
{
	static const char *const keys[] = { "message", "reason", "why" };
	json *m;

	if (json_is_object(v))
		for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
			if (json_is_string(json_get(v, keys[i])))
				mask_member(v, keys[i]);
	for (m = json_first(v); m; m = json_next(m))
		mask_messages(m);
}

static json *shown(const json *v, size_t most)
{
	json *copy = cut_copy(v, most);

	mask_messages(copy);
	return copy;
}

json *shown_copy(const json *v)
{
	return shown(v, CUT_TEXT);
}

json *shown_fitted(const json *v, size_t most)
{
	static const size_t texts[] = { CUT_TEXT, 1000, 200 };
	json *copy = NULL;

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct buf text = BUF_INIT(most);
		int rc;

		json_free(copy);
		copy = shown(v, texts[i]);
		rc = json_print(copy, &text);
		buf_fini(&text);
		if (rc == 0)
			break;
	}
	return copy;
}
