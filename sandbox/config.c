#include "sandbox/config.h"

#include <stddef.h>
#include <string.h>

enum kind {
	KIND_BOOL,
	KIND_INT,
	KIND_LIST,   /* of column names */
	KIND_OBJECT, /* by column name */
	KIND_NAMES,  /* column names, by usual name */
	KIND_RULES,  /* an array of objects with the keys of a rule */
};

struct config_switch {
	const char *name;
	enum kind kind;
	size_t at;
	int64_t initial, max;
};

/* clang-format off */
#define BOOL(name, initial) \
	{ #name, KIND_BOOL, offsetof(struct config, name), initial, 1 }
#define INT(name, initial, max) \
	{ #name, KIND_INT, offsetof(struct config, name), initial, max }
#define LIST(name) { #name, KIND_LIST, offsetof(struct config, name), 0, 40 }
#define OBJECT(name) \
	{ #name, KIND_OBJECT, offsetof(struct config, name), 0, 40 }
#define NAMES(name) { #name, KIND_NAMES, offsetof(struct config, name), 0, 40 }
#define RULES(name) { #name, KIND_RULES, offsetof(struct config, name), 0, 40 }
/* clang-format on */

static const struct config_switch switches[] = {
	INT(rate_limit, 0, 1000000),
	INT(query_cap, 10000, 1000000),
	INT(query_lag_ms, 0, 86400000),
	INT(cursor_ttl_ms, 1800000, 86400000),
	BOOL(bump_same_value, true),
	BOOL(restore_with_properties, false),
	BOOL(query_trims, false),
	BOOL(query_filter_ignored, false),
	BOOL(unknown_property_ignored, false),
	BOOL(archive_known, true),
	BOOL(archive_asked_in_vain, false),
	BOOL(edit_archived, false),
	BOOL(personal_token, false),
	BOOL(can_read, true),
	BOOL(can_insert, true),
	BOOL(can_update, true),
	INT(max_rows, 1000, 1000000),
	BOOL(soft_delete, true),
	BOOL(moddatetime, false),
	BOOL(rewrite_checksum, false),
	BOOL(reset_synced, false),
	BOOL(unique_page_id, false),
	BOOL(in_schema_api, false),
	BOOL(drop_filters, false),
	BOOL(anon_no_grant, false),
	BOOL(no_grant, false),
	BOOL(table_missing, false),
	BOOL(paused, false),
	BOOL(read_only, false),
	NAMES(columns),
	LIST(extra_columns),
	LIST(missing_columns),
	LIST(stale_columns),
	LIST(not_null),
	OBJECT(defaults),
	RULES(triggers),
	RULES(automations),
};
#define N_SWITCHES (sizeof switches / sizeof switches[0])

static void *field(const struct config *c, const struct config_switch *s)
{
	return (char *)(uintptr_t)c + s->at;
}

void config_init(struct config *c)
{
	*c = (struct config){ 0 };
	for (size_t i = 0; i < N_SWITCHES; i++) {
		const struct config_switch *s = &switches[i];

		if (s->kind == KIND_BOOL)
			*(bool *)field(c, s) = s->initial;
		else if (s->kind == KIND_INT)
			*(int64_t *)field(c, s) = s->initial;
		else
			*(json **)field(c, s) =
				s->kind == KIND_OBJECT || s->kind == KIND_NAMES
					? json_object()
					: json_array();
	}
}

void config_fini(struct config *c)
{
	for (size_t i = 0; i < N_SWITCHES; i++)
		if (switches[i].kind >= KIND_LIST)
			json_free(*(json **)field(c, &switches[i]));
}

json *config_to_json(const struct config *c)
{
	json *out = json_object();

	for (size_t i = 0; i < N_SWITCHES; i++) {
		const struct config_switch *s = &switches[i];

		if (s->kind == KIND_BOOL)
			json_put_bool(out, s->name, *(bool *)field(c, s));
		else if (s->kind == KIND_INT)
			json_put_int(out, s->name, *(int64_t *)field(c, s));
		else
			json_put(
				out, s->name, json_copy(*(json **)field(c, s)));
	}
	return out;
}

static const struct config_switch *find(const char *name)
{
	for (size_t i = 0; i < N_SWITCHES; i++)
		if (strcmp(switches[i].name, name) == 0)
			return &switches[i];
	return NULL;
}

/* A name that PostgreSQL accepts without quotes. */
static bool is_column_name(const char *s)
{
	size_t n = s ? strspn(s, "abcdefghijklmnopqrstuvwxyz_0123456789") : 0;

	return n > 0 && n < 40 && !s[n] && !strchr("0123456789", s[0]);
}

static bool is_rule(const json *rule)
{
	static const char *const keys[] = { "on", "find", "set", "cut",
		"new_id", "keep", "swallow", "action" };

	if (!json_is_object(rule))
		return false;
	for (const json *v = json_first(rule); v; v = json_next(v)) {
		size_t i = 0, n = sizeof keys / sizeof keys[0];

		while (i < n && strcmp(keys[i], json_key(v)) != 0)
			i++;
		if (i == n)
			return false;
	}
	return true;
}

static bool fits(const struct config_switch *s, const json *v)
{
	int64_t n;

	if (s->kind == KIND_BOOL)
		return json_is_bool(v);
	if (s->kind == KIND_INT)
		return json_whole(v, &n) == 0 && n >= 0 && n <= s->max;
	if (s->kind == KIND_OBJECT)
		return json_is_object(v);
	if (s->kind == KIND_NAMES) {
		const json *name = json_first(v);

		while (name && is_column_name(json_text(name)))
			name = json_next(name);
		return json_is_object(v) && !name;
	}
	if (s->kind == KIND_RULES) {
		const json *rule = json_first(v);

		while (rule && is_rule(rule))
			rule = json_next(rule);
		return json_is_array(v) && !rule;
	}
	if (!json_is_array(v) || (int64_t)json_count(v) > s->max)
		return false;
	for (const json *name = json_first(v); name; name = json_next(name))
		if (!is_column_name(json_text(name)) ||
			strcmp(json_text(name), "id") == 0)
			return false;
	return true;
}

static void put(struct config *c, const struct config_switch *s, const json *v)
{
	if (!s)
		return; /* config_set() has refused it */
	if (s->kind == KIND_BOOL) {
		*(bool *)field(c, s) = json_is_true(v);
	} else if (s->kind == KIND_INT) {
		json_whole(v, (int64_t *)field(c, s));
	} else {
		json_free(*(json **)field(c, s));
		*(json **)field(c, s) = json_copy(v);
	}
}

int config_set(struct config *c, const json *values, struct error *e)
{
	static const char *const wanted[] = { "true or false",
		"a whole number in its range",
		"an array of column names without id",
		"an object of values by column",
		"an object of column names by their usual names",
		"an array of objects with the keys that sandbox(1) lists" };

	if (!json_is_object(values))
		return fail(e, RC_STREAM, "expected an object of switches");
	for (const json *v = json_first(values); v; v = json_next(v)) {
		const struct config_switch *s = find(json_key(v));

		if (!s)
			return fail(e, RC_STREAM,
				"no such switch: %.60s; GET /control/config "
				"lists them",
				json_key(v));
		if (!fits(s, v))
			return fail(e, RC_STREAM, "%s: expected %s", s->name,
				wanted[s->kind]);
	}
	for (const json *v = json_first(values); v; v = json_next(v))
		put(c, find(json_key(v)), v);
	return 0;
}

usec clock_now(const struct sandbox_clock *c)
{
	return c->frozen != USEC_NONE ? c->frozen : time_now() + c->offset;
}

static void clock_jump(struct sandbox_clock *c, usec now)
{
	if (c->frozen != USEC_NONE)
		c->frozen = now;
	else
		c->offset = now - time_now();
}

int clock_set(struct sandbox_clock *c, const json *values, struct error *e)
{
	const json *now = json_get(values, "now");
	const json *advance = json_get(values, "advance");
	const json *freeze = json_get(values, "freeze");
	int64_t seconds;
	usec t;

	if (now && time_parse(json_text(now), &t) < 0)
		return fail(e, RC_STREAM, "now: expected an RFC 3339 time");
	if (advance && (json_whole(advance, &seconds) < 0 || seconds < 0 ||
			       seconds > 10LL * 366 * 86400))
		return fail(e, RC_STREAM,
			"advance: expected seconds, from 0 to ten years");
	if (freeze && !json_is_bool(freeze))
		return fail(e, RC_STREAM, "freeze: expected true or false");
	if (!now && !advance && !freeze)
		return fail(
			e, RC_STREAM, "expected one of now, advance, freeze");
	if (freeze && json_is_true(freeze)) {
		c->frozen = clock_now(c);
	} else if (freeze && c->frozen != USEC_NONE) {
		c->offset = c->frozen - time_now();
		c->frozen = USEC_NONE;
	}
	if (now)
		clock_jump(c, t);
	if (advance)
		clock_jump(c, clock_now(c) + seconds * USEC_SECOND);
	return 0;
}
