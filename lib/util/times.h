/*
 * Times and dates.
 *
 * A time is a count of microseconds since 1970-01-01T00:00:00Z, the precision
 * of PostgreSQL's timestamptz; as text it is RFC 3339 in UTC with "Z" and six
 * digits. A date is the text YYYY-MM-DD of a day that exists in the calendar,
 * in the years 0001 to 9999: the range that PostgreSQL, Notion and ISO 8601
 * share.
 */
#ifndef UTIL_TIMES_H
#define UTIL_TIMES_H

#include <stdbool.h>
#include <stdint.h>

typedef int64_t usec;

#define USEC_NONE INT64_MIN
#define USEC_SECOND 1000000LL
#define USEC_MINUTE (60 * USEC_SECOND)
#define USEC_DAY (USEC_MINUTE * 60 * 24)

#define TIME_SIZE 32 /* "2026-11-23T05:00:00.123456Z" and its NUL */
#define DATE_LEN 10

/*
 * RFC 3339 with "Z" or an offset, any number of fraction digits (rounded to six
 * as PostgreSQL does), years 0001 to 9999; and also what PostgreSQL writes in
 * zones other than UTC: an offset with seconds ("+00:53:28"), and a day just
 * outside those years whose instant is within them. Returns -1 for anything
 * else, with *t untouched.
 */
int time_parse(const char *s, usec *t);
const char *time_format(usec t, char out[TIME_SIZE]);

/*
 * Notion truncates its times to the minute; so does every comparison with them.
 */
usec time_floor_minute(usec t);

/* The wall clock. */
usec time_now(void);
/* A clock that never jumps, for measuring. */
usec time_monotonic(void);
/*
 * The same, for how old a sight of something is: it goes on while the machine
 * sleeps, where there is such a clock.
 */
usec time_with_sleep(void);
/* A pause, which a signal ends early. */
void time_pause(usec t);

bool date_is_valid(const char *s);
/* Whether the first ten characters of the text are a valid date. */
bool date_leads(const char *s);

#endif
