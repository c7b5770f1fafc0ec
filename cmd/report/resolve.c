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

/* --- the commands --------------------------------------------------------- */

/* " --field type", for a conflict that isn't the newest of its record. */
static void field_options(
	const struct conflicts *all, const struct conflict *c, struct buf *out)
{
	const struct conflict *newest = all->at;

	while (strcmp(newest->row_id, c->row_id) != 0 ||
		strcmp(newest->page_id, c->page_id) != 0)
		newest++;
	for (enum field f = 0; f < FIELDS && newest != c; f++)
		if (c->fields & FIELD_BIT(f))
			buf_addf(out, " --field %s", field_name(f));
}

static void command_of(const struct conflicts *all, const struct conflict *c,
	enum side take, char out[COMMAND_SIZE])
{
	struct buf text = BUF_INIT(COMMAND_SIZE);

	buf_addf(&text, "scripts/controls.sh resolve %s --take %s", c->row_id,
		side_name(take));
	field_options(all, c, &text);
	humanize_command(buf_str(&text), out);
	buf_fini(&text);
}

/* The sides whose value can be asked for: of a decided one, the one that lost.
 */
static bool is_choice(const struct conflict *c, enum side s)
{
	return !c->decided || s != c->winner;
}

/* --- the list ------------------------------------------------------------- */

static const char *edited_key(enum side s)
{
	return s == SUPABASE ? "supabase_at" : "notion_at";
}

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

		time_parse(json_str(c->line, edited_key(s)), &at);
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
		if (!is_choice(c, s))
			continue;
		command_of(all, c, s, command);
		printf("  %s\n", command);
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

/* --- as JSON -------------------------------------------------------------- */

static json *field_json(const struct conflict *c, enum field f)
{
	json *field = json_object();

	for (enum side s = 0; s < SIDES; s++)
		json_put_str(field, side_name(s), c->of[s].value[f]);
	json_put_str(field, "winner", c->decided ? side_name(c->winner) : NULL);
	if (f == FIELD_DATE && c->date_detail)
		json_put(field, "date_detail", json_copy(c->date_detail));
	return field;
}

static void put_fields(json *to, const struct conflict *c, unsigned fields)
{
	for (enum field f = 0; f < FIELDS; f++)
		if (c->fields & fields & FIELD_BIT(f))
			json_put(to, field_name(f), field_json(c, f));
}

static json *conflict_json(
	const struct conflicts *all, const struct conflict *c)
{
	json *one = json_object(), *commands;
	char stamp[TIME_SIZE], command[COMMAND_SIZE];

	json_put_str(one, "row_id", c->row_id);
	json_put_str(one, "page_id", c->page_id);
	json_put_str(one, "title", c->title);
	json_put_str(one, "run_id", c->run_id);
	json_put_str(one, "at", time_stamp(run_id_time(c->run_id), stamp));
	json_put_bool(one, "decided", c->decided);
	json_put_bool(one, "by_hand", c->by_hand);
	put_fields(json_put(one, "fields", json_object()), c, ALL_FIELDS);
	for (enum side s = 0; s < SIDES; s++)
		json_put_str(
			one, edited_key(s), json_str(c->line, edited_key(s)));
	commands = json_put(one, "commands", json_array());
	for (enum side s = 0; s < SIDES; s++)
		if (is_choice(c, s)) {
			command_of(all, c, s, command);
			json_add(commands, json_string(command));
		}
	return one;
}

json *conflicts_json(const struct conflicts *c)
{
	json *data = json_object();
	json *list = json_put(data, "conflicts", json_array());

	for (size_t i = 0; i < c->n; i++)
		json_add(list, conflict_json(c, &c->at[i]));
	return data;
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

static bool same_pair(const struct conflict *x, const struct conflict *y)
{
	return strcmp(x->row_id, y->row_id) == 0 &&
	       strcmp(x->page_id, y->page_id) == 0;
}

/* The rows of those that are meant, or of all, each once. */
static void name_rows(
	struct buf *out, const struct conflicts *all, const char *bare)
{
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++) {
		bool named = bare && !is_meant(&all->at[i], bare);

		for (size_t j = 0; j < i && !named; j++)
			named = same_pair(&all->at[i], &all->at[j]);
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
		if (found && !same_pair(found, c)) {
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
			if (same_pair(&all->at[i], newest) &&
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
		if (!same_pair(one, newest))
			continue;
		put_fields(fields, one, missing);
		missing &= ~one->fields;
	}
	if (!missing)
		return line;
	json_free(line);
	no_such_field(c, newest, missing, e);
	return NULL;
}
