#include "sandbox/postgrest/filter.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/alloc.h"
#include "util/text.h"

#define DEPTH_MAX 30

/* The part of a filter that is left to read. */
struct filter {
	const char *whole, *at;
	const struct table *table;
	struct sql *sql;
	usec now;
	int depth;
	bool nested; /* inside a logic tree: values end at "," and ")" */
	struct rest_error *e;
};

static const struct {
	const char *name, *sql;
} comparisons[] = {
	{ "eq", "=" },
	{ "neq", "<>" },
	{ "gte", ">=" },
	{ "gt", ">" },
	{ "lte", "<=" },
	{ "lt", "<" },
	{ "isdistinct", "is not" },
};

void sql_fini(struct sql *q)
{
	for (size_t i = 0; i < q->n; i++)
		pg_value_fini(&q->args[i]);
	free(q->args);
	buf_fini(&q->text);
}

sqlite3_stmt *sql_prepare(struct db *d, const struct sql *q)
{
	sqlite3_stmt *s = db_prepare(d, buf_str(&q->text));

	for (size_t i = 0; i < q->n; i++)
		value_bind(s, (int)i + 1, &q->args[i]);
	return s;
}

static void sql_arg(struct sql *q, struct pg_value take_value)
{
	q->args = grow(q->args, q->n, &q->cap, sizeof *q->args);
	q->args[q->n++] = take_value;
	buf_addf(&q->text, "?%zu", q->n);
}

int unknown_column(const char *name, struct rest_error *e)
{
	return rest_fail(e, "42703",
		"column " TABLE_NAME ".%.100s does not exist", name);
}

static int bad_filter(struct filter *f, const char *expecting)
{
	rest_fail(f->e, "PGRST100",
		"\"failed to parse %s (%.200s)\" (line 1, column %zu)",
		f->nested ? "logic tree" : "filter", f->whole,
		(size_t)(f->at - f->whole) + 1);
	return rest_details(f->e, "unexpected %s%.1s%s expecting %s",
		*f->at ? "\"" : "end of input", f->at, *f->at ? "\"" : "",
		expecting);
}

static bool accept_word(struct filter *f, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(f->at, word, n) != 0)
		return false;
	f->at += n;
	return true;
}

/* A value of a list or a logic tree: up to "," or ")", or in quotes. */
static char *nested_value(struct filter *f)
{
	size_t n = 0;
	char *out = xmalloc(strlen(f->at) + 1);

	if (*f->at == '"') {
		for (f->at++; *f->at && *f->at != '"'; f->at++) {
			if (*f->at == '\\' && f->at[1])
				f->at++;
			out[n++] = *f->at;
		}
		if (*f->at)
			f->at++;
	} else {
		while (*f->at && *f->at != ',' && *f->at != ')')
			out[n++] = *f->at++;
	}
	out[n] = '\0';
	return out;
}

static char *take_value(struct filter *f)
{
	char *out;

	if (f->nested)
		return nested_value(f);
	out = xstrdup(f->at);
	f->at += strlen(f->at);
	return out;
}

static int add_value(struct filter *f, enum pg_type type, const char *text)
{
	struct pg_value v;

	if (pg_parse(type, text, f->now, &v, f->e) < 0)
		return -1;
	sql_arg(f->sql, v);
	return 0;
}

static int compare(struct filter *f, const struct column *c, const char *sql)
{
	char *value = take_value(f);
	int rc;

	buf_addf(&f->sql->text, "\"%s\" %s ", c->usual, sql);
	rc = add_value(f, c->type, value);
	free(value);
	return rc;
}

static int match_like(struct filter *f, const struct column *c, bool any_case)
{
	char *value = take_value(f);

	if (c->type != PG_TEXT) {
		free(value);
		rest_fail(f->e, "42883",
			"operator does not exist: %s %s unknown",
			pg_type_name(c->type), any_case ? "~~*" : "~~");
		return -1;
	}
	for (char *s = value; *s; s++)
		if (*s == '*')
			*s = '%';
	buf_addf(&f->sql->text, "pg_like(\"%s\",", c->usual);
	sql_arg(f->sql, pg_string(value));
	buf_addf(&f->sql->text, ",%d)", any_case);
	free(value);
	return 0;
}

