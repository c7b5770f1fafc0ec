/*
 * Numbers and times as people read them, and counts from records.
 *
 * Each *_words() fills and returns `out`.
 */
#ifndef COMMON_WORDS_H
#define COMMON_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "json.h"
#include "times.h"

#define WORDS_SIZE 64
#define COMMAND_SIZE 256

/* "4 minutes", "3 hours", "12 days"; a negative age is "0 seconds". */
const char *age_words(usec age, char out[WORDS_SIZE]);
/* "2026-11-25 19:35:04 UTC"; "an unknown time" for USEC_NONE. */
const char *time_words(usec t, char out[WORDS_SIZE]);
/* "2026-11-25T19:35:04Z"; NULL for USEC_NONE. */
const char *time_stamp(usec t, char out[TIME_SIZE]);
/* "0.4 s", "12 s", "3 min 20 s". */
const char *took_words(int64_t ms, char out[WORDS_SIZE]);
/* "1,240" */
const char *number_words(int64_t n, char out[WORDS_SIZE]);

/* "notion" as "Notion", "supabase" as "Supabase"; others as they are. */
const char *side_words(const char *side);

/*
 * What people type for "scripts/sync-now.sh --dry-run" or "bin/report": that,
 * or "vaultsync sync-now --dry-run" where vaultsync(1) has called us.
 */
const char *command_words(const char *command, char out[COMMAND_SIZE]);

/*
 * Counts from a record, of which nothing is sure: obj[key], and the sum of all
 * numbers in a tree. 0 to COUNT_MAX; what is no count is 0.
 */
#define COUNT_MAX 999999999999999LL
int64_t json_int(const json *obj, const char *key);
int64_t json_sum(const json *v);
/* The first member of an object; NULL where v is none. */
const json *first_member(const json *v);

#endif
