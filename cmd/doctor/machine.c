/* This machine: folders, disk, locks, and the records of the runs. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "doctor.h"
#include "runs/schedule.h"
#include "sync/approvals.h"
#include "sync/base.h"
#include "util/alloc.h"
#include "util/file.h"
#include "util/humanize.h"
#include "util/lock.h"
#include "util/opt.h"

#define MIB (1024ULL * 1024)
#define DISK_BAD (10 * MIB)
#define DISK_WARN (200 * MIB)
#define RECORD_MAX (1u << 20)
#define LATE 2 /* intervals */

/* The folder itself, or its nearest existing parent; allocated. */
static char *existing(const char *path)
{
	char *p = xstrdup(path), *slash;

	while (access(p, F_OK) < 0 && errno == ENOENT) {
		slash = strrchr(p, '/');
		if (!slash) {
			free(p);
			return xstrdup(".");
		}
		if (slash == p)
			slash++;
		*slash = '\0';
	}
	return p;
}

static int may_write(const char *dir, const char *setting, struct error *e)
{
	char *at = existing(dir);
	struct stat st;
	int rc = 0;

	if (stat(at, &st) == 0 && !S_ISDIR(st.st_mode))
		rc = fail(e, RC_LOCAL, "%s: not a folder", at);
	else if (access(at, W_OK | X_OK) < 0)
		rc = fail_errno(e, "%s", at);
	if (rc < 0)
		snprintf(e->text + strlen(e->text),
			sizeof e->text - strlen(e->text),
			"; give it to this user, or set %s to another folder",
			setting);
	free(at);
	return rc;
}

/* What another user made there, such as root by a run of its own. */
static int may_use_files(const char *dir, struct error *e)
{
	DIR *at = opendir(dir);
	struct dirent *entry;
	int rc = 0;

	while (rc == 0 && at && (entry = readdir(at)))
		if (*entry->d_name != '.' && /* nor the folder above */
			faccessat(dirfd(at), entry->d_name, R_OK | W_OK,
				AT_EACCESS) < 0 &&
			errno == EACCES)
			rc = fail(e, RC_LOCAL,
				"%s/%s is not this user's to read and write: "
				"another one ran vaultsync here; sudo chown -R "
				"%lu '%s'",
				dir, entry->d_name, (unsigned long)geteuid(),
				dir);
	if (at)
		closedir(at);
	return rc;
}

void check_folders(struct doctor *d, struct finding *f)
{
	const struct settings *s = &d->settings;
	struct error e;

	if (may_write(s->state_dir, "SYNC_STATE_DIR", &e) < 0 ||
		may_write(s->log_dir, "SYNC_LOG_DIR", &e) < 0 ||
		may_use_files(s->state_dir, &e) < 0 ||
		may_use_files(s->log_dir, &e) < 0)
		find_bad(f, &e);
	else
		find_ok(f, "%s and %s are writable", s->state_dir, s->log_dir);
}

static int free_space(const char *dir, unsigned long long *bytes)
{
	char *at = existing(dir);
	struct statvfs v;
	int rc = statvfs(at, &v);

	free(at);
	*bytes = rc == 0 ? (unsigned long long)v.f_bavail * v.f_frsize : 0;
	return rc;
}

void check_disk(struct doctor *d, struct finding *f)
{
	unsigned long long state, logs, least;
	struct error e;

	if (free_space(d->settings.state_dir, &state) < 0 ||
		free_space(d->settings.log_dir, &logs) < 0) {
		find_unknown(f, "the free space can't be determined: %s",
			strerror(errno));
		return;
	}
	least = state < logs ? state : logs;
	if (least < DISK_BAD) {
		fail(&e, RC_LOCAL,
			"%llu MiB are free where state and logs are: make "
			"room",
			least / MIB);
		find_bad(f, &e);
	} else if (least < DISK_WARN) {
		find_warn(f,
			"only %llu MiB are free where state and logs are: "
			"make room, or set SYNC_STATE_DIR / SYNC_LOG_DIR",
			least / MIB);
	} else {
		find_ok(f, "%llu MiB are free", least / MIB);
	}
}

void check_lock(struct doctor *d, struct finding *f)
{
	char *path = path_join(d->settings.state_dir, "sync.lock");
	struct error e;
	pid_t pid = lock_holder(path, &e);

	if (pid < 0)
		find_warn(f, "%s", e.text);
	else if (pid == 0)
		find_ok(f, "no run is under way");
	else
		find_ok(f,
			"a run is under way, process %ld; for how long: ps -o "
			"etime= -p %ld",
			(long)pid, (long)pid);
	free(path);
}

