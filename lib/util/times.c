#include "util/times.h"

#include <string.h>
#include <time.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* n digits at *s as a number, or -1; moves *s past them. */
static int digits(const char **s, int n)
{
	int value = 0;

	for (int i = 0; i < n; i++) {
		if (!is_digit(**s))
			return -1;
		value = value * 10 + (*(*s)++ - '0');
	}
	return value;
}

static bool take(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

static int days_in_month(int y, int m)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };

	if (m == 2 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0))
		return 29;
	return days[m - 1];
}

/* "-MM-DD" of the year y. */
static bool parse_month_and_day(const char **s, int y, int *m, int *d)
{
	return take(s, '-') && (*m = digits(s, 2)) >= 1 && *m <= 12 &&
	       take(s, '-') && (*d = digits(s, 2)) >= 1 &&
	       *d <= days_in_month(y, *m);
}

static bool parse_day(const char **s, int *y, int *m, int *d)
{
	return (*y = digits(s, 4)) >= 1 && parse_month_and_day(s, *y, m, d);
}

/*
 * The day of a time. With an offset from UTC, the first and the last hours of
 * our range of years are written as days of the year before and the year after
 * it: "0001-12-31T… BC", "10000-01-01T…".
 */
static bool parse_local_day(const char **s, int *y, int *m, int *d)
{
	size_t n = strlen(*s);

	if (strncmp(*s, "10000-", 6) == 0)
		return (*y = digits(s, 5)) && parse_month_and_day(s, *y, m, d);
	if (!parse_day(s, y, m, d))
		return false;
	if (*y == 1 && n > 3 && strcmp(*s + strlen(*s) - 3, " BC") == 0)
		*y = 0;
	return true;
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar. */
static int64_t days_since_epoch(int y, int m, int d)
{
	int64_t year = m <= 2 ? y - 1 : y;
	int64_t era = year / 400, yoe = year - era * 400;
	int64_t doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/* The other way. */
static void date_of(int64_t days, int *y, int *m, int *d)
{
	int64_t since = days + 719468, era, doe, yoe, doy, month;

	era = (since >= 0 ? since : since - 146096) / 146097;
	doe = since - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	month = (5 * doy + 2) / 153; /* from March, with which years begin */
	*d = (int)(doy - (153 * month + 2) / 5 + 1);
	*m = (int)(month < 10 ? month + 3 : month - 9);
	*y = (int)(yoe + era * 400 + (*m <= 2));
}

/* ".123456789" in microseconds, rounded; 0 where there is no fraction. */
static int64_t parse_fraction(const char **s)
{
	int64_t us = 0, unit = USEC_SECOND;

	if (!take(s, '.'))
		return 0;
	if (!is_digit(**s))
		return -1;
	for (; is_digit(**s) && unit > 1; (*s)++) {
		unit /= 10;
		us += (**s - '0') * unit;
	}
	if (**s >= '5' && **s <= '9')
		us++;
	while (is_digit(**s))
		(*s)++;
	return us;
}

/* ":mm" as a number below 60; -1 where it is anything else. */
static int parse_sixtieth(const char **s)
{
	int n = take(s, ':') ? digits(s, 2) : -1;

	return n <= 59 ? n : -1;
}

/*
 * "Z", "+hh:mm", or "+hh:mm:ss" in seconds east of UTC: PostgreSQL writes the
 * last for times before a place had a zone, when each town kept its own noon.
 */
static bool parse_offset(const char **s, int *seconds)
{
	int sign = **s == '-' ? -1 : 1, h, m, sec = 0;

	*seconds = 0;
	if (take(s, 'Z') || take(s, 'z'))
		return true;
	if (!take(s, '+') && !take(s, '-'))
		return false;
	if ((h = digits(s, 2)) < 0 || h > 23 || (m = parse_sixtieth(s)) < 0 ||
		(**s == ':' && (sec = parse_sixtieth(s)) < 0))
		return false;
	*seconds = sign * ((h * 60 + m) * 60 + sec);
	return true;
}

/* An offset or rounding can lead out of the range of years. */
static bool has_text(usec t)
{
	return t >= days_since_epoch(1, 1, 1) * USEC_DAY &&
	       t < (days_since_epoch(9999, 12, 31) + 1) * USEC_DAY;
}

int time_parse(const char *s, usec *t)
{
	int y, mo, d, h, mi, sec, offset;
	int64_t fraction;
	usec instant;

	if (!s || !parse_local_day(&s, &y, &mo, &d) ||
		(!take(&s, 'T') && !take(&s, 't')))
		return -1;
	if ((h = digits(&s, 2)) < 0 || h > 23 || !take(&s, ':') ||
		(mi = digits(&s, 2)) < 0 || mi > 59 || !take(&s, ':') ||
		(sec = digits(&s, 2)) < 0 || sec > 60)
		return -1;
	if ((fraction = parse_fraction(&s)) < 0 || !parse_offset(&s, &offset) ||
		strcmp(s, y == 0 ? " BC" : "") != 0)
		return -1;
	instant = ((days_since_epoch(y, mo, d) * 24 + h) * 60 + mi) *
			  USEC_MINUTE +
		  (sec - offset) * USEC_SECOND + fraction;
	if (!has_text(instant))
		return -1;
	*t = instant;
	return 0;
}

/* n digits with leading zeros, and what follows them; returns the end. */
static char *put_digits(char *at, int64_t value, int n, char then)
{
	for (int i = n - 1; i >= 0; i--, value /= 10)
		at[i] = (char)('0' + value % 10);
	at[n] = then;
	return at + n + 1;
}

const char *time_format(usec t, char out[TIME_SIZE])
{
	char *at = out;
	int64_t days, rest;
	int y, m, d;

	if (!has_text(t))
		return strcpy(out, "0001-01-01T00:00:00.000000Z");
	days = t / USEC_DAY;
	rest = t % USEC_DAY;
	if (rest < 0) {
		rest += USEC_DAY;
		days--;
	}
	date_of(days, &y, &m, &d);
	at = put_digits(at, y, 4, '-');
	at = put_digits(at, m, 2, '-');
	at = put_digits(at, d, 2, 'T');
	at = put_digits(at, rest / (60 * USEC_MINUTE), 2, ':');
	at = put_digits(at, rest / USEC_MINUTE % 60, 2, ':');
	at = put_digits(at, rest / USEC_SECOND % 60, 2, '.');
	at = put_digits(at, rest % USEC_SECOND, 6, 'Z');
	*at = '\0';
	return out;
}

usec time_floor_minute(usec t)
{
	usec rest;

	if (t == USEC_NONE)
		return t;
	rest = t % USEC_MINUTE;
	return t - (rest < 0 ? rest + USEC_MINUTE : rest);
}

static usec read_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (usec)now.tv_sec * USEC_SECOND + now.tv_nsec / 1000;
}

usec time_now(void)
{
	return read_clock(CLOCK_REALTIME);
}

usec time_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

usec time_with_sleep(void)
{
#ifdef CLOCK_BOOTTIME
	return read_clock(CLOCK_BOOTTIME);
#else
	return time_monotonic();
#endif
}

void time_pause(usec t)
{
	struct timespec pause = { .tv_sec = (time_t)(t / USEC_SECOND),
		.tv_nsec = (long)(t % USEC_SECOND) * 1000 };

	nanosleep(&pause, NULL);
}

bool date_leads(const char *s)
{
	int y, m, d;

	return s && parse_day(&s, &y, &m, &d);
}

bool date_is_valid(const char *s)
{
	return date_leads(s) && strlen(s) == DATE_LEN;
}
