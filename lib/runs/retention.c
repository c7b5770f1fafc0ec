#include "runs/retention.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runs/records.h"
#include "util/alloc.h"
#include "util/file.h"
#include "util/json.h"

#define RECORD_MAX (1u << 20)

/* --- a folder and what is in it ------------------------------------------- */

/* Whether the file is one that we leave in a folder of that name. */
typedef bool owns(int dir, const char *folder, const char *file);

static bool is_dot(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* The folder itself, never what a link leads to; NULL where it is none. */
static DIR *open_folder(int at, const char *name)
{
	int fd = openat(
		at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && fd >= 0)
		close(fd);
	return dir;
}

static bool owns_all(DIR *dir, const char *folder, owns *own)
{
	struct dirent *entry;

	while ((entry = readdir(dir)))
		if (!is_dot(entry->d_name) &&
			!own(dirfd(dir), folder, entry->d_name))
			return false;
	return true;
}

/*
 * Removes the folder if all in it is ours. A file that comes in meanwhile is
 * looked at like the others, and keeps the folder. -1 with errno.
 */
static int remove_folder(int at, const char *folder, DIR *dir, owns *own)
{
	struct dirent *entry;

	if (!owns_all(dir, folder, own))
		return 0;
	rewinddir(dir);
	while ((entry = readdir(dir)))
		if (!is_dot(entry->d_name) &&
			own(dirfd(dir), folder, entry->d_name) &&
			unlinkat(dirfd(dir), entry->d_name, 0) < 0 &&
			errno != ENOENT)
			return -1;
	if (unlinkat(at, folder, AT_REMOVEDIR) < 0 && errno != ENOTEMPTY &&
		errno != EEXIST && errno != ENOENT)
		return -1;
	return 0;
}

/* --- the folders of runs -------------------------------------------------- */

/* A file itself, never what a link leads to; -1 where it is none. */
static int open_regular(int dir, const char *file)
{
	int fd = openat(
		dir, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* What a stream begins with, however short it was cut. */
static bool is_stream(int dir, const char *file, const char *head)
{
	int fd = open_regular(dir, file);
	char start[64];
	ssize_t n = fd < 0 ? -1 : read(fd, start, strlen(head));

	if (fd >= 0)
		close(fd);
	return n >= 0 && memcmp(start, head, (size_t)n) == 0;
}

/* The record of this run; one that a full disk cut is ours too. */
static bool is_record(int dir, const char *file, const char *run)
{
	struct buf text = BUF_INIT(RECORD_MAX);
	int fd = open_regular(dir, file);
	struct error ignored;
	const char *id;
	json *record;
	bool own;

	if (fd < 0)
		return false;
	if (file_read_from(fd, file, &text, &ignored) < 0)
		debug("%s", ignored.text);
	close(fd);
	record = json_parse(
		buf_str(&text), text.len, JSON_MARK_UNREADABLE, &ignored);
	id = json_str(record, "run_id");
	own = record ? id && strcmp(id, run) == 0
		     : text.len == 0 || *buf_str(&text) == '{';
	json_free(record);
	buf_fini(&text);
	return own;
}

static bool owns_run_file(int dir, const char *run, const char *file)
{
	if (strcmp(file, "plan.ndjson") == 0)
		return is_stream(
			dir, file, "{\"kind\":\"head\",\"stream\":\"plan\"");
	if (strcmp(file, "results.ndjson") == 0)
		return is_stream(
			dir, file, "{\"kind\":\"head\",\"stream\":\"results\"");
	return (strcmp(file, "run.json") == 0 ||
		       strcmp(file, "run.json.new") == 0) &&
	       is_record(dir, file, run);
}

struct names {
	char **at;
	size_t n, cap;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/*
 * Of names in order, those after the newest are of a clock that was ahead:
 * older than all others.
 */
static void ids_ahead_first(struct names *names, const char *newest)
{
	char **ordered = xcalloc(names->n, sizeof *ordered);
	size_t others = 0, ahead;

	while (others < names->n && strcmp(names->at[others], newest) <= 0)
		others++;
	ahead = names->n - others;
	memcpy(ordered, names->at + others, ahead * sizeof *ordered);
	memcpy(ordered + ahead, names->at, others * sizeof *ordered);
	free(names->at);
	names->at = ordered;
}

static void list_others(DIR *runs, const char *keep, struct names *names)
{
	struct dirent *entry;
	struct stat st;

	while ((entry = readdir(runs))) {
		if (!run_id_is_valid(entry->d_name) ||
			strcmp(entry->d_name, keep) == 0 ||
			fstatat(dirfd(runs), entry->d_name, &st,
				AT_SYMLINK_NOFOLLOW) < 0 ||
			!S_ISDIR(st.st_mode))
			continue;
		names->at = grow(
			names->at, names->n, &names->cap, sizeof *names->at);
		names->at[names->n++] = xstrdup(entry->d_name);
	}
	if (!names->n)
		return;
	qsort(names->at, names->n, sizeof *names->at, by_name);
	ids_ahead_first(names, keep);
}

static int forget_run(int runs, const char *id)
{
	DIR *dir = open_folder(runs, id);
	int rc;

	if (!dir)
		return errno == ENOENT || errno == ELOOP || errno == ENOTDIR
			       ? 0
			       : -1;
	rc = remove_folder(runs, id, dir, owns_run_file);
	closedir(dir);
	return rc;
}

int runs_forget(const char *dir, const char *keep, struct error *e)
{
	char *path = path_join(dir, "runs");
	struct names others = { 0 };
	DIR *runs = opendir(path);
	int rc = runs ? 0 : fail_errno(e, "%s", path);

	if (runs)
		list_others(runs, keep, &others);
	for (size_t i = 0; i < others.n; i++) {
		if (i + RUNS_MAX - 1 < others.n &&
			forget_run(dirfd(runs), others.at[i]) < 0)
			rc = fail_errno(e, "%s/%s: an old run can't be removed",
				path, others.at[i]);
		free(others.at[i]);
	}
	free(others.at);
	if (runs)
		closedir(runs);
	free(path);
	return rc;
}

/* --- the work folders ----------------------------------------------------- */

static bool is_number(const char *s, size_t len)
{
	return len > 0 && strspn(s, "0123456789") >= len;
}

/* vaultsync-run.812.3141592653 */
static bool is_work_name(const char *name)
{
	static const char start[] = "vaultsync-run.";
	const char *pid = name + sizeof start - 1, *dot;

	if (strncmp(name, start, sizeof start - 1) != 0)
		return false;
	dot = strchr(pid, '.');
	return dot && is_number(pid, (size_t)(dot - pid)) &&
	       is_number(dot + 1, strlen(dot + 1));
}

static bool owns_work_file(int dir, const char *folder, const char *file)
{
	static const char *const names[] = { "stage", "shown", "sb.ndjson",
		"notion.ndjson", "records.ndjson", "sb-again.ndjson",
		"notion-again.ndjson", "records-again.ndjson", "resolve.ndjson",
		"pages",
		/* of versions before this one */
		"stderr", "messages", "settings", "ops", "ends.ndjson" };
	struct stat st;

	(void)folder;
	if (fstatat(dir, file, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		(!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode)))
		return false;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], file) == 0)
			return true;
	return false;
}

/* The lock lives as long as the run, or what it started. */
static void clear_one(int tmp, const char *name)
{
	DIR *dir = open_folder(tmp, name);
	struct stat st;

	if (!dir)
		return;
	if (fstat(dirfd(dir), &st) == 0 && st.st_uid == geteuid() &&
		flock(dirfd(dir), LOCK_EX | LOCK_NB) == 0)
		remove_folder(tmp, name, dir, owns_work_file);
	closedir(dir);
}

void work_clear_one(const char *path)
{
	DIR *dir = open_folder(AT_FDCWD, path);

	if (!dir)
		return;
	remove_folder(AT_FDCWD, path, dir, owns_work_file);
	closedir(dir);
}

void work_clear(const char *tmp)
{
	DIR *dir = opendir(tmp);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (is_work_name(entry->d_name))
			clear_one(dirfd(dir), entry->d_name);
	if (dir)
		closedir(dir);
}

/* --- long files ----------------------------------------------------------- */

static int move(const char *path, int from, int to, struct error *e)
{
	char *old = from ? xasprintf("%s.%d", path, from) : xstrdup(path);
	char *new = xasprintf("%s.%d", path, to);
	struct stat st;
	int rc = 0;

	if (lstat(old, &st) == 0 && !S_ISREG(st.st_mode))
		rc = fail(e, RC_LOCAL,
			"%s is not a log: move it out of the way", old);
	else if (rename(old, new) < 0 && errno != ENOENT)
		rc = fail_errno(e, "%s can't be put aside", old);
	free(new);
	free(old);
	return rc;
}

int log_put_aside(const char *dir, const char *name, struct error *e)
{
	char *path = path_join(dir, name);
	struct stat st;
	int rc = 0;

	if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
		st.st_size > LOG_FILE_MAX)
		for (int to = CONFLICTS_ASIDE; rc == 0 && to > 0; to--)
			rc = move(path, to - 1, to, e);
	free(path);
	return rc;
}
