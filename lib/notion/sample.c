#include <stdlib.h>

#include "notion/page.h"
#include "notion/split.h"
#include "sync/problem.h"
#include "util/alloc.h"

static char *title_of(const json *page)
{
	const json *p = json_first(json_get(page, "properties"));
	struct buf text = BUF_INIT(65536);

	while (p && !json_is_array(json_get(p, "title")))
		p = json_next(p);
	for (const json *r = json_first(json_get(p, "title")); r;
		r = json_next(r))
		if (json_str(r, "plain_text") &&
			buf_adds(&text, json_str(r, "plain_text")) < 0)
			break;
	return text.len ? buf_take(&text) : (buf_fini(&text), NULL);
}

void sample_add(
	struct sample *s, const json *page, const struct notion_schema *schema)
{
	struct sample_page p = { .edited = USEC_NONE };
	const char *edited = json_str(page, "last_edited_time");
	struct notion_page parsed;
	struct problem ignored;

	if (uuid_normalize(json_str(page, "id"), p.id) < 0)
		return;
	if (edited)
		time_parse(edited, &p.edited);
	p.title = title_of(page);
	if (schema && notion_page_parse(&parsed, page, schema, &ignored) == 0) {
		p.type = xstrdup(parsed.type);
		p.date = xstrdup(parsed.date);
		p.synced = parsed.synced;
		notion_page_fini(&parsed);
	}
	s->pages = grow(s->pages, s->n, &s->cap, sizeof *s->pages);
	s->pages[s->n++] = p;
}

void sample_clear(struct sample *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->pages[i].title);
		free(s->pages[i].type);
		free(s->pages[i].date);
	}
	free(s->pages);
	*s = (struct sample){ 0 };
}
