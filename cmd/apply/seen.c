#include "seen.h"

#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/text.h"

static size_t size_of(const char *s)
{
	return s ? strlen(s) + 1 : 0;
}

/* Copies s to *at, which moves on past it. */
static const char *keep(char **at, const char *s)
{
	size_t n = size_of(s);
	char *to = *at;

	if (!s)
		return NULL;
	*at += n;
	return memcpy(to, s, n);
}

static struct seen *make(
	const struct held *held, const char *link, const char *stored)
{
	size_t n = size_of(link) + size_of(stored);
	struct seen *s;
	char *at;

	for (enum field f = 0; f < FIELDS; f++)
		n += size_of(held->is.value[f]);
	s = xmalloc(sizeof *s + n);
	at = s->texts;
	*s = (struct seen){ .held.deleted = held->deleted,
		.knows_stored = true };
	for (enum field f = 0; f < FIELDS; f++)
		s->held.is.value[f] = keep(&at, held->is.value[f]);
	s->link = keep(&at, link);
	s->stored = keep(&at, stored);
	return s;
}

struct seen *seen_row(const struct supabase_row *row)
{
	const struct held held = { supabase_row_decision(row), row->deleted };

	return make(&held, *row->page_id ? row->page_id : NULL, row->checksum);
}

struct seen *seen_page(const struct notion_page *page)
{
	const struct held held = { notion_page_decision(page), page->in_trash };

	return make(&held, NULL, page->checksum);
}

struct seen *seen_parse(const json *object)
{
	struct held held;
	struct seen *s;

	if (!json_is_object(object))
		return NULL;
	/* What can't be read there is in no half, so it is met by none. */
	held_parse(&held, object);
	s = make(&held, json_str(object, "link"),
		json_str(object, "stored_checksum"));
	s->knows_stored = json_get(object, "stored_checksum") != NULL;
	return s;
}

struct seen *seen_copy(const struct seen *s)
{
	return make(&s->held, s->link, s->stored);
}

struct seen *seen_with_sum(struct seen *take, const char *sum)
{
	struct seen *s = make(&take->held, take->link, sum);

	free(take);
	return s;
}

/* What is not a checksum counts as none, as in normalize. */
static const char *sum_of(const char *stored)
{
	return stored && checksum_is_valid(stored) ? stored : NULL;
}

static bool has_sum(const char *stored, const struct seen *seen)
{
	return !seen->knows_stored ||
	       text_same(sum_of(stored), sum_of(seen->stored));
}

bool row_is_as_seen(const struct supabase_row *row, const struct seen *seen)
{
	const struct decision is = supabase_row_decision(row);

	return !decision_changes(&is, &seen->held.is) &&
	       text_same(row->page_id, seen->link) &&
	       has_sum(row->checksum, seen) &&
	       row->deleted == seen->held.deleted;
}

bool page_is_as_seen(const struct notion_page *page, const struct seen *seen)
{
	const struct decision is = notion_page_decision(page);

	return !decision_changes(&is, &seen->held.is) &&
	       has_sum(page->checksum, seen) &&
	       page->in_trash == seen->held.deleted;
}
