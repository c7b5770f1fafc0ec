/* Commands as they are typed: util/humanize.h. */
#include "util/humanize.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

#define ID "38c9ce7b-60a4-8128-8d53-d5d4642a0a6f"

static void test_command(void)
{
	char out[COMMAND_SIZE];

	unsetenv("VAULTSYNC_COMMAND");
	check_str(humanize_command("scripts/sync-now.sh --dry-run", out),
		"scripts/sync-now.sh --dry-run");
	setenv("VAULTSYNC_COMMAND", "vaultsync", 1);
	check_str(humanize_command("scripts/sync-now.sh --dry-run", out),
		"vaultsync sync-now --dry-run");
	check_str(humanize_command("bin/report", out), "vaultsync report");
}

/* With a folder and files, however long they are, it is never cut. */
static void test_long_caller(void)
{
	static const char front[] = "SYNC_ENV_FILE=/srv/";
	static const char resolve[] = "scripts/controls.sh resolve " ID
				      " --take supabase --field decision "
				      "--field type --field date";
	char caller[2000], out[COMMAND_SIZE];
	const char *at;

	for (size_t len = sizeof front; len < sizeof caller; len++) {
		memset(caller, 'x', len);
		memcpy(caller, front, sizeof front - 1);
		caller[len] = '\0';
		setenv("VAULTSYNC_COMMAND", caller, 1);
		at = strstr(humanize_command(resolve, out), " controls ");
		check(at);
		check_str(at, " controls resolve " ID
			      " --take supabase --field decision --field type "
			      "--field date");
		if (len <= 700)
			check(strncmp(out, caller, len) == 0);
		else if (strncmp(out, front, sizeof front - 1) == 0)
			check_int(at - out, (int)len);
	}
	check(strncmp(out, "vaultsync -C FOLDER ", 20) == 0);
}

int main(void)
{
	run(test_command);
	run(test_long_caller);
	return test_end();
}
