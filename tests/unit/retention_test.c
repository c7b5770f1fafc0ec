/* What runs leave behind, and what is not theirs: runs/retention.h. */
#include "runs/retention.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runs/records.h"
#include "test.h"
#include "util/alloc.h"
#include "util/file.h"

static char dir[] = "/tmp/housekeeping_test.XXXXXX";

static bool is_there(const char *name)
{
	char *path = path_join(dir, name);
	struct stat st;
	bool there = lstat(path, &st) == 0;

	free(path);
	return there;
}

static void make_dir(const char *name)
{
	char *path = path_join(dir, name);
	struct error e;

	check_int(file_make_dirs(path, &e), 0);
	free(path);
}

static void make_file(const char *name, const char *content)
{
	char *path = path_join(dir, name);
	struct error e;

	check_int(file_replace_with(path, content, strlen(content), &e), 0);
	free(path);
}

static void make_link(const char *name, const char *to)
{
	char *path = path_join(dir, name), *target = path_join(dir, to);

	check_int(symlink(target, path), 0);
	free(target);
	free(path);
}

static void run_name(char out[64], int n, const char *file)
{
	snprintf(out, 64, "logs/runs/20260101T0000%02dZ-7%s", n, file);
}

/* RUNS_MAX folders of newer runs, so that what is made with 0 to 9 is old. */
static void make_new_runs(void)
{
	char name[64];

	for (int n = 0; n < RUNS_MAX; n++) {
		snprintf(
			name, sizeof name, "logs/runs/20260201T0000%02dZ-7", n);
		make_dir(name);
	}
}

static void make_run(int n, const char *record)
{
	char name[64];

	run_name(name, n, "");
	make_dir(name);
	run_name(name, n, "/run.json");
	make_file(name, record);
	run_name(name, n, "/plan.ndjson");
	make_file(name, "{\"kind\":\"head\",\"stream\":\"plan\",\"v\":1}\n");
	run_name(name, n, "/results.ndjson");
	make_file(name, "{\"kind\":\"head\",\"str"); /* it was cut */
}

#define NEWEST "20260301T000000Z-7"

static void forget(const char *newest)
{
	char *logs = path_join(dir, "logs");
	struct error e = { 0 };

	if (!check_int(runs_forget(logs, newest, &e), 0))
		printf("\t%s\n", e.text);
	free(logs);
}

static void check_run(int n, bool there)
{
	char name[64];

	run_name(name, n, "");
	if (!check(is_there(name) == there))
		printf("\t%s is %sthere\n", name, there ? "not " : "");
}

static void test_forget(void)
{
	make_new_runs();
	make_run(0, "{\"v\":1,\"run_id\":\"20260101T000000Z-7\"}\n");
	make_run(1, "");
	make_run(2, "{\"v\":1,\"run_id\":\"2026");
	make_dir("logs/runs/" NEWEST);
	forget(NEWEST);
	for (int n = 0; n < 3; n++)
		check_run(n, false);
	check(is_there("logs/runs/" NEWEST));
	check(!is_there("logs/runs/20260201T000000Z-7"));
	check(is_there("logs/runs/20260201T000001Z-7"));
	forget(NEWEST);
	check(is_there("logs/runs/20260201T000001Z-7"));
}

/* Of a clock that was ahead, or has been set back since. */
static void test_forget_ahead(void)
{
	make_new_runs();
	make_run(10, "{\"v\":1,\"run_id\":\"20260101T000010Z-7\"}\n");
	make_run(11, "{\"v\":1,\"run_id\":\"20260101T000011Z-7\"}\n");
	forget("20260101T000011Z-7");
	check_run(10, true);
	check_run(11, true);
	check(!is_there("logs/runs/20260201T000000Z-7"));
	check(!is_there("logs/runs/20260201T000001Z-7"));
	check(is_there("logs/runs/20260201T000049Z-7"));
}

