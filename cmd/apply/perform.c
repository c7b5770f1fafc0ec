#include "perform.h"

#include <stdio.h>
#include <string.h>

#include "expect.h"
#include "pages.h"
#include "rows.h"

/* Temporary failures in a row that make an outage. */
#define OUTAGE_AFTER 3

typedef bool perform(struct run *r, const struct op *op, struct outcome *o);

static perform *const performers[OP_KINDS][OP_TARGETS] = {
	[OP_CREATE] = { page_create, row_create },
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
		"conflict", "unknown-page", "waits" };

	for (size_t i = 0; code && i < sizeof codes / sizeof codes[0]; i++)
		if (strcmp(codes[i], code) == 0)
			return true;
	return false;
}

static void do_op(struct run *r, struct op *op, struct outcome *o)
{
	if (op->kind == OP_SKIP) /* with the code that the plan gave it */
		o->status = STATUS_SKIPPED;
	else if (op->superseded)
		skip(o, "pair", "an earlier op of this pair was not done");
	else if (op->incomplete)
		skip(o, "pair",
			"the write to the other half that it relies on "
			"is not in this plan");
	else if (op->kind == OP_ADOPT && r->dry_run)
		skip(o, "dry-run", "it would be noted in the base now");
	else if (op->kind == OP_ADOPT)
		done(o);
	else if (expect_fill(r, op, o))
		performers[op->kind][op->target](r, op, o);
}

/* The base line of a pair that this op has brought to agreement. */
static json *base_line(const struct op *op, const struct outcome *o)
{
	json *line = json_object();
	char now[TIME_SIZE];

	json_put_str(line, "row_id", op->row_id ? op->row_id : o->row_id);
	json_put_str(line, "page_id", op->page_id ? op->page_id : o->page_id);
	for (const json *v = json_first(op->agreed); v; v = json_next(v))
		json_put(line, json_key(v), json_copy(v));
	if (o->row_after) { /* the row was written: its triggers were seen */
		json_put_bool(line, "rewrites_checksum", o->rewrites_checksum);
		json_put_bool(line, "resets_synced", o->resets_synced);
	}
	json_put_str(line, "at", time_format(time_now(), now));
	return line;
}

/* What follows from an op that was done, or wasn't. */
static void settle(struct run *r, const struct op *op, const struct outcome *o)
{
	if (o->status != STATUS_DONE) {
		if (strcmp(o->code ? o->code : "", "dry-run") != 0)
			op_supersede(op);
		return;
	}
	op_hand_on(op, *o->row_id ? o->row_id : NULL, o->row_after,
		*o->updated_at ? o->updated_at : NULL, o->page_after);
	if (op->agreed && !o->differs &&
		journal_pair(&r->journal, base_line(op, o), &r->fatal) < 0)
		return;
	if (op->row_id && journal_find(&r->journal, op->row_id))
		journal_linked(&r->journal, op->row_id, &r->fatal);
}

static json *result_line(const struct op *op, const struct outcome *o,
	uint64_t requests, uint64_t retries, usec took)
{
	json *line = json_copy(op->line);

	json_put_str(line, "kind", "result");
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
	json_put_int(line, "attempts", requests ? 1 + (int64_t)retries : 0);
	json_put_int(line, "requests", (int64_t)requests);
	json_put_int(line, "ms", took / 1000);
	if (o->has_error)
		json_put(line, "error", api_error_json(&o->error));
	return line;
}

static uint64_t all_requests(const struct run *r)
{
	return r->notion.api.counters.requests +
	       r->supabase.api.counters.requests;
}

static uint64_t all_retries(const struct run *r)
{
	return r->notion.api.counters.retries +
	       r->supabase.api.counters.retries;
}

/* Whether the run can go on behind this outcome; r->fatal says why not. */
static void judge(struct run *r, const struct outcome *o, int *failed_in_row)
{
	if (!o->has_error) {
		*failed_in_row = 0;
		return;
	}
	if (r->fatal.code != RC_DONE)
		return;
	*failed_in_row += o->error.action == API_RETRY;
	if (api_error_stops(&o->error)) {
		api_fail(&o->error, &r->fatal, "the run ends here");
	} else if (*failed_in_row >= OUTAGE_AFTER) {
		api_fail(&o->error, &r->fatal, "the run ends here");
		r->fatal.code = RC_TEMPORARY;
	}
}

static void one_op(struct run *r, struct op *op, struct stream_writer *w,
	bool *attention, int *failed_in_row)
{
	struct outcome o = { 0 };
	uint64_t requests = all_requests(r), retries = all_retries(r);
	usec began = time_monotonic();
	struct error e;
	json *line;

	do_op(r, op, &o);
	settle(r, op, &o);
	judge(r, &o, failed_in_row);
	line = result_line(op, &o, all_requests(r) - requests,
		all_retries(r) - retries, time_monotonic() - began);
	if (o.status == STATUS_FAILED || o.status == STATUS_UNKNOWN ||
		needs_person(json_str(line, "code")))
		*attention = true;
	r->ended[o.status]++;
	if (stream_write(w, line, &e) < 0 || stream_flush(w, &e) < 0)
		r->fatal = e;
	outcome_fini(&o);
}

void perform_all(struct run *r, struct ops *ops, struct stream_writer *w,
	bool *attention, bool *complete)
{
	int failed_in_row = 0;
	size_t i;

	*attention = false;
	for (i = 0; i < ops->n; i++) {
		if (*r->stop || r->fatal.code != RC_DONE)
			break;
		one_op(r, &ops->list[i], w, attention, &failed_in_row);
	}
	*complete = i == ops->n && r->fatal.code == RC_DONE;
}

static void add_counters(json *requests, json *waited, json *limited,
	const char *name, const struct api_counters *c)
{
	json_put_int(requests, name, (int64_t)c->requests);
	json_put_int(waited, name, (int64_t)c->waited_ms);
	json_put_int(limited, name, (int64_t)c->limited);
}

json *perform_totals(const struct run *r)
{
	json *end = stream_line("end");
	json *requests = json_object(), *waited = json_object();
	json *limited = json_object(), *totals = json_object();

	for (enum status s = 0; s < STATUSES; s++)
		json_put_int(totals, status_name(s), (int64_t)r->ended[s]);
	json_put(end, "totals", totals);
	add_counters(
		requests, waited, limited, "notion", &r->notion.api.counters);
	add_counters(requests, waited, limited, "supabase",
		&r->supabase.api.counters);
	json_put(end, "requests", requests);
	json_put(end, "waited_ms", waited);
	json_put(end, "limited", limited);
	return end;
}
