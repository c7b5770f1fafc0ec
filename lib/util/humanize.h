/*
 * Numbers and times as people read them, and counts from records.
 *
 * Functions with an `out` fill and return it.
 */
#ifndef UTIL_HUMANIZE_H
#define UTIL_HUMANIZE_H

#include <stddef.h>
#include <stdint.h>

#include "util/json.h"
#include "util/times.h"

#define HUMANIZE_SIZE 64
#define COMMAND_SIZE 1024

/* "4 minutes", "3 hours", "12 days"; a negative age is "0 seconds". */
const char *humanize_age(usec age, char out[HUMANIZE_SIZE]);
/* "2026-11-25 19:35:04 UTC"; "an unknown time" for USEC_NONE. */
const char *humanize_time(usec t, char out[HUMANIZE_SIZE]);
/* "2026-11-25T19:35:04Z"; NULL for USEC_NONE. */
const char *time_stamp(usec t, char out[TIME_SIZE]);
/* "0.4 s", "12 s", "3 min 20 s". */
const char *humanize_duration(int64_t ms, char out[HUMANIZE_SIZE]);
/* "40 s", "7 min", "2 h 5 min": of what is only guessed. */
const char *humanize_rough(usec time, char out[HUMANIZE_SIZE]);
/* "1,240" */
const char *humanize_number(int64_t n, char out[HUMANIZE_SIZE]);

/* "notion" as "Notion", "supabase" as "Supabase"; anything else unchanged. */
const char *humanize_side(const char *side);

/*
 * The command as the reader types it, given "scripts/sync-now.sh --dry-run" or
 * "bin/report": exactly that, or "vaultsync sync-now --dry-run" where
 * vaultsync(1) started this program, with the folder and the files that it was
 * told, as in "SYNC_ENV_FILE=/etc/env vaultsync -C /srv report".
 */
const char *humanize_command(const char *command, char out[COMMAND_SIZE]);

/*
 * Counts from a record, which may hold anything: obj[key], and the sum of all
 * numbers in a tree. 0 to COUNT_MAX; a value that is not a count is 0.
 */
#define COUNT_MAX 999999999999999LL
int64_t json_int(const json *obj, const char *key);
int64_t json_sum(const json *v);
/* The first member of an object; NULL where v is not an object. */
const json *first_member(const json *v);

#endif
