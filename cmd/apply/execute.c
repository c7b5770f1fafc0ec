#include "execute.h"

#include <stdio.h>
#include <string.h>

#include "known.h"
#include "page_create.h"
#include "pages.h"
#include "probe.h"
#include "recheck.h"
#include "row_insert.h"
#include "rows.h"
#include "short_plan.h"

typedef bool perform(struct worker *w, const struct op *op, struct outcome *o);

static perform *const performers[OP_KINDS][OP_TARGETS] = {
	[OP_CREATE] = { page_create, row_insert_dry },
	[OP_UPDATE] = { page_update, row_update },
	[OP_LINK] = { NULL, row_link },
	[OP_STAMP] = { page_stamp, NULL },
	[OP_TRASH] = { page_trash, row_trash },
	[OP_RESTORE] = { page_restore, row_restore },
};

/* The codes of a plan's skips that a person must act on. */
static bool needs_person(const char *code)
{
	static const char *const codes[] = { "poison", "problem", "double-link",
		"conflict", "unknown-page", "waits", OP_NOT_KEPT,
		OP_NOT_RESOLVED };

	for (size_t i = 0; code && i < sizeof codes / sizeof codes[0]; i++)
		if (strcmp(codes[i], code) == 0)
			return true;
	return false;
}

/*
 * That two halves agree is noted without a look at the page, as long as the
 * base knows nothing of them. Where it does, and says something else, the
 * listing may only be too old to show what an earlier run has written: what it
 * has shown would be noted as agreed, and our own write pass for another
 * machine's.
 */
static bool may_agree(struct worker *w, const struct op *op, struct outcome *o)
{
	return (op->kind != OP_ADOPT && op->kind != OP_LINK) ||
	       !known_has_line(w, op) || page_still_says_so(w, op, o);
}

static void do_op(struct worker *w, struct op *op, struct outcome *o)
{
	bool ok;

	if (op->kind == OP_SKIP) /* with the code that the plan gave it */
		o->status = STATUS_SKIPPED;
	else if (op->superseded)
		skip(o, "pair", "an earlier op of this pair was not done");
	else if (op->incomplete)
		skip(o, "pair",
			"this op relies on a write to the other half that is "
			"not in this plan");
	else if (!may_agree(w, op, o))
		return;
	else if (op->kind == OP_ADOPT && w->dry_run)
		skip(o, "dry-run", "it would be noted in the base now");
	else if (op->kind == OP_ADOPT)
		done(o);
	else if (short_plan_fill(w, op, o)) {
		if (op->kind == OP_STAMP)
			recheck_rows(w, op);
		ok = performers[op->kind][op->target](w, op, o);
		/* What says nothing of how it went, or two things, must not
		 * pass for done. */
		if (ok != (o->status == STATUS_DONE)) {
			o->status = STATUS_UNKNOWN;
			note(o, "apply can't say what became of it: a bug");
		}
	}
}

/* What follows from an op that was done, or wasn't. */
static void settle(struct worker *w, struct op *op, const struct outcome *o)
{
	if (known_note(w, op, o, &w->fatal) < 0)
		return;
	if (o->status != STATUS_DONE) {
		if (strcmp(o->code ? o->code : "", "dry-run") != 0)
			op_supersede(op);
		return;
	}
	op_hand_on(op, *o->row_id ? o->row_id : NULL, o->after, o->updated_at,
		o->row_shown);
	if (op->row_id)
		journal_linked(w->journal, op->row_id, op->page_id, &w->fatal);
}

static json *result_line(
	const struct op *op, const struct outcome *o, const struct cost *cost)
{
	json *line = json_copy(op->line);

	json_put_str(line, "kind", "result");
	if (*op->made_row)
		json_put_str(line, "row_id", op->made_row);
	if (*o->row_id)
		json_put_str(line, "row_id", o->row_id);
	if (*o->page_id)
		json_put_str(line, "page_id", o->page_id);
	json_put_str(line, "status", status_name(o->status));
	if (o->code)
		json_put_str(line, "code", o->code);
	if (*o->reason)
		json_put_str(line, "why", o->reason);
	if (*o->note)
		json_put_str(line, "note", o->note);
	json_put_int(line, "attempts",
		cost->requests ? 1 + (int64_t)cost->retries : 0);
	json_put_int(line, "requests", (int64_t)cost->requests);
	json_put_int(line, "ms", cost->took / 1000);
	if (o->status == STATUS_FAILED)
		json_put_int(line, "failures", op->failures + 1);
	if (o->has_error)
		json_put(line, "error", api_error_json(&o->error));
	return line;
}

/* Its answer says nothing of others, or concerns all of them: no need to ask.
 */
static bool is_of_all(const struct api_error *a)
{
	return a->action == API_STOPPED ||
	       (a->action == API_OUTAGE &&
		       (a->status == 0 || a->status == 429 ||
			       a->status == 529));
}

/* The run ends with e, unless it is to end already. */
static void end_with(struct common *c, const struct error *e)
{
	pthread_mutex_lock(&c->lock);
	if (c->fatal.code == RC_DONE)
		c->fatal = *e;
	pthread_mutex_unlock(&c->lock);
}

