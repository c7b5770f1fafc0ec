/* One act that was started: what its child says, and how it ended. */
#ifndef HEALTH_SERVER_ACT_RUN_H
#define HEALTH_SERVER_ACT_RUN_H

#include <stdint.h>
#include <sys/types.h>

#include "acts.h"
#include "util/json.h"
#include "util/times.h"
#include "util/uuid.h"

#define CONTROL_OUTPUT_MAX ((size_t)256 << 10)
#define CONTROL_PLAN_MAX ((size_t)4 << 20)

/* What a child writes into one of its pipes. */
struct printed {
	int fd;	  /* -1: none, or at its end */
	bool cut; /* it was more than fits */
	struct buf text;
};

struct act_run {
	int64_t id; /* 0: none */
	enum act_kind kind;
	bool shows_plan, restores;
	char run[RUN_ID_SIZE]; /* that an undo is about, or "" */
	usec started, ended;   /* ended: USEC_NONE while it goes on */
	int exit_code;	       /* 128 + N: ended by signal N */
	/* Where a plan is shown, standard output is the plan. */
	struct printed said, plan;
	char plan_id[UUID_SIZE];
};

void act_run_init(struct act_run *r);
void act_run_fini(struct act_run *r);

/* Starts the act with the script of that path; RC_LOCAL where it can't. */
int act_run_start(struct act_run *r, const struct act *act, const char *script,
	pid_t *child, struct error *e);
/* Reads what the child has said; never waits. */
void act_run_read(struct act_run *r);
/* It has ended with this status of waitpid(). */
void act_run_end(struct act_run *r, int status);
/* Whether it has ended with a plan: whole lines, and a head with an id. */
bool act_run_has_plan(const struct act_run *r);

/* {"id","act","started_at"}, and of one that has ended how it did. */
json *act_run_data(const struct act_run *r);
/* {"id","kind","run_id","orphans","at","plan_id"} of one that has a plan. */
json *act_run_plan(const struct act_run *r);

#endif
