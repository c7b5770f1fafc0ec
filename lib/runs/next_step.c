/* The one thing to do next. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "runs/health.h"
#include "util/error.h"
#include "util/humanize.h"
#include "util/uuid.h"

#define SYNC_NOW "scripts/sync-now.sh"

struct advice {
	const char *next, *command;
};

static void take(struct health *h, struct advice a)
{
	snprintf(h->next, sizeof h->next, "%s", a.next ? a.next : "");
	humanize_command(a.command, h->command);
}

/*
 * Which key it was, where the stage that was refused talks to one service only.
 */
static const char *renew_key(const struct run *r)
{
	const char *stage = json_str(r->record, "stage");

	if (stage && strcmp(stage, "sb-fetch") == 0)
		return "The Supabase key was refused: put a valid "
		       "SUPABASE_SERVICE_ROLE_KEY into .env, then run";
	if (stage && strcmp(stage, "notion-fetch") == 0)
		return "The Notion key was refused: put a valid "
		       "NOTION_API_KEY into .env, check that the database is "
		       "shared with its connection, then run";
	return "A key was refused (the message says which): put a valid one "
	       "into .env, then run";
}

static struct advice after_failure(const struct run *r)
{
	switch (json_int(r->record, "exit_code")) {
	case RC_USAGE:
		return (struct advice){
			"An option is wrong (the message says which): see",
			SYNC_NOW " --help"
		};
	case RC_STREAM:
		return (struct advice){
			"A stream or a file that is kept is damaged (the "
			"message says which), so nothing was written: do as "
			"the message says, then run",
			SYNC_NOW
		};
	case RC_BUG:
		return (struct advice){
			"This is a bug in these tools: report it with the "
			"message and the output of",
			"bin/report --run last"
		};
	case RC_LOCAL:
		return (struct advice){
			"A file, disk or pipe failed (the message says "
			"which): make room or fix it, then run",
			SYNC_NOW
		};
	case RC_TEMPORARY:
		return (struct advice){
			"Nothing yet: a service could not be reached, and the "
			"next run tries again. To try now and see more",
			SYNC_NOW " -v"
		};
	case RC_CREDENTIALS:
		return (struct advice){ renew_key(r), SYNC_NOW };
	case RC_CONFIG:
		return (struct advice){
			"A setting is missing or wrong (the message says "
			"which): fix it, then look at the plan",
			SYNC_NOW " --dry-run"
		};
	default:
		return (struct advice){ "The message says what failed; "
					"to see more, run",
			SYNC_NOW " -v" };
	}
}

static void advise_blocked(struct health *h)
{
	char command[COMMAND_SIZE], approve[COMMAND_SIZE];

	/* A guard that counts ops leaves a choice. */
	if (strstr(h->allow, "mass-"))
		snprintf(h->next, sizeof h->next,
			"Look at the plan with %s. If some of it is right, let "
			"that pass with %s. Only if all of it is what you "
			"want, allow it once",
			humanize_command(SYNC_NOW " --dry-run", command),
			humanize_command(
				"scripts/controls.sh approve", approve));
	else
		snprintf(h->next, sizeof h->next,
			"Look at the plan with %s. Only if it is what you "
			"want, allow it once",
			humanize_command(SYNC_NOW " --dry-run", command));
	if (*h->allow)
		snprintf(command, sizeof command, SYNC_NOW " --allow %s",
			h->allow);
	humanize_command(
		*h->allow ? command : SYNC_NOW " --dry-run", h->command);
}

/* What to do about a record that needs attention, by kind; NULL: nothing. */
static const char *of_kind(enum pending_kind k)
{
	static const char *const texts[PENDING_KINDS] = {
		[PENDING_FAILED] =
			"A write was refused, and every run tries it again: "
			"fix the record as the reason says. Its history",
		[PENDING_UNCLEAR] =
			"Nothing yet: the next run checks what became of the "
			"unclear writes. The history of the first",
		[PENDING_NOT_KEPT] =
			"A write was reported as successful, but something "
			"else was stored: check the triggers, rules or "
			"automations there. The record's history",
		[PENDING_NOT_RESOLVED] =
			"A record was edited since you decided its conflict, "
			"so the decision was not carried out. Its history",
		[PENDING_POISON] =
			"The other side can't store a record: edit it as the "
			"reason says. Its history",
		[PENDING_PROBLEM] =
			"A record can't be understood: edit it as the reason "
			"says. Its history",
		[PENDING_DOUBLE_LINK] =
			"Two rows claim one page: clear the link of the wrong "
			"one, as the reason says. The history",
		[PENDING_UNKNOWN_PAGE] =
			"A row is linked to a page that was not found: share "
			"the page, or clear its link, as the reason says. The "
			"history",
		[PENDING_TRASHED] =
			"The table can't record deletions: add the column that "
			"the reason names. The history of the trashed page",
		[PENDING_WAITS] =
			"Nothing yet: the next run looks for a page that may "
			"have been created. Its history",
	};

	return texts[k];
}

