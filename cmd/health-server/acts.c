#include "acts.h"

#include <stdlib.h>
#include <string.h>

#include "sync/decision.h"
#include "sync/op_names.h"
#include "util/alloc.h"
#include "util/hex.h"
#include "util/json.h"
#include "util/text.h"
#include "util/uuid.h"
#include "views/conflicts.h"

#define WORDS_MAX 400 /* bytes of the arguments that a log needs */
#define KEYS 4

/* As from a schedule: what hangs must not keep the lock for ever. */
#define LIMIT "--limit=21600"

static void add(struct act *a, const char *arg)
{
	/* Always room for the NULL, too. */
	a->args = grow(a->args, a->n + 1, &a->cap, sizeof *a->args);
	a->args[a->n++] = xstrdup(arg);
	a->args[a->n] = NULL;
}

/* --- the values ----------------------------------------------------------- */

static int refuse(struct error *e, const char *key, const char *what)
{
	return fail(e, RC_USAGE, "\"%s\" must be %s", key, what);
}

static int take_id(
	const json *v, const char *key, char id[UUID_SIZE], struct error *e)
{
	const char *text = json_text(v);

	if (text && uuid_normalize(text, id) == 0)
		return 0;
	return refuse(e, key, "an id of 32 hex digits");
}

/* A switch that may be left out. */
static int take_switch(
	const json *body, const char *key, bool *on, struct error *e)
{
	const json *v = json_get(body, key);

	*on = json_is_true(v);
	return !v || json_is_bool(v) ? 0 : refuse(e, key, "true or false");
}