void check_base(struct doctor *d, struct finding *f)
{
	char *path = path_join(d->settings.state_dir, "base.ndjson");
	struct base base;
	struct error e;

	if (base_load(&base, path, &e) < 0) {
		find_bad(f, &e);
	} else {
		if (base.scope)
			find_ok(f, "%s remembers %zu pairs", path,
				base_count(&base));
		else
			find_ok(f, "none yet; the first sync creates it");
		base_fini(&base);
	}
	free(path);
}

void check_approved(struct doctor *d, struct finding *f)
{
	char *path = path_join(d->settings.state_dir, "approved.ndjson");
	struct approvals approvals;
	struct error e;

	if (approvals_load(&approvals, path, &e) < 0) {
		find_bad(f, &e);
	} else {
		if (approvals.by_id.n > 0)
			find_ok(f, "approved for the next run: %zu",
				approvals.by_id.n);
		else
			find_ok(f, "nothing is approved for the next run");
		approvals_fini(&approvals);
	}
	free(path);
}

/* The record of the last run; NULL where it is missing or incomplete. */
static json *read_last_run(const struct settings *s)
{
	char *path = path_join(s->log_dir, "last_run.json");
	struct buf text = BUF_INIT(RECORD_MAX);
	struct error ignored;
	json *v = NULL;

	if (file_read(path, &text, &ignored) == 0)
		v = json_parse(buf_str(&text), text.len, JSON_STRICT, &ignored);
	buf_fini(&text);
	free(path);
	return v;
}

/* A time in such a record; USEC_NONE: there is none. */
static usec record_time(const json *record, const char *key)
{
	const char *text = json_str(record, key);
	usec t = USEC_NONE;

	if (text)
		time_parse(text, &t);
	return t;
}

static void find_schedule(struct finding *f, const json *record)
{
	char command[COMMAND_SIZE], report[COMMAND_SIZE], text[TIME_SIZE];
	const char *schedule = humanize_command("scripts/schedule.sh", command);
	usec next = record_time(record, "next_at");
	int64_t failures = json_int(record, "failures");

	if (next != USEC_NONE && time_now() - next > USEC_MINUTE)
		find_warn(f,
			"%s is running here, but its run of %s hasn't begun: "
			"start it again",
			schedule, time_format(next, text));
	else if (failures > 0)
		find_warn(f,
			"%s is running here, but its runs fail, %lld in a row "
			"so far: see %s",
			schedule, (long long)failures,
			humanize_command("bin/report", report));
	else if (next == USEC_NONE)
		find_ok(f,
			record ? "%s is running here, and a run is under way"
			       : "%s runs here",
			schedule);
	else
		find_ok(f, "%s is running here, and the next run is due at %s",
			schedule, time_format(next, text));
}

/*
 * No schedule holds the lock: the last run may show that there is another one.
 */
static void find_last_run(
	struct finding *f, const struct settings *s, usec last)
{
	usec limit = LATE * s->interval * USEC_SECOND + USEC_MINUTE;
	char sync_now[COMMAND_SIZE], schedule[COMMAND_SIZE];
	char text[TIME_SIZE];

	humanize_command("scripts/schedule.sh", schedule);
	if (last == USEC_NONE)
		find_warn(f,
			"no run yet: %s starts the first one, %s one every "
			"SYNC_INTERVAL",
			humanize_command("scripts/sync-now.sh", sync_now),
			schedule);
	else if (time_now() - last > limit)
		find_warn(f,
			"the last run ended at %s, but SYNC_INTERVAL asks for "
			"one every %ld s: check whether the scheduler is "
			"running; see %s",
			time_format(last, text), s->interval, schedule);
	else
		find_unknown(f,
			"the last run ended at %s, but no %s is running here: "
			"doctor can't see whether a timer or cron will start "
			"the next one",
			time_format(last, text), schedule);
}

void check_scheduler(struct doctor *d, struct finding *f)
{
	bool runs = schedule_runs(d->settings.state_dir);
	json *record = runs ? schedule_record(d->settings.log_dir)
			    : read_last_run(&d->settings);

	if (runs)
		find_schedule(f, record);
	else
		find_last_run(f, &d->settings, record_time(record, "ended_at"));
	json_free(record);
}