static void advise_waiting(struct health *h, const struct pending *w)
{
	const struct pending_item *first = w && w->n ? w->items : NULL;
	const char *text = first ? of_kind(first->kind) : NULL;
	const char *id;
	char safe[UUID_SIZE], command[COMMAND_SIZE];

	if (first && first->kind == PENDING_CONFLICT) {
		take(h, (struct advice){
				"Both sides changed the same field: see both "
				"values, and the commands that decide, with",
				"scripts/controls.sh resolve --list" });
		return;
	}
	id = first ? json_str(first->data, "row_id") : NULL;
	if (first && !id)
		id = json_str(first->data, "page_id");
	if (!text || !id || uuid_normalize(id, safe) < 0) {
		take(h, (struct advice){ "Nothing.", "" });
		return;
	}
	snprintf(command, sizeof command, "bin/report --record %s", safe);
	take(h, (struct advice){ text, command });
}

static void advise_attention(
	struct health *h, const struct run_records *l, const struct pending *w)
{
	if (l->sync && json_str(l->sync->record, "emptied")) {
		take(h, (struct advice){
				"One side shows no records any more: check "
				"whether it is empty, or hidden from the key "
				"or the connection. To ask both",
				"bin/doctor" });
		return;
	}
	advise_waiting(h, w);
	if (*h->command)
		return;
	if (w && *w->run_id)
		take(h, (struct advice){
				"Some records need a person. To see which",
				"bin/report --pending" });
	else
		take(h, (struct advice){
				"Some records need a person, but the results "
				"of that run were not kept. To find out "
				"which, run",
				SYNC_NOW });
}

/* What an undo has left undone, as long as it is the last run. */
static void advise_undo(struct health *h, const struct run *undo)
{
	int64_t left = run_ops(undo, "skip", NULL, "skipped") +
		       json_int(undo->record, "errors");
	char command[COMMAND_SIZE];

	if (!*undo->id || undo->status == RUN_BLOCKED)
		return;
	snprintf(command, sizeof command, "bin/report --run %s", undo->id);
	if (undo->status == RUN_INTERRUPTED) {
		snprintf(command, sizeof command, "scripts/controls.sh undo %s",
			run_undoes(undo));
		take(h, (struct advice){ "An undo was interrupted: to take "
					 "back what is left of that run",
				command });
	} else if (undo->status == RUN_FAILED) {
		take(h, (struct advice){ "The sync goes on, but an undo "
					 "failed: see why with",
				command });
	} else if (left > 0) {
		take(h, (struct advice){ NULL, command });
		snprintf(h->next, sizeof h->next,
			"An undo left %" PRId64
			" %s alone: see which, and why, with",
			left, left == 1 ? "op" : "ops");
	}
}

void advise_next_step(
	struct health *h, const struct run_records *l, const struct pending *w)
{
	switch (h->is) {
	case IS_HEALTHY:
		advise_waiting(h, w);
		if (!*h->command && l->summary_damaged)
			take(h, (struct advice){
					"Nothing yet: the next run writes the "
					"damaged record again. To have it "
					"now, run",
					SYNC_NOW });
		break;
	case IS_ATTENTION:
		advise_attention(h, l, w);
		break;
	case IS_LATE:
	case IS_STOPPED:
		take(h, (struct advice){
				"Find out why the schedule (cron, a timer, a "
				"process of its own) started no run, and run "
				"one now",
				SYNC_NOW });
		break;
	case IS_BLOCKED:
		advise_blocked(h);
		break;
	case IS_FAILING:
		take(h, after_failure(l->sync));
		break;
	case IS_INTERRUPTED:
		take(h, (struct advice){
				"Nothing is lost: the next run does what was "
				"left undone. To run it now",
				SYNC_NOW });
		break;
	case IS_FUTURE:
		take(h, (struct advice){
				"A clock is or was wrong: compare this "
				"machine's clock with the real time, correct "
				"it, then run " SYNC_NOW
				". The time on this machine",
				"date -u" });
		break;
	case IS_DAMAGED:
		take(h, (struct advice){
				"A run writes its records again and needs "
				"none of the old ones: run",
				SYNC_NOW });
		break;
	default:
		take(h, (struct advice){
				"See what a first run would do, without "
				"writing anything",
				SYNC_NOW " --dry-run" });
		break;
	}
	if (!*h->command && l->last && run_undoes(l->last))
		advise_undo(h, l->last);
}
