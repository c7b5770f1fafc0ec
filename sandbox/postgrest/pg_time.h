/*
 * PostgreSQL's dates and times, beyond the years 0001 to 9999 of times.h: up to
 * 5874897, BC, and infinity, because a table can hold them.
 *
 * Supported are ISO 8601 forms, also with "/" instead of "-" or without
 * separators, month first where a "/" follows two digits (DateStyle "ISO,
 * MDY"), "now", "today", "epoch" and "infinity", but not names of months and
 * zones.
 */
#ifndef SANDBOX_POSTGREST_PG_TIME_H
#define SANDBOX_POSTGREST_PG_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "util/times.h"

#define PG_TIME_SIZE 64
#define PG_DAYS_INFINITY INT32_MAX
#define PG_TIME_INFINITY INT64_MAX

enum pg_time_result {
	PG_TIME_OK,
	PG_TIME_SYNTAX, /* 22007 */
	PG_TIME_RANGE,	/* 22008 */
};

/* A time of day and a zone after a date are read and dropped. */
enum pg_time_result pg_date_parse(const char *s, usec now, int64_t *days);
/* Without a zone it is UTC. */
enum pg_time_result pg_timestamp_parse(const char *s, usec now, int64_t *us);
const char *pg_date_format(int64_t days, char out[PG_TIME_SIZE]);
/* json: with "T" and "+00:00"; else with a space and "+00". */
const char *pg_timestamp_format(int64_t us, bool json, char out[PG_TIME_SIZE]);

#endif
