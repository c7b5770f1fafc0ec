#include "waiting.h"

#include <stdio.h>

#include "print.h"
#include "util/humanize.h"

static const char *subject_of(const json *one)
{
	const char *row = json_str(one, "row_id");
	const char *page = json_str(one, "page_id");

	return row ? row : page ? page : json_str(one, "guard");
}

void print_what_waits(const struct waiting *all)
{
	char command[COMMAND_SIZE];

	for (const json *one = json_first(all->list); one;
		one = json_next(one)) {
		const json *first = json_first(json_get(one, "commands"));
		const json *other = first ? json_next(first) : NULL;
		const char *reason = json_str(one, "reason");

		print_shown(json_str(one, "kind"), 0);
		printf("\t");
		print_shown(subject_of(one), 0);
		printf("\t");
		print_shown(json_text(first), 0);
		printf("\t");
		print_shown(
			reason && *reason ? reason : json_str(one, "means"), 0);
		if (json_int(one, "failures"))
			printf("; failed %lld times in a row",
				(long long)json_int(one, "failures"));
		if (other) {
			printf("; or: ");
			print_shown(json_text(other), 0);
		}
		printf("\n");
	}
	if (all->left_out)
		printf("…\t%zu more\t%s\t\n", all->left_out,
			humanize_command("bin/report --run last", command));
}