/*
 * Counts it. True where the services must be asked now: at once about what may
 * be refused to all, else after some failures in a row. Only an op that was
 * done by requests shows that its service is well: others may have sent
 * nothing at all, or have only read.
 */
static bool must_ask(struct common *c, const struct op *op,
	const struct outcome *o, const struct cost *cost)
{
	int *failed = &c->failed_in_row[op->target];
	bool stops = o->has_error && api_error_stops(&o->error) &&
		     !o->error.no_new_pages;
	bool ask = false;

	pthread_mutex_lock(&c->lock);
	if (o->status == STATUS_DONE && cost->requests > 0)
		*failed = 0;
	if (o->has_error && o->error.no_new_pages)
		c->no_new_pages = o->error;
	if (c->fatal.code == RC_DONE && o->has_error &&
		(stops || o->error.action == API_RETRY)) {
		ask = (stops && (*failed == 0 || is_of_all(&o->error))) ||
		      *failed % OUTAGE_AFTER == OUTAGE_AFTER - 1;
		++*failed;
	}
	pthread_mutex_unlock(&c->lock);
	return ask;
}

void execute_judge(struct common *c, struct worker *w, const struct op *op,
	const struct outcome *o, const struct cost *cost)
{
	struct error e;

	if (w->fatal.code != RC_DONE) { /* no service's fault: the journal's */
		end_with(c, &w->fatal);
		return;
	}
	if (!must_ask(c, op, o, cost))
		return;
	if (is_of_all(&o->error)) {
		api_fail(&o->error, &e, "the run ends here");
		end_with(c, &e);
	} else if (!services_answer(w, &e) ||
		   (api_error_stops(&o->error) && !may_write(w, op, &e))) {
		end_with(c, &e);
	}
}

/* Its first request was kept back because the program is to end. */
static bool was_not_begun(const struct outcome *o)
{
	return o->status == STATUS_FAILED && o->has_error &&
	       o->error.action == API_STOPPED;
}

/*
 * Found changed once, a record was edited meanwhile, or the listing lagged. So
 * often in a row it isn't: what was read differs from the record itself for
 * good, and no run will ever decide it.
 */
#define CHANGED_FOR_GOOD 3

static void judge_changed(const struct op *op, struct outcome *o)
{
	struct api_error a = { .action = API_BAD_RECORD, .code = "changed" };

	if (o->status != STATUS_SKIPPED || op->kind == OP_SKIP ||
		!is_changed(o) || op->failures + 1 < CHANGED_FOR_GOOD)
		return;
	snprintf(a.message, sizeof a.message,
		"%.300s, as in the runs before: what the service lists and "
		"what it answers for this record alone differ; edit the record "
		"there, then run the sync with --full",
		o->reason);
	o->code = NULL;
	*o->reason = '\0';
	give_up(o, STATUS_FAILED, &a);
}

void execute_conclude(struct common *c, struct worker *w, struct op *op,
	struct outcome *o, const struct cost *cost)
{
	struct error e;
	json *line;

	if (was_not_begun(o)) {
		/* Nor is anything on its way, though it was noted as sent. */
		if (o->sent)
			known_note(w, op, o, &w->fatal);
		end_with(c, &w->fatal);
		outcome_fini(o);
		return;
	}
	judge_changed(op, o);
	settle(w, op, o);
	line = result_line(op, o, cost);
	w->ended[o->status]++;
	pthread_mutex_lock(&c->lock);
	if (w->fatal.code != RC_DONE && c->fatal.code == RC_DONE)
		c->fatal = w->fatal;
	if (o->status == STATUS_FAILED || o->status == STATUS_UNKNOWN ||
		needs_person(o->code ? o->code : op->code))
		c->attention = true;
	if (stream_write(c->out, line, &e) < 0 || stream_flush(c->out, &e) < 0)
		c->fatal = e;
	progress_tell(c->progress, (int64_t)c->out->count);
	pthread_mutex_unlock(&c->lock);
	outcome_fini(o);
}

bool execute_makes_pages(struct common *c, struct api_error *why)
{
	pthread_mutex_lock(&c->lock);
	*why = c->no_new_pages;
	pthread_mutex_unlock(&c->lock);
	return !*why->code;
}

bool execute_goes_on(struct common *c, const struct worker *w)
{
	bool on;

	pthread_mutex_lock(&c->lock);
	on = *w->stop == 0 && c->fatal.code == RC_DONE;
	pthread_mutex_unlock(&c->lock);
	return on;
}

/* A service that goes on failing is asked less often for each record. */
static void repeat_as_worth(
	struct common *c, struct worker *w, const struct op *op)
{
	long retries = c->retries;

	pthread_mutex_lock(&c->lock);
	if (c->failed_in_row[op->target] >= OUTAGE_AFTER && retries > 1)
		retries = 1;
	pthread_mutex_unlock(&c->lock);
	w->notion.api.retries = w->supabase.api.retries = retries;
}

bool execute_op(struct common *c, struct worker *w, struct op *op)
{
	struct outcome o = { 0 };
	struct cost before = cost_so_far(w), cost;

	if (!execute_goes_on(c, w))
		return false;
	repeat_as_worth(c, w, op);
	do_op(w, op, &o);
	cost = cost_since(w, &before);
	execute_judge(c, w, op, &o, &cost);
	execute_conclude(c, w, op, &o, &cost);
	return true;
}
