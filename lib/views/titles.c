#include "views/titles.h"

#include <stdlib.h>
#include <string.h>

#include "sync/base.h"
#include "util/alloc.h"
#include "util/file.h"
#include "views/scan.h"

#define ID_LEN (UUID_SIZE - 1)

void titles_want(struct titles *t, const char *id)
{
	struct title one = { .text = NULL };

	if (!id || uuid_normalize(id, one.id) < 0)
		return;
	t->at = grow(t->at, t->n, &t->cap, sizeof *t->at);
	t->at[t->n++] = one;
}

static int by_id(const void *a, const void *b)
{
	return strcmp(
		((const struct title *)a)->id, ((const struct title *)b)->id);
}

/* The id may be longer: only its first ID_LEN characters count. */
static struct title *find(const struct titles *t, const char *id)
{
	struct title key = { 0 };

	if (!t->n)
		return NULL;
	memcpy(key.id, id, ID_LEN);
	key.id[ID_LEN] = '\0';
	return bsearch(&key, t->at, t->n, sizeof key, by_id);
}

/* Where the text of that member begins, if an id may fit there; else NULL. */
static const char *id_in(const char *text, size_t len, const char *member)
{
	size_t n = strlen(member);

	for (size_t i = 0; i + n + ID_LEN < len; i++)
		if (text[i] == member[0] && memcmp(text + i, member, n) == 0)
			return text + i + n;
	return NULL;
}

/* Most lines of a base are of other records. */
static bool may_be_wanted(void *arg, const char *text, size_t len)
{
	const char *row = id_in(text, len, "\"row_id\":\"");
	const char *page = id_in(text, len, "\"page_id\":\"");

	return (row && find(arg, row)) || (page && find(arg, page));
}

/* Where a text is cut, it is not within a character. */
static size_t whole_len(const char *text)
{
	size_t n = strlen(text);

	if (n <= TITLE_BYTES)
		return n;
	n = TITLE_BYTES;
	while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
		n--;
	return n;
}

static void give(struct titles *t, const char *id, const char *text)
{
	struct title *one = id && strlen(id) == ID_LEN ? find(t, id) : NULL;

	if (!one)
		return;
	free(one->text);
	one->text = xstrndup(text, whole_len(text));
}

/* A later line says what holds, as in the base itself. */
static void take_line(void *arg, const json *line)
{
	struct base_pair p;
	const char *text;

	if (base_pair_parse(&p, json_copy(line)) < 0)
		return;
	text = p.known ? p.held[SUPABASE].is.value[FIELD_DECISION] : NULL;
	if (text) {
		give(arg, p.row_id, text);
		give(arg, p.page_id, text);
	}
	json_free(p.line);
}

/* Each id once. */
static void sort(struct titles *t)
{
	size_t kept = 0;

	qsort(t->at, t->n, sizeof *t->at, by_id);
	for (size_t i = 0; i < t->n; i++)
		if (!kept || strcmp(t->at[kept - 1].id, t->at[i].id) != 0)
			t->at[kept++] = t->at[i];
	t->n = kept;
}

void titles_load(struct titles *t, const char *state_dir)
{
	const struct scan scan = { may_be_wanted, take_line, t };
	char *path, *journal;

	if (!t->n)
		return;
	sort(t);
	path = path_join(state_dir, "base.ndjson");
	journal = base_journal_path(path);
	scan_file(path, &scan);
	scan_file(journal, &scan);
	free(journal);
	free(path);
}

void titles_fini(struct titles *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->at[i].text);
	free(t->at);
	*t = (struct titles){ 0 };
}

const char *titles_find(
	const struct titles *t, const char *row_id, const char *page_id)
{
	const char *const ids[] = { row_id, page_id };

	for (int i = 0; i < 2; i++) {
		const struct title *one = ids[i] && strlen(ids[i]) == ID_LEN
						  ? find(t, ids[i])
						  : NULL;

		if (one && one->text)
			return one->text;
	}
	return NULL;
}

static bool lacks_title(const json *one)
{
	return !json_str(one, "title") &&
	       (json_str(one, "row_id") || json_str(one, "page_id"));
}

void titles_fill(json *list, const char *state_dir)
{
	struct titles t = { 0 };

	for (const json *one = json_first(list); one; one = json_next(one))
		if (lacks_title(one)) {
			titles_want(&t, json_str(one, "row_id"));
			titles_want(&t, json_str(one, "page_id"));
		}
	titles_load(&t, state_dir);
	for (json *one = json_first(list); one; one = json_next(one))
		if (lacks_title(one))
			json_put_str(one, "title",
				titles_find(&t, json_str(one, "row_id"),
					json_str(one, "page_id")));
	titles_fini(&t);
}
