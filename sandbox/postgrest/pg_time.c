#include "sandbox/postgrest/pg_time.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DAY (86400 * USEC_SECOND)
#define DATE_YEAR_MAX 5874897
#define TIME_YEAR_MAX 294275

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/* At most `most` digits; returns how many there were. */
static int number(const char **s, int most, int64_t *out)
{
	int n = 0;

	*out = 0;
	for (; n < most && digit(**s); n++)
		*out = *out * 10 + (*(*s)++ - '0');
	return n;
}

static int64_t days_of(int64_t y, int64_t m, int64_t d)
{
	int64_t year = m <= 2 ? y - 1 : y;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t yoe = year - era * 400;
	int64_t doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void date_of(int64_t days, int64_t *y, int64_t *m, int64_t *d)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*d = doy - (153 * mp + 2) / 5 + 1;
	*m = mp < 10 ? mp + 3 : mp - 9;
	*y = yoe + era * 400 + (*m <= 2);
}

static bool is_leap(int64_t y)
{
	return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
}

static int64_t days_in(int64_t y, int64_t m)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };

	return m == 2 && is_leap(y) ? 29 : days[m - 1];
}

struct civil {
	int64_t y, m, d;
};

static void split_compact(struct civil *c, int64_t whole)
{
	c->y = whole / 10000;
	c->m = whole / 100 % 100;
	c->d = whole % 100;
}

/* The digits of a date in any of the forms; false where it is not a date. */
static bool scan_civil(const char **s, struct civil *c)
{
	int64_t first, second, third;
	int n = number(s, 8, &first);
	char sep = **s;

	if (n == 8 && sep != '-' && sep != '/') {
		split_compact(c, first);
		return true;
	}
	if (n == 0 || (sep != '-' && sep != '/'))
		return false;
	(*s)++;
	if (!number(s, 2, &second) || **s != sep)
		return false;
	(*s)++;
	if (n <= 2) {
		/* Month, day, year. */
		*c = (struct civil){ .m = first, .d = second };
		return number(s, 7, &c->y) >= 3;
	}
	if (!number(s, 2, &third) || digit(**s))
		return false;
	*c = (struct civil){ first, second, third };
	return true;
}

/* " BC" at the end of the text, which *len doesn't count. */
static bool take_era(const char *s, size_t *len)
{
	while (*len && strchr(" \t\n", s[*len - 1]))
		(*len)--;
	if (*len < 4 || strncasecmp(s + *len - 2, "BC", 2) != 0)
		return false;
	*len -= 2;
	while (*len && s[*len - 1] == ' ')
		(*len)--;
	return true;
}

static bool special(const char *s, usec now, usec *us)
{
	static const char *const words[] = { "infinity", "-infinity", "now",
		"today", "epoch" };
	const usec values[] = { PG_TIME_INFINITY, -PG_TIME_INFINITY, now,
		now / DAY * DAY, 0 };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcasecmp(s, words[i]) == 0) {
			*us = values[i];
			return true;
		}
	return false;
}

/* hh:mm[:ss[.f]] in microseconds of the day. */
static enum pg_time_result scan_clock(const char **s, int64_t *us)
{
	int64_t h, m, sec = 0, fraction = 0, unit = 1000000;

	if (number(s, 2, &h) == 0 || **s != ':')
		return PG_TIME_SYNTAX;
	(*s)++;
	if (number(s, 2, &m) != 2)
		return PG_TIME_SYNTAX;
	if (**s == ':') {
		(*s)++;
		if (number(s, 2, &sec) != 2)
			return PG_TIME_SYNTAX;
	}
	if (**s == '.') {
		/* Seven digits, of which the last one is for rounding. */
		for ((*s)++; digit(**s); (*s)++, unit /= 10)
			fraction += (**s - '0') * unit;
		fraction = (fraction + 5) / 10;
	}
	if (h > 24 || m > 59 || sec > 60 || (h == 24 && (m || sec || fraction)))
		return PG_TIME_RANGE;
	*us = ((h * 60 + m) * 60 + sec) * USEC_SECOND + fraction;
	return PG_TIME_OK;
}

/* Z, +hh, +hhmm, +hh:mm[:ss], or nothing; microseconds east of UTC. */
static bool scan_zone(const char **s, int64_t *us)
{
	int64_t h, m = 0, sec = 0;
	int sign = **s == '-' ? -1 : 1;

	*us = 0;
	if (!**s)
		return true;
	if (strcasecmp(*s, "z") == 0 || strcasecmp(*s, "utc") == 0) {
		*s += strlen(*s);
		return true;
	}
	if (**s != '+' && **s != '-')
		return false;
	(*s)++;
	if (!number(s, 2, &h))
		return false;
	if (**s == ':' || digit(**s)) {
		*s += **s == ':';
		if (number(s, 2, &m) != 2)
			return false;
	}
	if (**s == ':') {
		(*s)++;
		if (number(s, 2, &sec) != 2)
			return false;
	}
	*us = sign * ((h * 60 + m) * 60 + sec) * USEC_SECOND;
	return h <= 15 && m <= 59 && sec <= 59;
}

