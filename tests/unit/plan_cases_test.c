/*
 * Runs the decision tables in tests/cases/: one file a case, so that a new rule
 * needs no code. tests/cases/README says how a case is written.
 */
#include <dirent.h>
#include <stdlib.h>

#include "../../cmd/plan/decide.h"
#include "../../cmd/plan/guard.h"
#include "alloc.h"
#include "file.h"
#include "test.h"
#include "uuid.h"

#define CASE_BYTES (1u << 20)

/* --- short forms ---------------------------------------------------------- */

/* "r1", "p1", "r:p1" and "r:p1/2" (a row id made for p1) as whole ids. */
static void expand_id(const char *s, char out[UUID_SIZE])
{
	char page[UUID_SIZE];
	unsigned n = 0, attempt = 1;

	if (sscanf(s, "r:p%u/%u", &n, &attempt) >= 1) {
		snprintf(page, sizeof page, "bbbbbbbb-0000-4000-8000-%012u", n);
		uuid_row_for_page(page, attempt - 1, out);
	} else if (sscanf(s + 1, "%u", &n) == 1 && (*s == 'r' || *s == 'p')) {
		snprintf(out, UUID_SIZE, "%s-0000-4000-8000-%012u",
			*s == 'r' ? "aaaaaaaa" : "bbbbbbbb", n);
	} else {
		snprintf(out, UUID_SIZE, "%s", s);
	}
}

static void put_id(json *to, const char *key, const char *s)
{
	char id[UUID_SIZE];

	if (!s)
		return;
	expand_id(s, id);
	json_put_str(to, key, id);
}

/* "decision|type|date" in its parts; what is empty is not there. */
static void put_content(json *to, const char *s)
{
	static const char *const keys[] = { "decision", "type", "date" };

	for (int i = 0; i < 3 && s; i++) {
		size_t len = strcspn(s, "|");
		char *part = xstrndup(s, len);

		json_put_str(to, keys[i], len ? part : NULL);
		free(part);
		s = s[len] ? s + len + 1 : NULL;
	}
}

/* The checksum of "decision|type|date"; "raw:…" is meant as it stands. */
static void put_checksum(json *to, const char *key, const char *s)
{
	char sum[CHECKSUM_SIZE];
	json *parts;

	if (s && strncmp(s, "raw:", 4) == 0) {
		json_put_str(to, key, s + 4);
		return;
	}
	if (!s)
		return;
	parts = json_object();
	put_content(parts, s);
	checksum_of(json_str(parts, "decision"), json_str(parts, "type"),
		json_str(parts, "date"), sum);
	json_free(parts);
	json_put_str(to, key, sum);
}

/* The text with every "#" replaced by the number. */
static char *numbered(const char *s, unsigned n)
{
	struct buf out = BUF_INIT(CASE_BYTES);

	for (; *s; s++) {
		if (*s == '#')
			buf_addf(&out, "%u", n);
		else
			buf_addc(&out, *s);
	}
	if (!out.data)
		buf_adds(&out, "");
	return buf_take(&out);
}

static json *numbered_object(const json *object, unsigned n)
{
	json *copy = json_copy(object);

	for (const json *v = json_first(object); v; v = json_next(v)) {
		char *s = json_text(v) ? numbered(json_text(v), n) : NULL;

		if (s)
			json_put_str(copy, json_key(v), s);
		free(s);
	}
	return copy;
}

/* Calls `use` for each object of a list, those with "repeat" many times. */
static void for_each(
	const json *list, void (*use)(void *arg, const json *one), void *arg)
{
	for (const json *v = json_first(list); v; v = json_next(v)) {
		int64_t from = 1, times = 1;

		json_whole(json_get(v, "from"), &from);
		json_whole(json_get(v, "repeat"), &times);
		for (int64_t i = 0; i < times; i++) {
			json *one = numbered_object(v, (unsigned)(from + i));

			use(arg, one);
			json_free(one);
		}
	}
}

/* --- the world of a case -------------------------------------------------- */

struct setting {
	struct world world;
	struct base base;
	struct policy policy;
	struct guards guards;
	struct ops ops;
	struct outlook outlook;
	struct error e;
	int rc;
};

static void copy_keys(json *to, const json *from)
{
	for (const json *v = json_first(from); v; v = json_next(v))
		if (!json_get(to, json_key(v)))
			json_put(to, json_key(v), json_copy(v));
}

static json *record_line(const json *one, const char *source)
{
	json *line = json_object();

	json_put_str(line, "kind", "record");
	json_put_str(line, "source", source);
	put_content(line, json_str(one, "is"));
	put_checksum(line, "stored_checksum", json_str(one, "stored"));
	if (!json_get(one, "state")) {
		json_put_bool(line, "synced",
			!json_get(one, "synced") || json_true(one, "synced"));
		json_put_str(line, "created_at", "2026-01-01T00:00:00Z");
		json_put_str(line, "edited_at", "2026-01-02T00:00:00Z");
	}
	for (const json *v = json_first(one); v; v = json_next(v))
		if (strcmp(json_key(v), "is") != 0)
			json_put(line, json_key(v), json_copy(v));
	return line;
}