static int match_is(struct filter *f, const struct column *c)
{
	static const struct {
		const char *word, *sql;
		bool truth;
	} words[] = { { "not_null", "is not null", false },
		{ "null", "is null", false }, { "true", "is 1", true },
		{ "false", "is 0", true }, { "unknown", "is null", true } };
	char *value = take_value(f);
	size_t i = 0, n = sizeof words / sizeof words[0];

	while (i < n && strcasecmp(words[i].word, value) != 0)
		i++;
	free(value);
	if (i == n)
		return bad_filter(f, "isVal: (null, not_null, true, false, "
				     "unknown)");
	if (words[i].truth && c->type != PG_BOOL) {
		rest_fail(f->e, "42804",
			"argument of IS %s must be type boolean, not type %s",
			words[i].word, pg_type_name(c->type));
		return -1;
	}
	buf_addf(&f->sql->text, "\"%s\" %s", c->usual, words[i].sql);
	return 0;
}

static int match_in(struct filter *f, const struct column *c)
{
	bool first = true;

	if (*f->at != '(')
		return bad_filter(f, "\"(\"");
	f->at++;
	buf_addf(&f->sql->text, "\"%s\" in (", c->usual);
	/* in.() and in.("") match nothing: = ANY('{}') */
	if (accept_word(f, ")") || accept_word(f, "\"\")"))
		return buf_addc(&f->sql->text, ')');
	for (;; first = false) {
		char *value = nested_value(f);
		int rc;

		buf_adds(&f->sql->text, first ? "" : ",");
		rc = add_value(f, c->type, value);
		free(value);
		if (rc < 0)
			return -1;
		if (accept_word(f, ")"))
			break;
		if (!accept_word(f, ","))
			return bad_filter(f, "\",\" or \")\"");
	}
	if (!f->nested && *f->at)
		return bad_filter(f, "end of input");
	return buf_addc(&f->sql->text, ')');
}

static int match_operator(struct filter *f, const struct column *c)
{
	for (size_t i = 0; i < sizeof comparisons / sizeof comparisons[0];
		i++) {
		size_t n = strlen(comparisons[i].name);

		if (strncmp(f->at, comparisons[i].name, n) == 0 &&
			f->at[n] == '.') {
			f->at += n + 1;
			return compare(f, c, comparisons[i].sql);
		}
	}
	if (accept_word(f, "like."))
		return match_like(f, c, false);
	if (accept_word(f, "ilike."))
		return match_like(f, c, true);
	if (accept_word(f, "is."))
		return match_is(f, c);
	if (accept_word(f, "in."))
		return match_in(f, c);
	return bad_filter(f, "operator (eq, gt, ...)");
}

/* [not.]operator.value */
static int condition(struct filter *f, const char *column)
{
	int at = table_find(f->table, column), rc;
	bool negate = accept_word(f, "not.");

	if (at < 0)
		return unknown_column(column, f->e);
	buf_adds(&f->sql->text, negate ? "not(" : "(");
	rc = match_operator(f, &f->table->columns[at]);
	buf_addc(&f->sql->text, ')');
	return rc;
}

/* "column.", with the name in quotes or not; NULL where there is none. */
static char *take_column(struct filter *f)
{
	char *name;
	size_t n;

	if (*f->at == '"') {
		name = nested_value(f);
	} else {
		n = strcspn(f->at, ".,()");
		name = xstrndup(f->at, n);
		f->at += n;
	}
	if (accept_word(f, "."))
		return name;
	free(name);
	return NULL;
}

static int logic(struct filter *f, const char *joiner);

/* An element of a logic tree. */
static int element(struct filter *f)
{
	const char *from = f->at;
	bool negate = accept_word(f, "not.");
	char *column;
	int rc;

	for (int or = 0; or < 2; or ++)
		if (accept_word(f, or ? "or(" : "and(")) {
			f->at--;
			buf_adds(&f->sql->text, negate ? "not" : "");
			return logic(f, or ? " or " : " and ");
		}
	f->at = from;
	column = take_column(f);
	if (!column)
		return bad_filter(f, "field name, logic operator");
	rc = condition(f, column);
	free(column);
	return rc;
}