/* Nothing that is somebody else's, even where its name is that of a run. */
static void test_forget_nothing_else(void)
{
	make_new_runs();
	make_dir("logs/runs/archive");
	make_file("logs/runs/archive/run.json", "{}");
	make_file("logs/runs/20260101T000008Z-7", "a file");
	make_dir("elsewhere");
	make_file("elsewhere/run.json",
		"{\"v\":1,\"run_id\":\"20260101T000007Z-7\"}\n");
	make_link("logs/runs/20260101T000007Z-7", "elsewhere");
	make_run(0, "{\"v\":1,\"run_id\":\"20260101T000000Z-7\"}\n");
	make_file("logs/runs/20260101T000000Z-7/notes.txt", "mine");
	make_run(1, "{\"v\":1,\"run_id\":\"20250101T000000Z-7\"}\n");
	make_run(2, "# a text\n");
	make_dir("logs/runs/20260101T000003Z-7");
	make_file("logs/runs/20260101T000003Z-7/plan.ndjson", "a plan\n");
	make_dir("logs/runs/20260101T000004Z-7");
	make_link("logs/runs/20260101T000004Z-7/plan.ndjson",
		"elsewhere/run.json");
	make_dir("logs/runs/20260101T000005Z-7/run.json");
	forget(NEWEST);
	check(is_there("logs/runs/archive/run.json"));
	check(is_there("logs/runs/20260101T000008Z-7"));
	check(is_there("logs/runs/20260101T000007Z-7"));
	check(is_there("elsewhere/run.json"));
	for (int n = 0; n <= 5; n++)
		check_run(n, true);
	/* And nothing of such a folder goes either. */
	check(is_there("logs/runs/20260101T000000Z-7/notes.txt"));
	check(is_there("logs/runs/20260101T000000Z-7/run.json"));
	check(is_there("logs/runs/20260101T000000Z-7/plan.ndjson"));
}

static void test_forget_without(void)
{
	struct error e;

	check_int(runs_forget("/none", "-", &e), -1);
	check_int(e.code, RC_LOCAL);
	check_has(e.text, "/none/runs");
}

static void test_work(void)
{
	char *locked;
	int fd;

	make_dir("tmp/vaultsync-run.1.2");
	make_file("tmp/vaultsync-run.1.2/sb.ndjson", "x");
	make_file("tmp/vaultsync-run.1.2/messages", "x");
	make_dir("tmp/vaultsync-run.3.4");
	make_file("tmp/vaultsync-run.3.4/thesis.txt", "x");
	make_file("tmp/vaultsync-run.3.4/messages", "x");
	make_dir("tmp/vaultsync-run.5.backup");
	make_file("tmp/vaultsync-run.5.backup/messages", "x");
	make_dir("tmp/vaultsync-run.6.7/deeper");
	make_dir("target");
	make_file("target/messages", "x");
	make_link("tmp/vaultsync-run.8.9", "target");
	make_dir("tmp/vaultsync-run.10.11");
	locked = path_join(dir, "tmp/vaultsync-run.10.11");
	fd = open(locked, O_RDONLY | O_DIRECTORY);
	check_int(flock(fd, LOCK_EX), 0);
	free(locked);
	locked = path_join(dir, "tmp");
	work_clear(locked);
	check(!is_there("tmp/vaultsync-run.1.2"));
	check(is_there("tmp/vaultsync-run.3.4/thesis.txt"));
	check(is_there("tmp/vaultsync-run.3.4/messages"));
	check(is_there("tmp/vaultsync-run.5.backup/messages"));
	check(is_there("tmp/vaultsync-run.6.7/deeper"));
	check(is_there("tmp/vaultsync-run.8.9"));
	check(is_there("target/messages"));
	check(is_there("tmp/vaultsync-run.10.11"));
	close(fd);
	work_clear(locked);
	check(!is_there("tmp/vaultsync-run.10.11"));
	work_clear("/none");
	free(locked);
}

static void put_aside(int wanted)
{
	char *logs = path_join(dir, "logs");
	struct error e = { 0 };

	if (!check_int(log_put_aside(logs, "sync.log", &e), wanted))
		printf("\t%s\n", e.text);
	free(logs);
}

static void test_put_aside(void)
{
	char *path = path_join(dir, "logs/sync.log");

	put_aside(0); /* none is there */
	make_file("logs/sync.log", "x");
	put_aside(0);
	check(is_there("logs/sync.log"));
	check_int(truncate(path, LOG_FILE_MAX + 1), 0);
	make_file("logs/sync.log.5", "x");
	put_aside(0);
	check(!is_there("logs/sync.log"));
	check(is_there("logs/sync.log.1"));
	check(is_there("logs/sync.log.5"));
	check(!is_there("logs/sync.log.6"));
	/* A folder in the way is not moved into. */
	make_file("logs/sync.log", "x");
	check_int(truncate(path, LOG_FILE_MAX + 1), 0);
	make_dir("logs/sync.log.2/mine");
	put_aside(-1);
	check(is_there("logs/sync.log.2/mine") ||
		is_there("logs/sync.log.3/mine"));
	free(path);
}

int main(void)
{
	char *rm;

	if (!mkdtemp(dir))
		return 1;
	make_dir("logs");
	run(test_forget);
	run(test_forget_ahead);
	run(test_forget_nothing_else);
	run(test_forget_without);
	run(test_work);
	run(test_put_aside);
	rm = xasprintf("rm -rf '%s'", dir);
	check_int(system(rm), 0);
	free(rm);
	return test_end();
}