static void add_line(struct setting *s, json *take_line)
{
	if (s->rc == 0)
		s->rc = world_add(&s->world, take_line, &s->e);
	json_free(take_line);
}

static void add_row(void *arg, const json *one)
{
	json *line = record_line(one, "supabase");

	put_id(line, "row_id", json_str(one, "id"));
	put_id(line, "page_id", json_str(one, "page"));
	add_line(arg, line);
}

static void add_page(void *arg, const json *one)
{
	json *line = record_line(one, "notion");

	put_id(line, "page_id", json_str(one, "id"));
	add_line(arg, line);
}

static void add_problem(void *arg, const json *one)
{
	json *line = json_copy(one);

	json_put_str(line, "kind", "problem");
	put_id(line, "row_id", json_str(one, "row"));
	put_id(line, "page_id", json_str(one, "page"));
	add_line(arg, line);
}

static void add_base(void *arg, const json *one)
{
	struct setting *s = arg;
	json *line = json_object();
	size_t before = s->base.n;

	json_put_str(line, "kind", "pair");
	put_id(line, "row_id", json_str(one, "row"));
	put_id(line, "page_id", json_str(one, "page"));
	put_content(line, json_str(one, "is"));
	put_checksum(line, "checksum",
		json_str(one, "stored") ? json_str(one, "stored")
					: json_str(one, "is"));
	copy_keys(line, one);
	base_add(&s->base, line);
	check_int(s->base.n, before + 1);
}

/* "heads" over the usual ones: {"supabase":{…},"notion":{…}}; null: none. */
static json *heads_of(const json *one)
{
	static const char usual[] =
		"{\"sources\":{\"supabase\":{\"scope\":\"host/table\","
		"\"mode\":\"full\",\"soft_delete\":true},\"notion\":{"
		"\"scope\":\"source\",\"mode\":\"full\",\"properties\":{"
		"\"Decision\":\"title\",\"Type\":\"t\",\"Date\":\"d\","
		"\"Checksum\":\"c\",\"Synced\":\"s\"},\"type_options\":["
		"\"Policy\",\"Ops\"]}}}";
	struct error e;
	json *head = json_parse(usual, strlen(usual), JSON_STRICT, &e);
	json *sources = json_get(head, "sources");
	const json *over = json_get(one, "heads");

	for (const json *v = json_first(over); v; v = json_next(v)) {
		json *to = json_get(sources, json_key(v));

		if (json_is_null(v))
			json_remove(sources, json_key(v));
		for (const json *k = json_first(v); to && k; k = json_next(k))
			json_put(to, json_key(k), json_copy(k));
	}
	return head;
}

