/* Listing the conflicts that can be decided, and deciding one. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "conflicts.h"
#include "print.h"
#include "util/buf.h"
#include "util/humanize.h"
#include "util/text.h"

#define LISTED_MAX 50	 /* for people; the JSON has all */
#define CANDIDATES_MAX 5 /* named where an id fits none or several */
#define ID_MIN 4
#define VALUE_COLUMNS 200

/* --- the list ------------------------------------------------------------- */

static void print_value(const char *value)
{
	struct buf text = BUF_INIT(65536);

	field_show(&text, value, VALUE_COLUMNS);
	print_shown(buf_str(&text), 0);
	buf_fini(&text);
}

static void print_field(const struct conflict *c, enum field f)
{
	for (enum side s = 0; s < SIDES; s++) {
		usec at = USEC_NONE;
		char words[HUMANIZE_SIZE];

		time_parse(json_str(c->line, conflict_edited_key(s)), &at);
		printf("  %-9s %-9s ", s == SUPABASE ? field_name(f) : "",
			side_title(s));
		print_value(c->of[s].value[f]);
		printf("  (edited %s)", humanize_time(at, words));
		if (c->decided)
			printf(s == c->winner ? "  won" : "  lost");
		printf("\n");
	}
}

static void print_one(const struct conflicts *all, const struct conflict *c)
{
	char at[HUMANIZE_SIZE], command[COMMAND_SIZE];

	printf("%s  ", c->row_id);
	if (!c->decided)
		printf("not decided: every run leaves the pair alone\n");
	else
		printf("decided %s, %s: %s won\n",
			humanize_time(run_id_time(c->run_id), at),
			c->by_hand ? "by hand" : "by its rule",
			side_title(c->winner));
	printf("  page      %s\n", c->page_id);
	if (c->title) {
		printf("  record    ");
		print_shown(c->title, VALUE_COLUMNS);
		printf("\n");
	}
	for (enum field f = 0; f < FIELDS; f++)
		if (c->fields & FIELD_BIT(f))
			print_field(c, f);
	for (enum side s = 0; s < SIDES; s++) {
		if (!conflict_is_choice(c, s))
			continue;
		printf("  %s\n", conflict_command(all, c, s, command));
	}
}

void print_conflicts(const struct conflicts *c)
{
	if (c->n == 0)
		printf("No conflict is known that could be decided.\n");
	for (size_t i = 0; i < c->n && i < LISTED_MAX; i++) {
		if (i)
			printf("\n");
		print_one(c, &c->at[i]);
	}
	if (c->n > LISTED_MAX)
		printf("\n… and %zu older ones: --json lists them all\n",
			c->n - LISTED_MAX);
}

/* --- deciding one --------------------------------------------------------- */

/* Hex digits alone, in lower case; -1 where there is anything else. */
static int bare_id(const char *s, char out[UUID_SIZE])
{
	size_t n = 0;

	for (; *s; s++) {
		if (*s == '-')
			continue;
		if (!isxdigit((unsigned char)*s) || n == 32)
			return -1;
		out[n++] = (char)tolower((unsigned char)*s);
	}
	out[n] = '\0';
	return n < ID_MIN ? -1 : 0;
}

static bool begins_with(const char *id, const char *bare)
{
	char whole[UUID_SIZE];

	return bare_id(id, whole) == 0 &&
	       strncmp(whole, bare, strlen(bare)) == 0;
}

static bool is_meant(const struct conflict *c, const char *bare)
{
	return begins_with(c->row_id, bare) || begins_with(c->page_id, bare);
}

/* The rows of those that are meant, or of all, each once. */
static void name_rows(
	struct buf *out, const struct conflicts *all, const char *bare)
{
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++) {
		bool named = bare && !is_meant(&all->at[i], bare);

		for (size_t j = 0; j < i && !named; j++)
			named = conflict_same_pair(&all->at[i], &all->at[j]);
		if (named)
			continue;
		if (n < CANDIDATES_MAX)
			buf_addf(out, "%s%s", n ? ", " : "", all->at[i].row_id);
		n++;
	}
	if (n > CANDIDATES_MAX)
		buf_addf(out, " and %zu more", n - CANDIDATES_MAX);
}

