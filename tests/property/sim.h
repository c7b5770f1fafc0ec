/*
 * Both sides in memory: random worlds, and what the services and apply make of
 * an op. No pointers in it, so that a world is copied by assignment.
 */
#ifndef TESTS_PROPERTY_SIM_H
#define TESTS_PROPERTY_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../cmd/plan/decide.h"
#include "util/text.h"
#include "util/uuid.h"

#define SIM_MAX 40
#define SIM_TEXT 32

struct sim_record {
	char id[UUID_SIZE];
	char link[UUID_SIZE]; /* of a row; "": none */
	char value[FIELDS][SIM_TEXT];
	char stored[CHECKSUM_SIZE];
	char state[16]; /* of a page that is gone */
	bool synced, deleted, own, more_types, paused;
	usec created, edited;
};

/* What a line says of both halves. */
struct sim_known {
	char value[SIDES][FIELDS][SIM_TEXT];
	bool deleted[SIDES];
};

struct sim_line {
	char row_id[UUID_SIZE], page_id[UUID_SIZE];
	char value[FIELDS][SIM_TEXT]; /* of both, in the older form */
	char checksum[CHECKSUM_SIZE];
	bool deleted;
	/* As apply notes it, op by op: each half by itself. */
	bool noted, sent;
	struct sim_known known; /* where noted */
	char sum[SIDES][CHECKSUM_SIZE];
	enum side sent_to;
	char sent_sum[CHECKSUM_SIZE];
	struct sim_known then; /* where sent: what holds if it has arrived */
};

struct sim {
	struct sim_record at[SIDES][SIM_MAX];
	struct sim_line line[SIM_MAX];
	size_t n[SIDES], n_lines;
	bool soft_delete, has_checksum, has_synced;
	unsigned made; /* pages made by us */
	usec now;
};

/* A reproducible source of numbers. */
uint64_t rnd(uint64_t *seed);
/* From 0 to n - 1. */
unsigned rnd_below(uint64_t *seed, unsigned n);
bool one_in(uint64_t *seed, unsigned n);

/* Pairs that agree in all: rows, pages, stored checksums, base lines. */
void sim_settled(struct sim *s, uint64_t *seed, size_t pairs);
/* What people, scripts and accidents do to one pair or to a side. */
void sim_disturb(struct sim *s, uint64_t *seed);
/* Anything at all. */
void sim_wild(struct sim *s, uint64_t *seed);
/* Another value for a random field; `cosmetic`: maybe by its case only. */
void sim_edit(
	struct sim *s, struct sim_record *r, uint64_t *seed, bool cosmetic);

struct decision sim_content(const char value[FIELDS][SIM_TEXT]);
void sim_store(struct sim_record *r);
struct sim_record *sim_find(struct sim *s, enum side side, const char *id);
const struct sim_line *sim_find_line(const struct sim *s, const char *row_id);

/* The line as it is in the base file. */
json *sim_line_json(const struct sim_line *l);

/* The ops of a plan, as an array of their lines. `shuffle`: another order. */
json *sim_plan(
	const struct sim *s, const struct policy *policy, uint64_t *shuffle);
/*
 * Carries an op out, and notes it as apply does. Half: the write has arrived,
 * and its answer was never seen; of a create, the row doesn't know its page.
 */
void sim_apply(struct sim *s, const json *op, bool half);

void sim_print(const struct sim *s);

#endif