static int place_of(const char *word, const char *const *words)
{
	for (int i = 0; word && words[i]; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return 0;
}

static void set_policy(struct setting *s, const json *one)
{
	static const char *const conflicts[] = { "newer", "supabase", "notion",
		"stop", NULL };
	static const char *const orphans[] = { "keep", "restore", "trash",
		NULL };
	const json *base = json_get(one, "base"), *policy;

	policy = json_get(one, "policy");
	s->policy.conflict = (enum conflict_rule)place_of(
		json_str(policy, "conflict"), conflicts);
	s->policy.orphans = (enum orphan_rule)place_of(
		json_str(policy, "orphans"), orphans);
	s->policy.use_base = base != NULL;
	if (json_str(policy, "allow"))
		check_int(guards_allow(
				  &s->guards, json_str(policy, "allow"), &s->e),
			0);
}

static void set_up(struct setting *s, const json *one)
{
	json *head = heads_of(one);

	set_policy(s, one);
	s->rc = world_head(&s->world, head, &s->e);
	json_free(head);
	for_each(json_get(one, "rows"), add_row, s);
	for_each(json_get(one, "pages"), add_page, s);
	for_each(json_get(one, "problems"), add_problem, s);
	if (s->rc == 0)
		s->rc = world_seal(&s->world, &s->e);
	for_each(json_get(one, "base"), add_base, s);
	base_fold(&s->base);
	if (json_get(one, "base_scope"))
		s->base.scope = json_copy(json_get(one, "base_scope"));
}

static void plan_it(struct setting *s)
{
	guard_scope(&s->guards, &s->world, &s->base);
	if (s->guards.tripped[GUARD_SCOPE])
		base_fini(&s->base);
	decide(&s->world, &s->base, &s->policy, &s->ops, &s->outlook);
	guards_check(&s->guards, &s->world, &s->base, &s->ops, &s->outlook);
}

static void tear_down(struct setting *s)
{
	ops_fini(&s->ops);
	base_fini(&s->base);
	world_fini(&s->world);
}

/* --- what is expected ----------------------------------------------------- */

static bool is_one_of(const char *key, const char *const *words)
{
	for (; key && *words; words++)
		if (strcmp(key, *words) == 0)
			return true;
	return false;
}

static bool matches(const json *seen, const json *wanted);

static bool members_match(const json *seen, const json *wanted)
{
	for (const json *v = json_first(wanted); v; v = json_next(v))
		if (!matches(json_get(seen, json_key(v)), v))
			return false;
	return true;
}

/* Every key of `wanted` must be there; in values and lists no other may be. */
static bool matches(const json *seen, const json *wanted)
{
	static const char *const whole[] = { "set", "was", "lost", "base",
		NULL };

	if (!json_is_object(wanted))
		return json_equal(seen, wanted) ||
		       (json_is_null(seen) && json_is_null(wanted));
	if (is_one_of(json_key(wanted), whole) &&
		json_count(seen) != json_count(wanted))
		return false;
	return json_is_object(seen) && members_match(seen, wanted);
}

/* The expected op with its short forms written out. */
static json *wanted_op(const json *one)
{
	json *op = json_copy(one), *agreed = json_get(op, "agreed");
	const char *s;

	if ((s = json_str(one, "row")))
		put_id(op, "row_id", s);
	if ((s = json_str(one, "page")))
		put_id(op, "page_id", s);
	if ((s = json_str(one, "checksum")))
		put_checksum(op, "checksum", s);
	if (json_text(agreed)) {
		s = json_text(json_get(one, "agreed"));
		agreed = json_object();
		put_content(agreed, s);
		put_checksum(agreed, "checksum", s);
		json_put(op, "agreed", agreed);
	}
	json_remove(op, "row");
	json_remove(op, "page");
	json_remove(op, "says");
	return op;
}

/* What an op has although the case doesn't expect it. */
static const char *too_much(const json *seen, const json *wanted)
{
	static const char *const keys[] = { "set", "conflict", "code" };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (json_get(seen, keys[i]) && !json_get(wanted, keys[i]))
			return keys[i];
	return NULL;
}

static bool op_matches(const json *seen, const json *one)
{
	json *wanted = wanted_op(one);
	const char *says = json_str(one, "says");
	const char *reason = json_str(seen, "reason");
	bool ok = matches(seen, wanted) && !too_much(seen, wanted) && reason &&
		  *reason && (!says || strstr(reason, says));

	json_free(wanted);
	return ok;
}

static void print(const char *title, const json *v)
{
	struct buf text = BUF_INIT(CASE_BYTES);

	if (v && json_print(v, &text) == 0)
		printf("\t%s %s\n", title, buf_str(&text));
	buf_fini(&text);
}

static void check_ops(const struct ops *ops, const json *wanted)
{
	const json *one = json_first(wanted);

	for (size_t i = 0; i < ops->n || one; i++) {
		json *seen = i < ops->n ? op_line(&ops->at[i], i + 1) : NULL;

		if (!check(seen && one && op_matches(seen, one))) {
			print("wanted:", one);
			print("seen:  ", seen);
		}
		json_free(seen);
		one = json_next(one);
	}
}

static void check_blocked(const struct guards *g, const json *wanted)
{
	json *seen = json_array(), *none = json_array();

	for (enum guard i = 0; i < GUARDS; i++)
		if (guard_blocks(g, i))
			json_add(seen, json_string(guard_name(i)));
	if (!check(json_equal(seen, wanted ? wanted : none))) {
		print("wanted:", wanted);
		print("seen:  ", seen);
	}
	json_free(none);
	json_free(seen);
}

static void check_totals(const struct ops *ops, const json *wanted)
{
	struct totals t;
	json *seen;

	ops_count(ops, &t);
	seen = totals_json(&t);
	if (!check(members_match(seen, wanted))) {
		print("wanted:", wanted);
		print("seen:  ", seen);
	}
	json_free(seen);
}

static void run_case(const json *one)
{
	const char *refused = json_str(one, "refused");
	struct setting s = { 0 };

	set_up(&s, one);
	if (refused) {
		if (check(s.rc < 0))
			check_has(s.e.text, refused);
	} else if (check(s.rc == 0)) {
		plan_it(&s);
		check(json_get(one, "ops") || json_get(one, "totals"));
		if (json_get(one, "ops"))
			check_ops(&s.ops, json_get(one, "ops"));
		check_totals(&s.ops, json_get(one, "totals"));
		check_blocked(&s.guards, json_get(one, "blocked"));
	} else {
		printf("\t%s\n", s.e.text);
	}
	tear_down(&s);
}

static int is_case(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return len > 5 && strcmp(d->d_name + len - 5, ".json") == 0;
}

static void run_file(const char *path)
{
	struct buf text = BUF_INIT(CASE_BYTES);
	struct error e = { 0 };
	json *one = NULL;

	test_name = path;
	if (file_read(path, &text, &e) == 0)
		one = json_parse(buf_str(&text), text.len, JSON_STRICT, &e);
	if (check(one != NULL))
		run_case(one);
	else
		printf("\t%s\n", e.text);
	json_free(one);
	buf_fini(&text);
}

int main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : "tests/cases";
	struct dirent **files;
	int n = scandir(dir, &files, is_case, alphasort);

	for (int i = 0; i < n; i++) {
		char *path = path_join(dir, files[i]->d_name);

		run_file(path);
		free(path);
		free(files[i]);
	}
	if (n >= 0)
		free(files);
	printf("%d cases, ", n);
	return test_end();
}
