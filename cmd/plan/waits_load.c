#include "waits_load.h"

#include <string.h>

#include "settings/settings.h"

static int parse_settle(const char *text, usec *out, struct error *e)
{
	long seconds;

	if (settings_parse_settle(text, &seconds) < 0)
		return fail(e, RC_USAGE,
			"--settle: %.60s is not a valid time (0 to 1h): write "
			"it as 2m, 90s, or 120 for seconds",
			text);
	*out = seconds * USEC_SECOND;
	return 0;
}

/* What the options say, over what w has from the settings. */
static int take_options(
	struct waits *w, const struct wait_options *o, struct error *e)
{
	if (o->hold && hold_add(&w->hold, o->hold, "--hold", RC_USAGE, e) < 0)
		return -1;
	if (o->direction && hold_direction(&w->hold, o->direction,
				    "--direction", RC_USAGE, e) < 0)
		return -1;
	return o->settle ? parse_settle(o->settle, &w->settle, e) : 0;
}

int wait_options_check(const struct wait_options *o, struct error *e)
{
	struct waits w = { 0 };

	return take_options(&w, o, e);
}

static void add_hold(struct hold *to, const struct hold *from)
{
	for (int o = 0; o < HELD_OPS; o++)
		for (int s = 0; s < HELD_SIDES; s++)
			to->of[o][s] |= from->of[o][s];
}

int waits_load(struct waits *w, struct wait_files *files,
	const struct wait_options *o, const bool allowed[GUARDS],
	struct error *e)
{
	struct settings s;

	*w = (struct waits){ .now = { USEC_NONE, USEC_NONE } };
	memcpy(w->allowed, allowed, sizeof w->allowed);
	if (settings_load(&s, 0, e) < 0)
		return -1;
	if (!o->hold)
		add_hold(&w->hold, &s.hold);
	if (!o->direction)
		add_hold(&w->hold, &s.direction);
	w->settle = s.settle * USEC_SECOND;
	settings_fini(&s);
	if (take_options(w, o, e) < 0)
		return -1;
	if (o->approved &&
		approvals_load(&files->approvals, o->approved, e) < 0)
		return -1;
	if (o->settling)
		settling_load(&files->settling, o->settling);
	w->approvals = &files->approvals;
	w->settling = &files->settling;
	return 0;
}

void waits_set_clocks(struct waits *w, const struct sides *s)
{
	for (enum side side = 0; side < SIDES; side++)
		time_parse(
			json_str(json_get(s->sources, side_name(side)), "at"),
			&w->now[side]);
}

void wait_files_fini(struct wait_files *files)
{
	approvals_fini(&files->approvals);
	settling_fini(&files->settling);
}
