#include "notion/origin.h"

#include <stdlib.h>
#include <string.h>

#include "notion/client.h"
#include "util/alloc.h"

/* Where the key is sent, and which key: pages are seen through both. */
static char *connection(const struct settings *s)
{
	char mark[NOTION_KEY_MARK_SIZE];

	notion_key_mark(s, mark);
	return xasprintf("%s %s", s->notion_url, mark);
}

/* With the names of its properties, as far as they are not the usual ones. */
static char *database(const struct settings *s)
{
	const struct field_names *n = &s->names;
	const char *const more[] = { n->paused, n->link, n->link_template };
	struct buf text = BUF_INIT(65536);
	json *own = own_properties(n);

	buf_addf(&text, "%s %s", s->notion_database, s->notion_data_source);
	if (own) {
		buf_addc(&text, ' ');
		json_print(own, &text);
	}
	for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
		if (more[i])
			buf_addf(&text, " %zu:%s", i, more[i]);
	json_free(own);
	return buf_take(&text);
}

static bool has(const json *from, const char *key, char *take_wanted)
{
	const char *is = json_str(from, key);
	bool same = is && strcmp(is, take_wanted) == 0;

	free(take_wanted);
	return same;
}

void notion_origin_put(json *to, const struct settings *s)
{
	char *with = connection(s), *of = database(s);

	json_put_str(to, "connection", with);
	json_put_str(to, "database", of);
	free(with);
	free(of);
}

bool notion_origin_has_connection(const json *from, const struct settings *s)
{
	return has(from, "connection", connection(s));
}

bool notion_origin_has_database(const json *from, const struct settings *s)
{
	return has(from, "database", database(s));
}
