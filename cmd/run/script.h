/* The script of a run, from its start to the end of all that it started. */
#ifndef RUN_SCRIPT_H
#define RUN_SCRIPT_H

#include "messages.h"
#include "run.h"

struct script_end {
	int code;   /* as a shell tells it: over 128 for a signal */
	int signal; /* INT, TERM or HUP that this program got; 0: none */
	bool limit; /* it took longer than it may, and was stopped */
};

/*
 * From now on the first INT, TERM or HUP is noted, and ends a wait; those that
 * were ignored stay ignored. script_signal() is the one that came, or 0.
 */
void script_catch_signals(void);
int script_signal(void);

/*
 * Runs `argv` in a process group of its own, with its messages passed to m. A
 * signal becomes one TERM for the group, by which each program finishes its
 * request; a second signal, half a second later or more, ends the group at
 * once. The group is stopped in the same way after run->limit, and
 * SYNC_KILL_SECONDS (60) later killed. Returns when nothing of the group is
 * left.
 */
int script_run(const struct run_context *run, char *const *argv,
	struct messages *m, struct script_end *end, struct error *e);

/* Ends this program by the signal that it got, as its parent expects it. */
int script_end_by(int signal, int code);

#endif
