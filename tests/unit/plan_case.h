/*
 * The world of a case of tests/cases/, from its short forms: its README says
 * how they are written.
 */
#ifndef TESTS_UNIT_PLAN_CASE_H
#define TESTS_UNIT_PLAN_CASE_H

#include "../../cmd/plan/decide.h"
#include "../../cmd/plan/guard.h"
#include "../../cmd/plan/output.h"
#include "../../cmd/plan/undo.h"

#define CASE_BYTES (1u << 20)

/* "r1", "p1", "r:p1" and "r:p1/2" (a row id made for p1) as whole ids. */
void put_id(json *to, const char *key, const char *s);
/* "decision|type|date" in its parts; what is empty is not there. */
void put_content(json *to, const char *s);
/* The checksum of "decision|type|date"; "raw:…" is used as it is. */
void put_checksum(json *to, const char *key, const char *s);

struct setting {
	json *lines; /* an array that gets the world's lines, too; or NULL */
	struct sides world;
	struct base base;
	struct policy policy;
	struct approvals approvals;
	struct settling settling;
	struct resolutions resolve;
	struct undo undo;
	struct guards guards;
	struct op_list ops;
	size_t live_pairs;
	struct error e;
	int rc;
};

/* Of a zeroed setting; rc is -1, with e, where the input is refused. */
void case_set_up(struct setting *s, const json *one);
void case_plan(struct setting *s);
/*
 * The guards are lifted for the plan that the keys of `shown`, over those of
 * the case, make.
 */
void case_allow_shown(struct setting *s, const json *one, const json *shown);
void case_tear_down(struct setting *s);

#endif