static int logic(struct filter *f, const char *joiner)
{
	int rc = 0;

	if (!accept_word(f, "("))
		return bad_filter(f, "\"(\"");
	if (++f->depth > DEPTH_MAX)
		return bad_filter(f, "less nesting");
	buf_addc(&f->sql->text, '(');
	while ((rc = element(f)) == 0 && accept_word(f, ",")) {
		f->at += strspn(f->at, " ");
		buf_adds(&f->sql->text, joiner);
	}
	if (rc == 0 && !accept_word(f, ")"))
		rc = bad_filter(f, "\",\" or \")\"");
	buf_addc(&f->sql->text, ')');
	f->depth--;
	return rc;
}

static int logic_parameter(struct filter *f, const char *name)
{
	int rc;

	f->nested = true;
	buf_adds(&f->sql->text, strncmp(name, "not.", 4) == 0 ? "not" : "");
	rc = logic(f, strstr(name, "or") ? " or " : " and ");
	if (rc == 0 && *f->at)
		rc = bad_filter(f, "end of input");
	return rc;
}

static bool is_one_of(const char *name, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(name, *words) == 0)
			return true;
	return false;
}

static bool is_filter(const char *name)
{
	static const char *const reserved[] = { "select", "order", "limit",
		"offset", "columns", "on_conflict", "apikey", NULL };

	return !is_one_of(name, reserved);
}

void filters_drop(struct pairs *params)
{
	size_t kept = 0;

	for (size_t i = 0; i < params->n; i++)
		if (is_filter(params->items[i].name)) {
			free(params->items[i].name);
			free(params->items[i].value);
		} else {
			params->items[kept++] = params->items[i];
		}
	params->n = kept;
}

int filter_where(struct sql *q, const struct table *t,
	const struct pairs *params, usec now, struct rest_error *e)
{
	static const char *const trees[] = { "and", "or", "not.and", "not.or",
		NULL };
	int n = 0;

	for (size_t i = 0; i < params->n; i++) {
		const char *name = params->items[i].name;
		struct filter f = { .whole = params->items[i].value,
			.at = params->items[i].value,
			.table = t,
			.sql = q,
			.now = now,
			.e = e };
		int rc;

		if (!is_filter(name))
			continue;
		buf_adds(&q->text, n++ ? " and " : " where ");
		rc = is_one_of(name, trees) ? logic_parameter(&f, name)
					    : condition(&f, name);
		if (rc < 0)
			return -1;
	}
	return n;
}

static size_t char_len(const char *s)
{
	size_t n = utf8_char_len(s, strlen(s));

	return n ? n : 1;
}

/* Whether the pattern's first part takes s's first byte or character. */
static bool takes(const char *pattern, const char *s, bool any_case)
{
	if (*pattern == '\\' && pattern[1])
		pattern++;
	return any_case ? tolower((unsigned char)*s) ==
				  tolower((unsigned char)*pattern)
			: *s == *pattern;
}

/*
 * % matches any text, _ one character, \ makes the next one literal.
 * Backtracking goes only to the last %, so the time is bounded by the product
 * of the two lengths.
 */
static bool like(const char *s, const char *pattern, bool any_case)
{
	const char *again = NULL, *from = NULL;

	while (*s) {
		if (*pattern == '%') {
			again = ++pattern;
			from = s;
		} else if (*pattern == '_') {
			pattern++;
			s += char_len(s);
		} else if (*pattern && takes(pattern, s, any_case)) {
			pattern += *pattern == '\\' && pattern[1] ? 2 : 1;
			s++;
		} else if (again) {
			pattern = again;
			from += char_len(from);
			s = from;
		} else {
			return false;
		}
	}
	while (*pattern == '%')
		pattern++;
	return !*pattern;
}

static void pg_like(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const char *s = (const char *)sqlite3_value_text(argv[0]);
	const char *pattern = (const char *)sqlite3_value_text(argv[1]);

	if (argc == 3 && s && pattern)
		sqlite3_result_int(
			ctx, like(s, pattern, sqlite3_value_int(argv[2]) != 0));
}

int rest_filter_init(struct db *d, struct error *e)
{
	if (sqlite3_create_function(d->handle, "pg_like", 3,
		    SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, pg_like, NULL,
		    NULL) != SQLITE_OK)
		return fail(e, RC_BUG, "SQLite: %s", sqlite3_errmsg(d->handle));
	return 0;
}
