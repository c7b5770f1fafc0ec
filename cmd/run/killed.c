#include "killed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runs/records.h"
#include "runs/run_record.h"
#include "util/alloc.h"
#include "util/error.h"
#include "util/file.h"
#include "util/text.h"

struct seen {
	const char *id;
	bool noted; /* a conflict of it is noted */
	char undoes[RUN_ID_SIZE];
};

static void look_for_conflict(void *arg, const json *line)
{
	struct seen *seen = arg;

	seen->noted |= text_same(json_str(line, "run_id"), seen->id);
}

/* The head of its plan names the folder of the run that it was to take back. */
static void look_for_undo(void *arg, const json *line)
{
	struct seen *seen = arg;
	const char *undo = json_str(line, "undo"), *slash;

	if (!undo || !text_same(json_str(line, "kind"), "head"))
		return;
	slash = strrchr(undo, '/');
	undo = slash ? slash + 1 : undo;
	if (run_id_is_valid(undo))
		snprintf(seen->undoes, sizeof seen->undoes, "%s", undo);
}

/* What it was at: the last file that it has begun. Sets when that was. */
static const char *stage_of(const char *dir, usec *at)
{
	static const char *const stages[][2] = {
		{ "results.ndjson", "apply" },
		{ "plan.ndjson", "plan" },
	};
	struct stat st;

	for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
		char *path = path_join(dir, stages[i][0]);
		bool there = stat(path, &st) == 0;

		free(path);
		if (!there)
			continue;
		*at = (usec)st.st_mtime * USEC_SECOND;
		return stages[i][1];
	}
	return "run";
}

static int write_down(const char *logs, const char *id, struct error *e)
{
	const struct run_records records = { .dir = (char *)logs };
	char *dir = xasprintf("%s/runs/%s", logs, id);
	struct seen seen = { .id = id };
	struct run_end end = { .id = id,
		.status = RUN_INTERRUPTED,
		.code = 128 + SIGKILL,
		.signal = "KILL",
		.message = "run: killed, or without room to write down how it "
			   "ended; the next run did that",
		.started = run_id_time(id),
		.ended = run_id_time(id) };
	struct error ignored; /* what is cut or damaged says what it can */
	json *record;
	int rc = 0;

	end.stage = stage_of(dir, &end.ended);
	run_lines(&records, id, "plan", look_for_undo, &seen, &ignored);
	if (*seen.undoes)
		end.undoes = seen.undoes;
	conflict_lines(&records, look_for_conflict, &seen, &ignored);
	if (!seen.noted)
		rc = run_conflicts_write(logs, id, e);
	if (rc == 0) {
		record = run_record_make(&end, logs, dir, NULL);
		rc = run_record_keep(logs, id, record, e);
		json_free(record);
	}
	free(dir);
	return rc;
}

static bool has_record(int runs, const char *id)
{
	char *record = xasprintf("%s/run.json", id);
	bool there = faccessat(runs, record, F_OK, 0) == 0 || errno != ENOENT;

	free(record);
	return there;
}

void killed_write_down(const struct settings *s)
{
	char *path = path_join(s->log_dir, "runs");
	DIR *runs = opendir(path);
	struct dirent *entry;
	struct stat st;
	struct error e;

	while (runs && (entry = readdir(runs))) {
		if (!run_id_is_valid(entry->d_name) ||
			fstatat(dirfd(runs), entry->d_name, &st,
				AT_SYMLINK_NOFOLLOW) < 0 ||
			!S_ISDIR(st.st_mode) ||
			has_record(dirfd(runs), entry->d_name))
			continue;
		if (write_down(s->log_dir, entry->d_name, &e) < 0)
			warning("%s", e.text);
	}
	if (runs)
		closedir(runs);
	free(path);
}
