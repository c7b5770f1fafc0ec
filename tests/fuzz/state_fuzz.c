/*
 * What the state folder holds, each a part: "base" and "journal", "approved",
 * "settling", "resolve", "snapshot". What is read and written again is the
 * same, and apply's journal opens, closes, and opens again.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "../../cmd/apply/journal.h"
#include "../../cmd/plan/resolve.h"
#include "sync/approvals.h"
#include "sync/base.h"
#include "sync/settling.h"
#include "sync/snapshot.h"
#include "util/alloc.h"
#include "util/file.h"

static char *content(const char *path)
{
	struct buf text = BUF_INIT(OUTPUT_MAX);
	struct error e;

	if (file_read(path, &text, &e) < 0) {
		buf_fini(&text);
		return xstrdup("");
	}
	buf_add(&text, "", 0);
	return text.data ? buf_take(&text) : xstrdup("");
}

/* Without its head, in which there is the time when it was written. */
static char *body(const char *path)
{
	char *text = content(path), *rest = strchr(text, '\n');
	char *copy = xstrdup(rest ? rest : text);

	free(text);
	return copy;
}

/* As loaded from the two files, written to "saved"; NULL: refused. */
static char *save_base(const char *path, const char *journal)
{
	struct base b = { 0 };
	struct error e;
	char *to = fuzz_path("saved"), *text = NULL;

	if (base_load_with(&b, path, journal, &e) < 0) {
		must(e.code == RC_STREAM);
		must_be_error(&e);
	} else {
		if (!b.scope)
			b.scope = json_object();
		must(base_save(&b, to, &e) == 0);
		text = body(to);
	}
	base_fini(&b);
	free(to);
	return text;
}

static void check_base(const uint8_t *data, size_t size)
{
	struct part p = fuzz_part(data, size, "base");
	struct part j = fuzz_part(data, size, "journal");
	char *path = fuzz_has_part(data, size, "base")
			     ? fuzz_file("base", p.text, p.len)
			     : fuzz_path("none");
	char *journal = fuzz_file("base.journal", j.text, j.len);
	char *none = fuzz_path("none"), *once = save_base(path, journal);
	char *saved = fuzz_path("saved"), *twice;

	if (once) {
		twice = save_base(saved, none);
		must(twice);
		must_be_same(once, twice);
	}
	free(saved);
	free(none);
	free(journal);
	free(path);
}

static void open_journal(const char *path, bool must_open)
{
	static const char scope[] =
		"{\"supabase\":\"host/table\",\"notion\":\"source\"}";
	struct journal j = JOURNAL_CLOSED;
	struct error e;
	json *about = json_parse(scope, strlen(scope), JSON_STRICT, &e);

	if (journal_open(&j, path, NULL, about, SCOPE_ALLOW, &e) < 0) {
		must(!must_open);
		must(e.code == RC_STREAM || e.code == RC_LOCAL);
		must_be_error(&e);
		return;
	}
	must(journal_close(&j, USEC_NONE, &e) == 0);
	if (!must_open)
		open_journal(path, true);
}

static void check_journal(const uint8_t *data, size_t size)
{
	struct part p = fuzz_part(data, size, "base");
	struct part j = fuzz_part(data, size, "journal");
	char *path = fuzz_file("j", p.text, p.len);
	char *journal = fuzz_file("j.journal", j.text, j.len);

	if (!fuzz_has_part(data, size, "base"))
		remove(path);
	open_journal(path, false);
	free(journal);
	free(path);
	fuzz_clear("");
}

static char *save_approvals(const char *path)
{
	struct approvals a = { 0 };
	struct error e;
	char *to = fuzz_path("saved"), *text = NULL;

	if (approvals_load(&a, path, &e) < 0) {
		must(e.code == RC_STREAM);
		must_be_error(&e);
	} else {
		for (size_t i = 0; i < a.n; i++)
			must(a.at[i].of_guard ||
				approvals_find(&a, &a.at[i].key));
		must(approvals_save(&a, to, &e) == 0);
		text = content(to);
	}
	approvals_fini(&a);
	free(to);
	return text;
}

static char *save_settling(const char *path)
{
	struct settling s = { 0 };
	struct error e;
	char *to = fuzz_path("saved"), *text;

	settling_load(&s, path);
	must(settling_save(&s, to, &e) == 0);
	text = content(to);
	settling_fini(&s);
	free(to);
	return text;
}

/* Read, written, read and written: the two that were written are the same. */
static void check_saved(const uint8_t *data, size_t size, const char *name,
	char *(*save)(const char *path))
{
	char *path = fuzz_part_file(data, size, name);
	char *saved = fuzz_path("saved"), *copy, *once, *twice;

	if (path && (once = save(path))) {
		copy = fuzz_file("copy", once, strlen(once));
		if (*once) {
			remove(saved);
			twice = save(copy);
			must(twice);
			must_be_same(once, twice);
		} else {
			free(once);
		}
		free(copy);
	}
	free(saved);
	free(path);
	fuzz_clear("");
}

static void check_resolve(const uint8_t *data, size_t size)
{
	char *path = fuzz_part_file(data, size, "resolve");
	struct resolutions all = { 0 };
	struct error e;

	if (path && resolutions_load(&all, path, &e) < 0)
		must_be_error(&e);
	for (size_t i = 0; i < all.n; i++)
		must(all.at[i].fields & ALL_FIELDS);
	resolutions_fini(&all);
	free(path);
}

static void check_snapshot(const uint8_t *data, size_t size)
{
	char *path = fuzz_part_file(data, size, "snapshot");
	struct snapshot_reader r = { 0 };
	struct snapshot_line line;
	struct error e;
	int got;

	if (!path)
		return;
	got = snapshot_open(&r, path, &e);
	while (got > 0 && (got = snapshot_next(&r, &line, &e)) > 0)
		must(uuid_is_normal(line.page_id));
	if (got < 0)
		must_be_error(&e);
	snapshot_close(&r);
	free(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_base(data, size);
	check_journal(data, size);
	check_saved(data, size, "approved", save_approvals);
	check_saved(data, size, "settling", save_settling);
	check_resolve(data, size);
	check_snapshot(data, size);
	return 0;
}