/* Days, and the time of day in UTC that follows them. */
static enum pg_time_result scan(
	const char *text, int64_t year_max, int64_t *days, int64_t *us)
{
	char copy[80];
	size_t len = strlen(text), lead = strspn(text, " \t\n");
	bool bc = take_era(text, &len);
	const char *s = copy;
	int64_t zone = 0;
	struct civil c;
	enum pg_time_result rc;

	if (len <= lead || len - lead >= sizeof copy)
		return PG_TIME_SYNTAX;
	snprintf(copy, sizeof copy, "%.*s", (int)(len - lead), text + lead);
	if (!scan_civil(&s, &c))
		return PG_TIME_SYNTAX;
	*us = 0;
	if (*s == 'T' || *s == 't' || *s == ' ') {
		s++;
		if ((rc = scan_clock(&s, us)) != PG_TIME_OK)
			return rc;
		s += strspn(s, " ");
		if (!scan_zone(&s, &zone))
			return PG_TIME_SYNTAX;
	}
	if (*s)
		return PG_TIME_SYNTAX;
	if (c.y < 1 || c.m < 1 || c.m > 12 || c.d < 1)
		return PG_TIME_RANGE;
	c.y = bc ? 1 - c.y : c.y;
	if (c.y > year_max || c.y < -4712 || c.d > days_in(c.y, c.m))
		return PG_TIME_RANGE;
	*days = days_of(c.y, c.m, c.d);
	*us -= zone;
	return PG_TIME_OK;
}

enum pg_time_result pg_date_parse(const char *s, usec now, int64_t *days)
{
	usec us;

	if (special(s, now, &us)) {
		*days = us == PG_TIME_INFINITY	  ? PG_DAYS_INFINITY
			: us == -PG_TIME_INFINITY ? -(int64_t)PG_DAYS_INFINITY
						  : us / DAY;
		return PG_TIME_OK;
	}
	return scan(s, DATE_YEAR_MAX, days, &us);
}

enum pg_time_result pg_timestamp_parse(const char *s, usec now, int64_t *us)
{
	int64_t days, rest;
	enum pg_time_result rc;

	if (special(s, now, us))
		return PG_TIME_OK;
	rc = scan(s, TIME_YEAR_MAX, &days, &rest);
	if (rc == PG_TIME_OK)
		*us = days * DAY + rest;
	return rc;
}

static size_t format_day(int64_t days, char *out, bool *bc)
{
	int64_t y, m, d;

	date_of(days, &y, &m, &d);
	*bc = y < 1;
	return (size_t)snprintf(out, PG_TIME_SIZE, "%04lld-%02d-%02d",
		(long long)(*bc ? 1 - y : y), (int)m, (int)d);
}

static const char *infinity(int64_t n, char *out)
{
	return strcpy(out, n > 0 ? "infinity" : "-infinity");
}

const char *pg_date_format(int64_t days, char out[PG_TIME_SIZE])
{
	bool bc;

	if (days >= PG_DAYS_INFINITY || days <= -(int64_t)PG_DAYS_INFINITY)
		return infinity(days, out);
	format_day(days, out, &bc);
	if (bc)
		strcat(out, " BC");
	return out;
}

const char *pg_timestamp_format(int64_t us, bool json, char out[PG_TIME_SIZE])
{
	int64_t days = us / DAY, rest = us % DAY, fraction;
	bool bc;
	size_t n;

	if (us == PG_TIME_INFINITY || us == -PG_TIME_INFINITY)
		return infinity(us, out);
	if (rest < 0) {
		rest += DAY;
		days--;
	}
	n = format_day(days, out, &bc);
	fraction = rest % USEC_SECOND;
	rest /= USEC_SECOND;
	n += (size_t)snprintf(out + n, PG_TIME_SIZE - n, "%c%02d:%02d:%02d",
		json ? 'T' : ' ', (int)(rest / 3600), (int)(rest / 60 % 60),
		(int)(rest % 60));
	if (fraction) {
		n += (size_t)snprintf(
			out + n, PG_TIME_SIZE - n, ".%06d", (int)fraction);
		while (out[n - 1] == '0')
			out[--n] = '\0';
	}
	snprintf(out + n, PG_TIME_SIZE - n, "%s%s", json ? "+00:00" : "+00",
		bc ? " BC" : "");
	return out;
}
