/*
 * normalize: fetch streams of Supabase and Notion as one record stream.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "convert.h"
#include "util/error.h"
#include "util/json.h"
#include "util/opt.h"

static const struct option_spec options[] = {
	{ 'S', "snapshot", "FILE",
		"complete a listing of edits from the pages in FILE, and\n"
		"keep those of this reading there for the next one" },
};

static const struct command command = {
	.name = "normalize",
	.operands = "[FILE ...]",
	.purpose = "Turn what sb-fetch and notion-fetch read into records with "
		   "checksums.",
	.options = options,
	.n_options = sizeof options / sizeof options[0],
	.notes = "Each FILE holds one fetch stream or several, one after "
		 "another; - and no FILE\nmean standard input. Each source may "
		 "come once.",
};

/* How often standard input is named. */
static int count_stdin(const struct opt *o)
{
	int n = 0;

	for (int i = o->at; i < o->argc; i++)
		n += strcmp(o->argv[i], "-") == 0;
	return n;
}

static void tell(const struct counts *t)
{
	debug("%" PRIu64 " records", t->records);
	if (t->problems)
		info("%" PRIu64 " of %" PRIu64
		     " lines can't be understood; their \"problem\" lines say "
		     "why, and plan leaves them alone",
			t->problems, t->records + t->problems);
}

int main(int argc, char **argv)
{
	static char stdin_operand[] = "-";
	char *only_stdin[] = { stdin_operand };
	struct counts totals;
	struct opt o;
	struct error e;
	size_t n;
	const char *snapshot = NULL;
	int id, code;

	json_use_pool();
	opt_init(&o, &command, argc, argv);
	while ((id = opt_next(&o, &code)) != OPT_DONE) {
		if (id == OPT_EXIT)
			return code;
		snapshot = o.value;
	}
	if (count_stdin(&o) > 1)
		return opt_usage(
			&command, "standard input can be read only once");
	n = (size_t)(argc - o.at);
	if (convert(n ? argv + o.at : only_stdin, n ? n : 1, snapshot, stdout,
		    &totals, &e) < 0 ||
		close_stdout(&e) < 0)
		return error_report(&e);
	tell(&totals);
	return RC_DONE;
}
