#include "sandbox/notion/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sandbox/notion/text.h"
#include "util/alloc.h"

/* "2026-06-27", and what follows it in parts. */
struct moment {
	char day[DATE_LEN + 1];
	bool timed;
	int hour, minute;
	int offset; /* minutes east of UTC */
};

static bool two_digits(const char **s, int max, int *out)
{
	if ((*s)[0] < '0' || (*s)[0] > '9' || (*s)[1] < '0' || (*s)[1] > '9')
		return false;
	*out = ((*s)[0] - '0') * 10 + (*s)[1] - '0';
	*s += 2;
	return *out <= max;
}

static bool parse_offset(const char *s, int *offset)
{
	int sign = *s == '-' ? -1 : 1, h, m = 0;

	*offset = 0;
	if (!*s || strcmp(s, "Z") == 0)
		return true;
	if (*s != '+' && *s != '-')
		return false;
	s++;
	if (!two_digits(&s, 14, &h))
		return false;
	s += *s == ':';
	if (*s && !two_digits(&s, 59, &m))
		return false;
	*offset = sign * (h * 60 + m);
	return !*s;
}

/* Into one that is all zeros. */
static bool parse_moment(const char *s, struct moment *m)
{
	int second;

	if (!date_leads(s))
		return false;
	snprintf(m->day, sizeof m->day, "%.10s", s);
	s += DATE_LEN;
	if (!*s)
		return true;
	if (*s != 'T' && *s != ' ')
		return false;
	s++;
	m->timed = true;
	if (!two_digits(&s, 23, &m->hour) || *s++ != ':' ||
		!two_digits(&s, 59, &m->minute))
		return false;
	if (*s == ':') {
		s++;
		if (!two_digits(&s, 59, &second))
			return false;
		if (*s == '.')
			s += 1 + strspn(s + 1, "0123456789");
	}
	return parse_offset(s, &m->offset);
}

static usec instant(const struct moment *m)
{
	char text[48];
	usec t = 0;

	snprintf(text, sizeof text, "%sT%02d:%02d:00Z", m->day, m->hour,
		m->minute);
	time_parse(text, &t);
	return t - m->offset * USEC_MINUTE;
}

int date_span(const char *text, usec *from, usec *to)
{
	struct moment m = { 0 };

	if (!text || !parse_moment(text, &m))
		return -1;
	*from = instant(&m);
	*to = *from + (m.timed ? 1000 : 1440 * USEC_MINUTE);
	if (m.timed && time_parse(text, from) == 0)
		*to = *from + 1000;
	return 0;
}

static bool zone_exists(const char *name)
{
	char path[200];

	if (!*name || strlen(name) > 60 || strstr(name, "..") || *name == '/' ||
		name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop"
				  "qrstuvwxyz0123456789_+-/")])
		return false;
	snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
	return strcmp(name, "UTC") == 0 || access(path, R_OK) == 0;
}

/* The clock time in that zone; the caller's lock keeps others from using TZ. */
static int zone_offset(const char *zone, const struct moment *m)
{
	char *was = xstrdup(getenv("TZ"));
	struct tm tm = { .tm_isdst = -1 };
	time_t local;
	usec utc;
	struct moment here = *m;

	here.offset = 0;
	utc = instant(&here);
	setenv("TZ", zone, 1);
	tzset();
	tm.tm_year = (int)strtol(m->day, NULL, 10) - 1900;
	tm.tm_mon = (int)strtol(m->day + 5, NULL, 10) - 1;
	tm.tm_mday = (int)strtol(m->day + 8, NULL, 10);
	tm.tm_hour = m->hour;
	tm.tm_min = m->minute;
	local = mktime(&tm);
	if (was)
		setenv("TZ", was, 1);
	else
		unsetenv("TZ");
	tzset();
	free(was);
	return (int)((utc / USEC_SECOND - local) / 60);
}

static json *moment_json(const struct moment *m)
{
	char text[48];
	int east = abs(m->offset);

	if (!m->timed)
		return json_string(m->day);
	snprintf(text, sizeof text, "%sT%02d:%02d:00.000%c%02d:%02d", m->day,
		m->hour, m->minute, m->offset < 0 ? '-' : '+', east / 60,
		east % 60);
	return json_string(text);
}

static int parse_end(const json *v, const char *path, const char *key,
	const char *zone, struct moment *m, struct notion_error *e)
{
	char at[PATH_MAX_LEN];

	snprintf(at, sizeof at, "%.400s.%s", path, key);
	if (!json_text(v) || !parse_moment(json_text(v), m))
		return notion_should_be(
			e, at, "a valid ISO 8601 date string", v);
	if (!zone)
		return 0;
	if (!m->timed)
		return notion_invalid(e,
			"body failed validation: %s should have a time where "
			"time_zone is given.",
			at);
	m->offset = zone_offset(zone, m);
	return 0;
}

static int check_zone(const char *zone, const json *v, const char *path,
	struct notion_error *e)
{
	char at[PATH_MAX_LEN];

	snprintf(at, sizeof at, "%.400s.time_zone", path);
	if (json_is_null(v) || (zone && zone_exists(zone)))
		return 0;
	return notion_should_be(e, at, "a valid time zone", v);
}

int date_value_parse(
	const json *given, const char *path, json **out, struct notion_error *e)
{
	static const char *const keys[] = { "start", "end", "time_zone", NULL };
	const char *zone = json_str(given, "time_zone");
	const json *end = json_get(given, "end");
	struct moment from = { 0 }, to = { 0 };

	*out = NULL;
	if (json_is_null(given)) {
		*out = json_string(NULL);
		return 0;
	}
	if (!json_is_object(given))
		return notion_should_be(e, path, "an object or `null`", given);
	if (notion_only_keys(e, path, given, keys) < 0 ||
		check_zone(zone, json_get(given, "time_zone"), path, e) < 0 ||
		parse_end(json_get(given, "start"), path, "start", zone, &from,
			e) < 0)
		return -1;
	if (!json_is_null(end)) {
		if (parse_end(end, path, "end", zone, &to, e) < 0)
			return -1;
		if (instant(&to) < instant(&from))
			return notion_invalid(e,
				"body failed validation: %s.end should be "
				"after start.",
				path);
	}
	*out = json_object();
	json_put(*out, "start", moment_json(&from));
	json_put(*out, "end",
		json_is_null(end) ? json_string(NULL) : moment_json(&to));
	json_put_str(*out, "time_zone", NULL);
	return 0;
}
