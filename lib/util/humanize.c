#include "util/humanize.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *humanize_age(usec age, char out[HUMANIZE_SIZE])
{
	int64_t n = age > 0 ? age / USEC_SECOND : 0;
	const char *unit = "second";

	if (n >= 2 * 86400) {
		n /= 86400;
		unit = "day";
	} else if (n >= 2 * 3600) {
		n /= 3600;
		unit = "hour";
	} else if (n >= 60) {
		n /= 60;
		unit = "minute";
	}
	snprintf(out, HUMANIZE_SIZE, "%" PRId64 " %s%s", n, unit,
		n == 1 ? "" : "s");
	return out;
}

const char *humanize_time(usec t, char out[HUMANIZE_SIZE])
{
	char stamp[TIME_SIZE];

	if (t == USEC_NONE)
		return strcpy(out, "an unknown time");
	time_format(t, stamp);
	snprintf(out, HUMANIZE_SIZE, "%.10s %.8s UTC", stamp, stamp + 11);
	return out;
}

const char *time_stamp(usec t, char out[TIME_SIZE])
{
	if (t == USEC_NONE)
		return NULL;
	time_format(t, out);
	strcpy(out + 19, "Z");
	return out;
}

const char *humanize_duration(int64_t ms, char out[HUMANIZE_SIZE])
{
	int64_t s = ms / 1000;

	if (ms < 10000)
		snprintf(out, HUMANIZE_SIZE, "%" PRId64 ".%" PRId64 " s", s,
			ms % 1000 / 100);
	else if (s < 60)
		snprintf(out, HUMANIZE_SIZE, "%" PRId64 " s", s);
	else if (s < 3600)
		snprintf(out, HUMANIZE_SIZE, "%" PRId64 " min %" PRId64 " s",
			s / 60, s % 60);
	else
		snprintf(out, HUMANIZE_SIZE, "%" PRId64 " h %" PRId64 " min",
			s / 3600, s % 3600 / 60);
	return out;
}

const char *humanize_number(int64_t n, char out[HUMANIZE_SIZE])
{
	char digits[HUMANIZE_SIZE / 2];
	size_t len, at = 0;

	snprintf(digits, sizeof digits, "%" PRId64, n < 0 ? 0 : n);
	len = strlen(digits);
	for (size_t i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	out[at] = '\0';
	return out;
}

const char *humanize_side(const char *side)
{
	if (side && strcmp(side, "notion") == 0)
		return "Notion";
	if (side && strcmp(side, "supabase") == 0)
		return "Supabase";
	return side ? side : "?";
}

#define CALLER_MAX 720 /* bytes; the rest is for what is called */

const char *humanize_command(const char *command, char out[COMMAND_SIZE])
{
	const char *caller = getenv("VAULTSYNC_COMMAND"), *name, *rest;
	size_t n;

	name = strchr(command, '/');
	if (!caller || !*caller || !name++) {
		snprintf(out, COMMAND_SIZE, "%s", command);
		return out;
	}
	/* Cut, it would lead to another pair; so it leads to none. */
	if (strlen(caller) > CALLER_MAX)
		caller = "vaultsync -C FOLDER";
	n = strcspn(name, ". ");
	rest = name + n;
	if (strncmp(rest, ".sh", 3) == 0)
		rest += 3;
	snprintf(out, COMMAND_SIZE, "%.*s %.*s%s", CALLER_MAX, caller, (int)n,
		name, rest);
	return out;
}

int64_t json_int(const json *obj, const char *key)
{
	int64_t n;

	if (json_whole(json_get(obj, key), &n) < 0 || n < 0 || n > COUNT_MAX)
		return 0;
	return n;
}

int64_t json_sum(const json *v)
{
	int64_t sum = 0, n;

	if (json_whole(v, &n) == 0)
		return n < 0 || n > COUNT_MAX ? 0 : n;
	for (const json *m = json_first(v); m; m = json_next(m)) {
		sum += json_sum(m);
		if (sum > COUNT_MAX)
			return COUNT_MAX;
	}
	return sum;
}

const json *first_member(const json *v)
{
	return json_is_object(v) ? json_first(v) : NULL;
}

const char *humanize_rough(usec time, char out[HUMANIZE_SIZE])
{
	long long s = time > 0 ? (long long)(time / USEC_SECOND) : 0;

	if (s < 90)
		snprintf(out, HUMANIZE_SIZE, "%lld s", s);
	else if (s < 5400)
		snprintf(out, HUMANIZE_SIZE, "%lld min", (s + 30) / 60);
	else
		snprintf(out, HUMANIZE_SIZE, "%lld h %lld min", s / 3600,
			s % 3600 / 60);
	return out;
}
