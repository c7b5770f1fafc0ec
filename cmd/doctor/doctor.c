/* doctor: finds what is wrong with the set-up before a run does. */
#include <stdio.h>
#include <string.h>

#include "doctor.h"
#include "util/opt.h"
#include "util/stop.h"

enum {
	OPT_JSON = 256,
	OPT_LIST,
	OPT_SQL,
};

static const struct option_spec options[] = {
	{ 'o', "only", "CHECK,...",
		"only these checks, and those that they need" },
	{ OPT_JSON, "json", NULL, "print the findings as one JSON object" },
	{ OPT_LIST, "list", NULL,
		"print the names of the checks, one per line" },
	{ OPT_SQL, "sql", NULL,
		"print the SQL that prepares the table of the settings" },
};

static const struct command command = {
	.name = "doctor",
	.operands = "",
	.purpose =
		"Finds what is wrong with the set-up, and says how to fix it.",
	.options = options,
	.n_options = sizeof options / sizeof options[0],
	.notes = "Each check is a line: ok, warn, bad or skipped. Nothing is "
		 "written anywhere.\n"
		 "Exit: 0, 1 (warnings), 65, 74, 75, 77, 78; see doctor(1).",
};

/* The checks named in a comma-separated list; 0: one of them doesn't exist. */
static uint32_t parse_checks(const char *list)
{
	uint32_t set = 0;

	for (;;) {
		size_t n = strcspn(list, ",");
		char name[64];
		int id = -1;

		if (n < sizeof name) {
			snprintf(name, sizeof name, "%.*s", (int)n, list);
			id = check_find(name);
		}
		if (id < 0)
			return 0;
		set |= 1u << id;
		if (list[n] == '\0')
			return set;
		list += n + 1;
	}
}

static void list_checks(void)
{
	for (enum check_id id = 0; id < CHECKS; id++)
		printf("%s\n", check_at(id)->name);
}

static int finish(int code)
{
	struct error e;

	return close_stdout(&e) < 0 ? error_report(&e) : stop_or(code);
}

int main(int argc, char **argv)
{
	struct doctor d = { 0 };
	uint32_t wanted = (1u << CHECKS) - 1;
	bool as_json = false;
	struct error e;
	struct opt o;
	int id, code;

	opt_init(&o, &command, argc, argv);
	while ((id = opt_next(&o, &code)) != OPT_DONE) {
		if (id == OPT_EXIT)
			return code;
		if (id == OPT_LIST) {
			list_checks();
			return finish(RC_DONE);
		}
		if (id == OPT_SQL)
			return print_sql(&e) < 0 ? error_report(&e)
						 : finish(RC_DONE);
		if (id == OPT_JSON)
			as_json = true;
		else if (!(wanted = parse_checks(o.value)))
			return opt_usage(&command,
				"--only: no such check: %s; doctor --list "
				"names them",
				o.value);
	}
	if (opt_operands(&o, 0) != 0)
		return RC_USAGE;
	d.stop = stop_on_signals();
	doctor_run(&d, wanted);
	code = doctor_code(&d);
	if (as_json)
		show_json(&d);
	else
		show_text(&d);
	doctor_fini(&d);
	return finish(code);
}