static int no_such_id(
	const struct conflicts *all, const char *id, struct error *e)
{
	struct buf names = BUF_INIT(1024);
	char command[COMMAND_SIZE];
	int rc;

	name_rows(&names, all, NULL);
	humanize_command("scripts/controls.sh resolve --list", command);
	if (all->n)
		rc = fail(e, RC_USAGE,
			"no conflict is known of \"%.60s\"; there are some of "
			"%s: see %s",
			id, buf_str(&names), command);
	else
		rc = fail(e, RC_USAGE,
			"no conflict is known of \"%.60s\", nor of any other "
			"record",
			id);
	buf_fini(&names);
	return rc;
}

/* The newest conflict of the one record that is meant; NULL with e. */
static const struct conflict *find(
	const struct conflicts *all, const char *id, struct error *e)
{
	const struct conflict *found = NULL;
	struct buf names = BUF_INIT(1024);
	char bare[UUID_SIZE];

	if (bare_id(id, bare) < 0) {
		fail(e, RC_USAGE,
			"\"%.60s\" is not a row or page id: it must be 32 hex "
			"digits, or the first %d of them or more",
			id, ID_MIN);
		return NULL;
	}
	for (size_t i = 0; i < all->n; i++) {
		const struct conflict *c = &all->at[i];

		if (!is_meant(c, bare))
			continue;
		if (found && !conflict_same_pair(found, c)) {
			name_rows(&names, all, bare);
			fail(e, RC_USAGE, "\"%.60s\" may be any of these: %s",
				id, buf_str(&names));
			buf_fini(&names);
			return NULL;
		}
		if (!found)
			found = c;
	}
	if (!found)
		no_such_id(all, id, e);
	return found;
}

static int no_such_field(const struct conflicts *all,
	const struct conflict *newest, unsigned missing, struct error *e)
{
	struct buf names = BUF_INIT(1024);
	const char *comma = "";
	enum field not_there = 0;
	int rc;

	while (!(missing & FIELD_BIT(not_there)))
		not_there++;
	for (size_t i = 0; i < all->n; i++)
		for (enum field f = 0; f < FIELDS; f++)
			if (conflict_same_pair(&all->at[i], newest) &&
				all->at[i].fields & FIELD_BIT(f)) {
				buf_addf(&names, "%s%s", comma, field_name(f));
				comma = ", ";
			}
	rc = fail(e, RC_USAGE,
		"no conflict is known in the %s of %s; there is one in its %s",
		field_name(not_there), newest->row_id, buf_str(&names));
	buf_fini(&names);
	return rc;
}

/* Whether the values of these fields are those that the person has seen. */
static int check_seen(const struct conflict *c, const char *seen,
	unsigned fields, struct error *e)
{
	char now[SEEN_SIZE], command[COMMAND_SIZE];

	if (!seen || !(c->fields & fields))
		return 0;
	conflict_seen(c, now);
	if (strcmp(now, seen) == 0)
		return 0;
	return fail(e, RC_USAGE,
		"%s: the values have changed since they were shown, and "
		"nothing was decided: look again with %s",
		c->row_id,
		humanize_command(
			"scripts/controls.sh resolve --list", command));
}

json *conflicts_decide(const struct conflicts *c,
	const struct decision_asked *asked, struct error *e)
{
	const struct conflict *newest;
	unsigned missing;
	enum side take;
	json *line, *fields;

	if (!asked->take || side_parse(asked->take, &take) < 0) {
		fail(e, RC_USAGE,
			"whose value? --take supabase or --take notion%s%.20s",
			asked->take ? ", not " : "",
			asked->take ? asked->take : "");
		return NULL;
	}
	newest = find(c, asked->id, e);
	if (!newest)
		return NULL;
	missing = asked->fields ? asked->fields : newest->fields;
	line = json_object();
	json_put_str(line, "kind", "resolve");
	json_put_str(line, "row_id", newest->row_id);
	json_put_str(line, "page_id", newest->page_id);
	json_put_str(line, "take", side_name(take));
	fields = json_put(line, "fields", json_object());
	for (const struct conflict *one = newest; one < c->at + c->n; one++) {
		if (!conflict_same_pair(one, newest))
			continue;
		if (check_seen(one, asked->seen, missing, e) < 0) {
			json_free(line);
			return NULL;
		}
		conflict_put_fields(fields, one, missing);
		missing &= ~one->fields;
	}
	if (!missing)
		return line;
	json_free(line);
	no_such_field(c, newest, missing, e);
	return NULL;
}
