#include "args.h"

#include <string.h>

#include "util/opt.h"

static const struct option_spec options[] = {
	{ OPT_JSON, "json", NULL, "the same as JSON, for programs" },
	{ OPT_BRIEF, "brief", NULL, "three lines at most" },
	{ OPT_HEALTH, "health", NULL,
		"one line, and exit 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN" },
	{ OPT_METRICS, "metrics", NULL,
		"a text file for the Prometheus node exporter" },
	{ OPT_ACTIVITY, "activity", NULL,
		"what changed, newest first, a line each" },
	{ OPT_SIDE, "side", "SIDE",
		"with --activity: what was written to supabase or notion" },
	{ OPT_KIND, "kind", "KIND",
		"with --activity: create, update, trash, restore or conflict" },
	{ OPT_TEXT, "text", "TEXT",
		"with --activity: with this text in the title or a value" },
	{ OPT_LIMIT, "limit", "N",
		"with --activity: at most so many, up to 500 (50)" },
	{ OPT_RECORD, "record", "ID",
		"the history of one record, by the id of its row or page" },
	{ OPT_RUN, "run", "ID", "one run in full; ID may be \"last\"" },
	{ OPT_RUNS, "runs", NULL, "the runs that are kept, one per line" },
	{ OPT_PENDING, "pending", NULL,
		"everything that waits, a line each with the command that\n"
		"goes on; exit 1 where there is any" },
	{ OPT_CONFLICTS, "conflicts", NULL,
		"the conflicts that a person can decide, with both values" },
	{ OPT_RESOLVE, "resolve", "ID",
		"what to decide of one, by the id of its row or page or\n"
		"how it begins; a line for plan --resolve" },
	{ OPT_TAKE, "take", "SIDE", "with --resolve: supabase or notion" },
	{ OPT_FIELD, "field", "NAME",
		"with --resolve: decision, type or date; may be repeated" },
	{ OPT_SEEN, "seen", "DIGEST",
		"with --resolve: only if it is the one whose \"seen\" this is" },
	{ OPT_PATHS, "paths", NULL,
		"where state and logs are, and how to raise an alarm,\n"
		"as JSON for scripts" },
	{ OPT_SHELL, "shell", NULL,
		"the same, as assignments for a shell to eval" },
};

static const struct command command = {
	.name = "report",
	.operands = "",
	.purpose = "Report how the last runs of the sync went, and what to do "
		   "next.",
	.options = options,
	.n_options = sizeof options / sizeof options[0],
	.notes =
		"It reads SYNC_LOG_DIR (logs) and writes nothing. Only one of the "
		"options\nabove can be given, apart from -q and -v, and --json with --activity,\n--record, --run, --runs, --pending and --conflicts.",
};

static int take_field(struct args *a, const char *name)
{
	for (enum field f = 0; f < FIELDS; f++)
		if (strcmp(field_name(f), name) == 0) {
			a->decide.fields |= FIELD_BIT(f);
			return 0;
		}
	return opt_usage(&command,
		"--field: %.60s is not a field: decision, type or date", name);
}

static bool has_two_forms(int what)
{
	return what == OPT_CONFLICTS || what == OPT_PENDING ||
	       what == OPT_ACTIVITY || what == OPT_RUNS || what == OPT_RUN ||
	       what == OPT_RECORD;
}

/* --json is a report of its own, or the form of another one. */
static bool take_kind(struct args *a, int id, const char *value)
{
	if (id == OPT_JSON && has_two_forms(a->what)) {
		a->json = true;
		return true;
	}
	if (a->what == OPT_JSON && has_two_forms(id)) {
		a->json = true;
		a->what = 0;
	}
	if (a->what && a->what != id)
		return false;
	a->what = id;
	a->id = value;
	return true;
}

static int take_filter(struct args *a, int id, const char *value)
{
	const char *name = id == OPT_SIDE   ? "side"
			   : id == OPT_KIND ? "kind"
			   : id == OPT_TEXT ? "text"
					    : "limit";
	struct error e;

	a->filtered = true;
	return activity_filter_set(&a->filter, name, value, &e) < 0
		       ? opt_usage(&command, "--%s", e.text)
		       : 0;
}

/* Takes one option; 0, or the code to end with. */
static int take_option(struct args *a, int id, const char *value)
{
	switch (id) {
	case OPT_TAKE:
		a->decide.take = value;
		return 0;
	case OPT_FIELD:
		return take_field(a, value);
	case OPT_SEEN:
		a->decide.seen = value;
		return 0;
	case OPT_SIDE:
	case OPT_KIND:
	case OPT_TEXT:
	case OPT_LIMIT:
		return take_filter(a, id, value);
	default:
		return take_kind(a, id, value)
			       ? 0
			       : opt_usage(&command, "only one kind of report "
						     "can be given");
	}
}

int args_parse(struct args *a, int argc, char **argv)
{
	struct opt o;
	int id, code;

	*a = (struct args){ 0 };
	activity_filter_init(&a->filter);
	opt_init(&o, &command, argc, argv);
	while ((id = opt_next(&o, &code)) >= 0) {
		code = take_option(a, id, o.value);
		if (code)
			return code;
	}
	if (id == OPT_EXIT)
		return code;
	if ((a->decide.take || a->decide.fields || a->decide.seen) &&
		a->what != OPT_RESOLVE)
		return opt_usage(&command,
			"--take, --field and --seen belong to --resolve");
	if (a->filtered && a->what != OPT_ACTIVITY)
		return opt_usage(&command, "--side, --kind, --text and --limit "
					   "belong to --activity");
	a->decide.id = a->id;
	return opt_operands(&o, 0) ? RC_USAGE : -1;
}

void args_fini(struct args *a)
{
	activity_filter_fini(&a->filter);
}
