/*
 * The header Prefer.
 */
#include "sandbox/postgrest/query.h"

#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/opt.h"

/* The entry of `words` that equals s, or NULL. */
static const char *word_of(const char *s, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(s, *words) == 0)
			return *words;
	return NULL;
}

static bool set_return(struct preferences *p, const char *value)
{
	static const char *const words[] = { "minimal", "headers-only",
		"representation", NULL };

	for (int i = 0; words[i]; i++)
		if (strcmp(value, words[i]) == 0) {
			if (p->return_ == RETURN_DEFAULT)
				p->return_ = RETURN_MINIMAL + i;
			return true;
		}
	return false;
}

static bool set_resolution(struct preferences *p, const char *value)
{
	enum resolution r =
		strcmp(value, "merge-duplicates") == 0	  ? RESOLUTION_MERGE
		: strcmp(value, "ignore-duplicates") == 0 ? RESOLUTION_IGNORE
							  : RESOLUTION_NONE;

	if (r && !p->resolution)
		p->resolution = r;
	return r != RESOLUTION_NONE;
}

static bool set_word(
	const char **at, const char *value, const char *const *words)
{
	const char *word = word_of(value, words);

	if (word && !*at)
		*at = word;
	return word != NULL;
}

/* The first of each name counts; false for an unknown one. */
static bool set_preference(
	struct preferences *p, const char *name, const char *value)
{
	static const char *const counts[] = { "exact", "planned", "estimated",
		NULL };
	static const char *const missing[] = { "default", "null", NULL };
	static const char *const handling[] = { "strict", "lenient", NULL };
	static const char *const tx[] = { "commit", "rollback", NULL };
	long n;

	if (strcmp(name, "return") == 0)
		return set_return(p, value);
	if (strcmp(name, "resolution") == 0)
		return set_resolution(p, value);
	if (strcmp(name, "count") == 0)
		return set_word(&p->count, value, counts);
	if (strcmp(name, "missing") == 0)
		return set_word(&p->missing, value, missing);
	if (strcmp(name, "handling") == 0)
		return set_word(&p->handling, value, handling);
	if (strcmp(name, "tx") == 0)
		return set_word(&p->tx, value, tx);
	if (strcmp(name, "max-affected") == 0) {
		if (parse_number(value, 0, 1000000000, &n) < 0)
			return false;
		if (p->max_affected < 0)
			p->max_affected = n;
		return true;
	}
	if (strcmp(name, "timezone") == 0) {
		if (!p->timezone)
			p->timezone = xstrdup(value);
		return strcmp(value, "UTC") == 0;
	}
	return false;
}

int preferences_parse(
	struct preferences *p, const char *header, struct rest_error *e)
{
	struct buf unknown = BUF_INIT(400);
	int rc = 0;

	*p = (struct preferences){ .max_affected = -1 };
	for (const char *s = header ? header : ""; *s;) {
		size_t lead = strspn(s, " \t"), len = strcspn(s, ",");
		char *item = xstrndup(s + lead, len > lead ? len - lead : 0);
		char *eq = strchr(item, '=');

		for (size_t n = strlen(item); n && item[n - 1] == ' ';)
			item[--n] = '\0';
		if (eq)
			*eq = '\0';
		if (*item && !set_preference(p, item, eq ? eq + 1 : "")) {
			if (eq)
				*eq = '=';
			buf_addf(&unknown, "%s%s", unknown.len ? ", " : "",
				item);
		}
		free(item);
		s += len + (s[len] == ',');
	}
	if (unknown.len && p->handling && *p->handling == 's') {
		rest_fail(e, "PGRST122",
			"Invalid preferences given with handling=strict");
		rc = rest_details(e, "Invalid preferences: %s", unknown.data);
	}
	buf_fini(&unknown);
	return rc;
}

void preferences_fini(struct preferences *p)
{
	free(p->timezone);
}

static void applied(struct buf *b, const char *name, const char *value)
{
	if (value)
		buf_addf(b, "%s%s=%s", b->len ? ", " : "", name, value);
}

void preferences_applied(
	const struct preferences *p, struct reply *a, bool write, bool upsert)
{
	static const char *const returns[] = { NULL, "minimal", "headers-only",
		"representation" };
	static const char *const resolutions[] = { NULL, "merge-duplicates",
		"ignore-duplicates" };
	struct buf b = BUF_INIT(600);
	bool strict = p->handling && *p->handling == 's';

	if (upsert)
		applied(&b, "resolution", resolutions[p->resolution]);
	if (write) {
		applied(&b, "missing", p->missing);
		applied(&b, "return", returns[p->return_]);
	}
	applied(&b, "count", p->count);
	applied(&b, "handling", p->handling);
	if (p->timezone && strcmp(p->timezone, "UTC") == 0)
		applied(&b, "timezone", p->timezone);
	if (write && strict && p->max_affected >= 0)
		buf_addf(&b, "%smax-affected=%lld", b.len ? ", " : "",
			(long long)p->max_affected);
	if (b.len)
		reply_header(a, "Preference-Applied", "%s", b.data);
	buf_fini(&b);
}