static bool is_word(const char *text, const char *const *words)
{
	for (; text && *words; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

static int add_plan(
	struct act *a, const char *option, const json *body, struct error *e)
{
	char id[UUID_SIZE];

	if (take_id(json_get(body, "plan"), "plan", id, e) < 0)
		return -1;
	add(a, option);
	add(a, id);
	return 0;
}

/* --- the acts ------------------------------------------------------------- */

/*
 * A run of sync-now.sh, or a look at it: with the rules that the last one was
 * given by whoever started it, for the page knows none.
 */
static void add_run(struct act *a)
{
	add(a, "--quiet");
	add(a, "--last-rules");
	add(a, LIMIT);
}

/* Whether what has lost its other half is made again. */
static int take_orphans(struct act *a, const json *body, struct error *e)
{
	const json *orphans = json_get(body, "orphans");

	a->restores = orphans && text_same(json_text(orphans), "restore");
	return !orphans || a->restores ? 0
				       : refuse(e, "orphans", "\"restore\"");
}

static void add_orphans(struct act *a)
{
	if (!a->restores)
		return;
	add(a, "--orphans");
	add(a, "restore");
}

static int read_sync(struct act *a, const json *body, struct error *e)
{
	bool full, retry;

	if (take_switch(body, "full", &full, e) < 0 ||
		take_switch(body, "retry", &retry, e) < 0 ||
		take_orphans(a, body, e) < 0)
		return -1;
	add_run(a);
	if (json_get(body, "plan") && add_plan(a, "--only-plan", body, e) < 0)
		return -1;
	if (full)
		add(a, "--full");
	if (retry)
		add(a, "--retry");
	add_orphans(a);
	return 0;
}

static int read_dry_run(struct act *a, const json *body, struct error *e)
{
	if (take_orphans(a, body, e) < 0)
		return -1;
	a->shows_plan = true;
	add_run(a);
	add_orphans(a);
	add(a, "--dry-run");
	add(a, "--json");
	return 0;
}

static int add_ids(struct act *a, const json *ids, struct error *e)
{
	char id[UUID_SIZE];

	if (!json_is_array(ids) || json_count(ids) == 0)
		return refuse(e, "ids", "a list of ids");
	for (const json *v = json_first(ids); v; v = json_next(v)) {
		if (take_id(v, "ids", id, e) < 0)
			return -1;
		add(a, id);
	}
	return 0;
}

/* "trash", "trash:notion": what can wait. */
static bool is_kind(const char *text)
{
	static const char *const ops[] = { "create", "update", "trash",
		"restore", NULL };
	static const char *const sides[] = { ":notion", ":supabase", NULL };
	size_t n = text ? strcspn(text, ":") : 0;
	char op[16];

	if (n == 0 || n >= sizeof op)
		return false;
	memcpy(op, text, n);
	op[n] = '\0';
	return is_word(op, ops) && (!text[n] || is_word(text + n, sides));
}

static int add_kinds(struct act *a, const json *all, struct error *e)
{
	struct buf list = BUF_INIT(ACT_BODY_MAX);
	bool good = json_is_array(all) && json_count(all) > 0;

	for (const json *v = json_first(all); v && good; v = json_next(v)) {
		good = is_kind(json_text(v));
		if (good)
			buf_addf(&list, "%s%s", list.len ? "," : "",
				json_text(v));
	}
	if (good) {
		add(a, "--all");
		add(a, buf_str(&list));
	}
	buf_fini(&list);
	return good ? 0
		    : refuse(e, "all",
			      "a list of ops: create, update, trash, restore, "
			      "each alone or with :notion or :supabase behind "
			      "it");
}

static int read_approve(struct act *a, const json *body, struct error *e)
{
	const json *ids = json_get(body, "ids"), *all = json_get(body, "all");

	add(a, "approve");
	if (add_plan(a, "--plan", body, e) < 0)
		return -1;
	if (!ids == !all)
		return fail(e, RC_USAGE, "either \"ids\" or \"all\" is needed");
	return ids ? add_ids(a, ids, e) : add_kinds(a, all, e);
}

static int add_fields(struct act *a, const json *fields, struct error *e)
{
	enum field f;

	if (!json_is_array(fields) || json_count(fields) == 0)
		return refuse(e, "fields", "a list of fields");
	for (const json *v = json_first(fields); v; v = json_next(v)) {
		for (f = 0; f < FIELDS; f++)
			if (text_same(json_text(v), field_name(f)))
				break;
		if (f == FIELDS)
			return refuse(e, "fields",
				"a list of fields: decision, type, date");
		add(a, "--field");
		add(a, field_name(f));
	}
	return 0;
}

/* conflict_seen() of the conflict that was shown: hex digits, and no option. */
static int add_seen(struct act *a, const json *seen, struct error *e)
{
	const char *text = json_text(seen);
	size_t n = 0;

	while (text && hex_is_lower(text[n]))
		n++;
	if (n != SEEN_SIZE - 1 || text[n])
		return refuse(e, "seen", "what the conflict has as \"seen\"");
	add(a, "--seen");
	add(a, text);
	return 0;
}

static int read_resolve(struct act *a, const json *body, struct error *e)
{
	static const char *const sides[] = { "supabase", "notion", NULL };
	const char *take = json_str(body, "take");
	const json *fields = json_get(body, "fields");
	const json *seen = json_get(body, "seen");
	char id[UUID_SIZE];

	if (take_id(json_get(body, "id"), "id", id, e) < 0)
		return -1;
	if (!is_word(take, sides))
		return refuse(e, "take", "\"supabase\" or \"notion\"");
	add(a, "resolve");
	add(a, id);
	add(a, "--take");
	add(a, take);
	if (fields && add_fields(a, fields, e) < 0)
		return -1;
	if (seen && add_seen(a, seen, e) < 0)
		return -1;
	add(a, "--quiet");
	add(a, LIMIT);
	return 0;
}

/* Another plan is not only still blocked: it isn't carried out at all. */
static int read_allow(struct act *a, const json *body, struct error *e)
{
	add_run(a);
	return add_plan(a, "--only-plan", body, e) < 0
		       ? -1
		       : add_plan(a, "--allow-plan", body, e);
}

static int read_undo(struct act *a, const json *body, struct error *e)
{
	const char *run = json_str(body, "run");
	bool dry, allow;

	if (!run_id_is_valid(run))
		return refuse(e, "run", "the id of a run");
	if (take_switch(body, "dry_run", &dry, e) < 0 ||
		take_switch(body, "allow", &allow, e) < 0)
		return -1;
	strcpy(a->run, run);
	add(a, "undo");
	add(a, run);
	add(a, "--quiet");
	add(a, LIMIT);
	if (dry && (json_get(body, "plan") || allow))
		return fail(e, RC_USAGE,
			"with \"dry_run\" there is no \"plan\" yet, and "
			"nothing to \"allow\"");
	if (dry) {
		a->shows_plan = true;
		add(a, "--dry-run");
		add(a, "--json");
		return 0;
	}
	if (add_plan(a, "--plan", body, e) < 0)
		return -1;
	return allow ? add_plan(a, "--allow-plan", body, e) : 0;
}

static int read_sign_in(struct act *a, const json *body, struct error *e)
{
	(void)a, (void)body, (void)e;
	return 0;
}

/* --- all of them ---------------------------------------------------------- */

static const struct {
	const char *name, *script;
	int (*read)(struct act *a, const json *body, struct error *e);
	const char *keys[KEYS + 1];
} acts[] = {
	[ACT_SYNC] = { "sync-now", "sync-now.sh", read_sync,
		{ "full", "retry", "orphans", "plan" } },
	[ACT_DRY_RUN] = { "dry-run", "sync-now.sh", read_dry_run,
		{ "orphans" } },
	[ACT_APPROVE] = { "approve", "controls.sh", read_approve,
		{ "plan", "ids", "all" } },
	[ACT_RESOLVE] = { "resolve", "controls.sh", read_resolve,
		{ "id", "take", "fields", "seen" } },
	[ACT_ALLOW] = { "allow", "sync-now.sh", read_allow, { "plan" } },
	[ACT_UNDO] = { "undo", "controls.sh", read_undo,
		{ "run", "dry_run", "plan", "allow" } },
	[ACT_SIGN_IN] = { "sign-in", NULL, read_sign_in, { NULL } },
};

const char *act_name(enum act_kind kind)
{
	return acts[kind].name;
}

int act_parse(const char *name, enum act_kind *kind)
{
	for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
		*kind = (enum act_kind)i;
		if (strcmp(acts[i].name, name) == 0)
			return 0;
	}
	return -1;
}

static int check_keys(enum act_kind kind, const json *body, struct error *e)
{
	for (const json *v = json_first(body); v; v = json_next(v))
		if (!is_word(json_key(v), acts[kind].keys))
			return fail(e, RC_USAGE, "\"%.60s\" is not a key of %s",
				json_key(v), act_name(kind));
	return 0;
}

int act_read(struct act *a, enum act_kind kind, const char *body, size_t len,
	struct error *e)
{
	json *v;
	int rc;

	*a = (struct act){ .kind = kind, .script = acts[kind].script };
	v = len ? json_parse(body, len, JSON_STRICT, e) : json_object();
	if (!v) {
		e->code = RC_USAGE;
		return fail_at(e, "the body is not JSON");
	}
	if (!json_is_object(v))
		rc = fail(e, RC_USAGE, "the body must be an object");
	else
		rc = check_keys(kind, v, e);
	if (rc == 0)
		rc = acts[kind].read(a, v, e);
	json_free(v);
	return rc;
}

void act_fini(struct act *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->args[i]);
	free(a->args);
	*a = (struct act){ 0 };
}

/* The name of the act, and what its command has beyond that. */
void act_words(const struct act *a, struct buf *out)
{
	static const char *const always[] = { "--quiet", "--last-rules", LIMIT,
		NULL };
	const char *name = act_name(a->kind);

	buf_adds(out, name);
	for (size_t i = 0; i < a->n; i++) {
		if (strcmp(a->args[i], name) == 0 ||
			is_word(a->args[i], always))
			continue;
		if (out->len + strlen(a->args[i]) > WORDS_MAX) {
			buf_addf(out, " … (%zu more)", a->n - i);
			return;
		}
		buf_addf(out, " %s", a->args[i]);
	}
}
