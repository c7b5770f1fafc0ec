/*
 * The state of the sandbox: the data, the switches, the clock, the pending
 * faults, the past requests. One lock protects all of it; a request holds it
 * while it is handled, but never while it waits, so that a delayed or missing
 * reply makes nobody else wait.
 */
#ifndef SANDBOX_WORLD_H
#define SANDBOX_WORLD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "sandbox/config.h"
#include "sandbox/db.h"
#include "sandbox/exchange.h"
#include "util/buf.h"
#include "util/error.h"
#include "util/uuid.h"

/* The standing objects: the same in every sandbox. */
#define DATABASE_ID "d0000000-0000-4000-8000-000000000001"
#define DATA_SOURCE_ID "d5000000-0000-4000-8000-000000000001"
#define ELSEWHERE_DATABASE_ID "d0000000-0000-4000-8000-000000000002"
#define ELSEWHERE_ID "d5000000-0000-4000-8000-000000000002"
#define ROOT_PAGE_ID "a0000000-0000-4000-8000-000000000001"
#define BOT_ID "b0000000-0000-4000-8000-000000000001"
#define PERSON_ID "c0000000-0000-4000-8000-000000000001"
#define WORKSPACE_ID "f0000000-0000-4000-8000-000000000001"

#define CONNECTION_NAME "Sandbox"
#define PERSON_NAME "Sandy Person"

#define LOG_BYTES_MAX (256u << 20)
#define FAULTS_MAX 1000
#define SESSIONS_MAX 256

/* A query being paged through: notion/query.c. */
struct session {
	char id[UUID_SIZE];
	char source[UUID_SIZE];
	char *question; /* filter and sorts, as JSON */
	char last[UUID_SIZE];
	json *last_key; /* what the last page was sorted by */
	int64_t given;	/* rows so far */
	bool capped;
	usec expires;
};

struct world {
	pthread_mutex_t lock;
	pthread_cond_t wake; /* tells waiting threads that the server stops */
	bool stopping;

	struct db db;
	struct config config;
	struct sandbox_clock clock;
	char *url;
	char *supabase_key, *publishable_key, *notion_key;

	json *faults; /* array of {n, hits, left, spec} */
	int64_t next_fault;
	char **log; /* lines of JSON */
	size_t n_log, cap_log, log_bytes;
	uint64_t requests;
	json *counts; /* {"notion":{"GET":1},…} */
	int64_t writes;

	usec rate_window; /* when it began */
	int64_t rate_used;
	struct session sessions[SESSIONS_MAX];
	size_t next_session;
};

int world_init(struct world *w, const char *data, struct error *e);
void world_fini(struct world *w);
usec world_now(const struct world *w);
/* Sleeps without the lock; false where the sandbox stops meanwhile. */
bool world_wait(struct world *w, int64_t ms);
void world_stop(struct world *w);

#endif
