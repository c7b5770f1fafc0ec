#include "sandbox/postgrest/trigger.h"

#include <ctype.h>
#include <string.h>

static struct pg_value *value_of(
	const struct table *t, struct row *r, const char *name)
{
	int at = table_find_usual(t, name);

	return at < 0 ? NULL : &r->values[at];
}

static void set(struct pg_value *v, struct pg_value to)
{
	if (!v)
		return;
	pg_value_fini(v);
	*v = to;
}

static bool fires(
	const json *rule, const struct table *t, struct row *r, const char *was)
{
	const char *on = json_str(rule, "on"), *find = json_str(rule, "find");
	const struct pg_value *text = value_of(t, r, "decision");

	if (on && strcmp(on, was ? "update" : "insert") != 0)
		return false;
	return !find || (text && text->s && strstr(text->s, find));
}

/* new.column := old.column */
static void keep(struct world *w, const struct table *t, struct row *r,
	const char *was, const json *names)
{
	struct row old;

	if (was && row_load(w, t, was, &old)) {
		for (const json *v = json_first(names); v; v = json_next(v)) {
			int at = table_find_usual(t, json_text(v));

			if (at < 0)
				continue;
			set(&r->values[at], old.values[at]);
			old.values[at] = (struct pg_value){ 0 };
		}
		row_fini(&old);
	}
}

static void set_columns(struct world *w, const struct table *t, struct row *r,
	const json *values)
{
	for (const json *v = json_first(values); v; v = json_next(v)) {
		int at = table_find_usual(t, json_key(v));
		struct pg_value to = { 0 };
		struct rest_error ignored;

		if (at >= 0 && pg_parse_json(t->columns[at].type, v,
				       world_now(w), &to, &ignored) == 0)
			set(&r->values[at], to);
	}
}

static void run_rule(struct world *w, const struct table *t, struct row *r,
	const char *was, const json *rule)
{
	struct pg_value *text = value_of(t, r, "decision");
	char id[UUID_SIZE];
	int64_t cut;

	if (json_whole(json_get(rule, "cut"), &cut) == 0 && text && text->s &&
		strlen(text->s) > (size_t)cut)
		text->s[cut] = '\0';
	if (json_true(rule, "new_id")) {
		uuid_random(id);
		set(value_of(t, r, "id"), pg_string(id));
	}
	keep(w, t, r, was, json_get(rule, "keep"));
	set_columns(w, t, r, json_get(rule, "set"));
}

bool run_triggers(
	struct world *w, const struct table *t, struct row *r, const char *was)
{
	struct pg_value *checksum = value_of(t, r, "checksum");

	if (was && w->config.moddatetime)
		set(value_of(t, r, "updated_at"), pg_number(world_now(w)));
	if (w->config.rewrite_checksum && checksum && checksum->s)
		for (char *c = checksum->s; *c; c++)
			*c = (char)toupper((unsigned char)*c);
	if (w->config.reset_synced)
		set(value_of(t, r, "notion_synced"), pg_number(0));
	for (const json *rule = json_first(w->config.triggers); rule;
		rule = json_next(rule)) {
		if (!fires(rule, t, r, was))
			continue;
		if (json_true(rule, "swallow"))
			return false;
		run_rule(w, t, r, was, rule);
	}
	return true;
}
