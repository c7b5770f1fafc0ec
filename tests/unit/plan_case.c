#include "plan_case.h"

#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/uuid.h"

/* --- short forms ---------------------------------------------------------- */

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

void put_id(json *to, const char *key, const char *s)
{
	char id[UUID_SIZE];

	if (!s)
		return;
	expand_id(s, id);
	json_put_str(to, key, id);
}

void put_content(json *to, const char *s)
{
	for (enum field f = 0; f < FIELDS && s; f++) {
		size_t len = strcspn(s, "|");
		char *part = xstrndup(s, len);

		json_put_str(to, field_name(f), len ? part : NULL);
		free(part);
		s = s[len] ? s + len + 1 : NULL;
	}
}

void put_checksum(json *to, const char *key, const char *s)
{
	char sum[CHECKSUM_SIZE];
	struct decision d;
	json *parts;

	if (s && strncmp(s, "raw:", 4) == 0) {
		memset(sum, s[4], CHECKSUM_LEN);
		sum[CHECKSUM_LEN] = '\0';
		json_put_str(to, key, sum);
		return;
	}
	if (!s)
		return;
	parts = json_object();
	put_content(parts, s);
	decision_parse(&d, NULL, parts);
	decision_checksum(&d, sum);
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
	if (s->lines)
		json_add(s->lines, json_copy(take_line));
	if (s->rc == 0)
		s->rc = sides_add(&s->world, take_line, &s->e);
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

/* "decision|type|date", a deleted half with "deleted " before it. */
static json *half_of(const char *s)
{
	json *half = json_object();
	bool deleted = strncmp(s, "deleted ", 8) == 0;

	put_content(half, deleted ? s + 8 : s);
	json_put_bool(half, "deleted", deleted);
	return half;
}

static void put_halves(json *to, const json *one)
{
	static const char *const keys[] = { "row_is", "page_is", "set" };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (json_str(one, keys[i]))
			json_put(to, keys[i], half_of(json_str(one, keys[i])));
}

/* What was sent, or refused. */
static void put_write(json *line, const json *one, const char *key)
{
	const json *from = json_get(one, key);
	json *write;

	if (!from)
		return;
	write = json_copy(from);
	put_halves(write, from);
	put_checksum(write, "checksum", json_str(from, "checksum"));
	json_put(line, key, write);
}

static void add_base(void *arg, const json *one)
{
	struct setting *s = arg;
	json *line = json_object();
	size_t before = base_count(&s->base) + s->base.n_lone;
	bool lone = !json_get(one, "row") || !json_get(one, "page");

	json_put_str(line, "kind", lone ? "lone" : "pair");
	put_id(line, "row_id", json_str(one, "row"));
	put_id(line, "page_id", json_str(one, "page"));
	if (lone)
		json_put(line, "is", half_of(json_str(one, "is")));
	else
		put_content(line, json_str(one, "is"));
	put_checksum(line, "checksum",
		json_str(one, "stored") ? json_str(one, "stored")
					: json_str(one, "is"));
	copy_keys(line, one);
	put_halves(line, one);
	put_write(line, one, "sent");
	put_write(line, one, "refused");
	base_add(&s->base, line);
	if (base_count(&s->base) + s->base.n_lone != before + 1)
		s->rc = fail(&s->e, RC_BUG, "a line of the base is none");
}

static void add_resolution(void *arg, const json *one)
{
	struct setting *s = arg;
	json *line = json_copy(one);

	json_put_str(line, "kind", "resolve");
	put_id(line, "row_id", json_str(one, "row"));
	put_id(line, "page_id", json_str(one, "page"));
	s->policy.resolve = &s->resolve;
	if (resolutions_add(&s->resolve, line) < 0)
		s->rc = fail(&s->e, RC_BUG, "a resolution is none");
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

/* What was approved: {"op","target","row","page","is_row","is_page",…}. */
static json *seen_of(const json *one)
{
	static const char *const keys[SIDES] = { "row", "page" };
	json *seen = json_object();

	for (enum side side = 0; side < SIDES; side++) {
		const char *is = json_str(json_get(one, "seen"), keys[side]);
		json *half;

		if (!is)
			continue;
		half = json_put(seen, keys[side], half_of(is));
		if (side == SUPABASE && json_str(one, "page"))
			put_id(half, "link", json_str(one, "page"));
		if (side == SUPABASE && json_true(one, "unlinked"))
			json_remove(half, "link");
	}
	copy_keys(seen, json_get(one, "times"));
	return seen;
}

static void add_approval(void *arg, const json *one)
{
	struct setting *s = arg;
	json *line = json_copy(one);

	json_put_str(
		line, "kind", json_str(one, "guard") ? "guard" : "approved");
	json_put_str(line, "at", "2026-01-02T00:00:00Z");
	put_id(line, "row_id", json_str(one, "row"));
	put_id(line, "page_id", json_str(one, "page"));
	json_put(line, "seen", seen_of(one));
	if (!approvals_add(&s->approvals, line))
		s->rc = fail(&s->e, RC_BUG, "an approval is none");
}

static void add_settling(void *arg, const json *one)
{
	struct setting *s = arg;
	json *line = json_copy(one);

	put_id(line, "row_id", json_str(one, "row"));
	put_id(line, "page_id", json_str(one, "page"));
	settling_add(&s->settling, line);
}

/*
 * {"hold","direction","settle" (seconds),"now","approved":[…],
 * "settling":[…]}
 */
static void set_waits(struct setting *s, const json *one)
{
	struct waits *w = &s->policy.waits;
	const char *hold = json_str(one, "hold");
	const char *direction = json_str(one, "direction");
	int64_t settle = 0;

	w->now[SUPABASE] = w->now[NOTION] = USEC_NONE;
	if (hold)
		s->rc = hold_add(&w->hold, hold, "hold", RC_USAGE, &s->e);
	if (direction)
		s->rc = hold_direction(
			&w->hold, direction, "direction", RC_USAGE, &s->e);
	json_whole(json_get(one, "settle"), &settle);
	w->settle = settle * USEC_SECOND;
	time_parse(json_str(one, "now"), &w->now[SUPABASE]);
	w->now[NOTION] = w->now[SUPABASE];
	for_each(json_get(one, "approved"), add_approval, s);
	for_each(json_get(one, "settling"), add_settling, s);
	approvals_sort(&s->approvals);
	settling_sort(&s->settling);
	w->approvals = &s->approvals;
	w->settling = &s->settling;
}

static void set_policy(struct setting *s, const json *one)
{
	static const char *const conflicts[] = { "newer", "supabase", "notion",
		"stop", NULL };
	static const char *const orphans[] = { "keep", "restore", "trash",
		NULL };
	static const char *const matches[] = { "none", "decision",
		"decision+date", NULL };
	const json *base = json_get(one, "base"), *policy;

	policy = json_get(one, "policy");
	s->policy.conflict = (enum conflict_rule)place_of(
		json_str(policy, "conflict"), conflicts);
	s->policy.orphans = (enum orphan_rule)place_of(
		json_str(policy, "orphans"), orphans);
	s->policy.match =
		(enum match_rule)place_of(json_str(policy, "match"), matches);
	s->policy.use_base = base != NULL;
	s->policy.again.asked = json_true(policy, "retry");
	s->policy.again.now = USEC_NONE;
	time_parse(json_str(policy, "now"), &s->policy.again.now);
	set_waits(s, json_get(policy, "waits"));
	if (json_str(policy, "allow"))
		s->rc = guards_allow(
			&s->guards, json_str(policy, "allow"), &s->e);
	memcpy(s->policy.waits.allowed, s->guards.allowed,
		sizeof s->guards.allowed);
}

/* What a run has written, as its result says it: {"op","target",…}. */
static void add_deed(void *arg, const json *one)
{
	struct setting *s = arg;
	json *line = json_copy(one), *seen = json_object();

	json_put_str(line, "status", "done");
	put_id(line, "row_id", json_str(one, "row"));
	put_id(line, "page_id", json_str(one, "page"));
	json_put(line, "expect", seen);
	for (enum side side = 0; side < SIDES; side++) {
		const char *key = side == SUPABASE ? "row" : "page";
		json *half = json_put(seen, key, json_object());

		put_content(half, json_str(json_get(one, "seen"), key));
		put_checksum(half, "stored_checksum", json_str(one, "stored"));
	}
	undo_add(&s->undo, line);
}

void case_set_up(struct setting *s, const json *one)
{
	json *head = heads_of(one);

	set_policy(s, one);
	if (s->rc == 0)
		s->rc = sides_head(&s->world, head, &s->e);
	json_free(head);
	for_each(json_get(one, "rows"), add_row, s);
	for_each(json_get(one, "pages"), add_page, s);
	for_each(json_get(one, "problems"), add_problem, s);
	if (s->rc == 0)
		s->rc = sides_seal(&s->world, &s->e);
	for_each(json_get(one, "base"), add_base, s);
	base_fold(&s->base);
	for_each(json_get(one, "resolve"), add_resolution, s);
	for_each(json_get(one, "undo"), add_deed, s);
	undo_seal(&s->undo);
	if (json_get(one, "base_scope"))
		s->base.scope = json_copy(json_get(one, "base_scope"));
}

void case_plan(struct setting *s)
{
	guard_scope(&s->guards, &s->world, &s->base);
	if (s->guards.tripped[GUARD_SCOPE])
		base_fini(&s->base);
	if (s->undo.n)
		undo_decide(&s->undo, &s->world, &s->base, &s->ops);
	else
		s->live_pairs =
			decide(&s->world, &s->base, &s->policy, &s->ops);
	guards_check(&s->guards, &s->world, &s->base, &s->ops, s->live_pairs);
}

static struct plan plan_of(struct setting *s)
{
	return (struct plan){ .sides = &s->world,
		.policy = &s->policy,
		.guards = &s->guards,
		.ops = &s->ops,
		.live_pairs = s->live_pairs };
}

void case_allow_shown(struct setting *s, const json *one, const json *shown)
{
	struct setting then = { 0 };
	json *before = json_copy(one);
	char id[UUID_SIZE] = "";
	struct plan p;

	for (const json *v = json_first(shown); v; v = json_next(v))
		json_put(before, json_key(v), json_copy(v));
	case_set_up(&then, before);
	if (then.rc == 0) {
		case_plan(&then);
		p = plan_of(&then);
		plan_id(&p, id);
	}
	case_tear_down(&then);
	json_free(before);
	p = plan_of(s);
	plan_allow(&p, &s->guards, id);
}

void case_tear_down(struct setting *s)
{
	op_list_fini(&s->ops);
	undo_fini(&s->undo);
	approvals_fini(&s->approvals);
	settling_fini(&s->settling);
	resolutions_fini(&s->resolve);
	base_fini(&s->base);
	sides_fini(&s->world);
}
