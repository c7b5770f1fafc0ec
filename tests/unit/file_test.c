/* Files that others rely on: util/file.h. */
#include "util/file.h"
#include "util/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"
#include "util/alloc.h"

static char dir[] = "/tmp/file_test.XXXXXX";

static char *in_dir(const char *name)
{
	return path_join(dir, name);
}

static void check_content(const char *path, const char *wanted)
{
	struct buf b = BUF_INIT(1000);
	struct error e = { 0 };

	if (!check_int(file_read(path, &b, &e), 0))
		printf("\t%s\n", e.text);
	else
		check_str(buf_str(&b), wanted);
	buf_fini(&b);
}

static bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

static void test_read_regular(void)
{
	char *path = in_dir("plain"), *fifo = in_dir("fifo");
	struct buf b = BUF_INIT(1000);
	struct error e;

	check_int(file_replace_with(path, "one", 3, &e), 0);
	check_int(file_read_regular(path, &b, &e), 0);
	check_str(buf_str(&b), "one");
	/* None of these waits for a writer that never comes. */
	check_int(mkfifo(fifo, 0600), 0);
	check_int(file_read_regular(fifo, &b, &e), -1);
	check_int(e.code, RC_LOCAL);
	check_int(file_read_regular(dir, &b, &e), -1);
	check_int(file_read_regular("/dev/zero", &b, &e), -1);
	check_int(file_read_regular("/nowhere/at/all", &b, &e), -1);
	buf_fini(&b);
	unlink(path);
	unlink(fifo);
	free(path);
	free(fifo);
}

static void test_replace(void)
{
	char *path = in_dir("a"), *new_path = in_dir("a.new");
	struct file_replace f;
	struct error e;
	struct stat st;

	check_int(file_replace_with(path, "one", 3, &e), 0);
	check_content(path, "one");
	check_int(stat(path, &st), 0);
	check_int(st.st_mode & 0777, 0600);
	check_int(file_replace_begin(&f, path, &e), 0);
	fputs("two", f.out);
	fflush(f.out);
	/* Until the commit, the old content is there. */
	check_content(path, "one");
	check_int(file_replace_commit(&f, &e), 0);
	check_content(path, "two");
	check(!is_there(new_path));
	file_replace_abort(&f); /* nothing after a commit */
	check_content(path, "two");
	check_int(file_replace_begin(&f, path, &e), 0);
	fputs("three", f.out);
	file_replace_abort(&f);
	check_content(path, "two");
	check(!is_there(new_path));
	/* What a crash left behind doesn't get in the way. */
	check_int(file_replace_with(new_path, "rest", 4, &e), 0);
	check_int(file_replace_with(path, "", 0, &e), 0);
	check_content(path, "");
	check(!is_there(new_path));
	free(new_path);
	free(path);
}

/* Somebody who may write into the folder plants a link to another file. */
static void test_replace_through_a_link(void)
{
	char *path = in_dir("l"), *new_path = in_dir("l.new");
	char *other = in_dir("other"), *none = in_dir("absent");
	struct stat st;
	struct error e;

	check_int(file_replace_with(other, "kept", 4, &e), 0);
	check_int(symlink(other, new_path), 0);
	check_int(file_replace_with(path, "mine", 4, &e), 0);
	check_content(other, "kept");
	check_content(path, "mine");
	check_int(lstat(path, &st), 0);
	check(S_ISREG(st.st_mode));
	/* A second name of the other file, and a link that leads nowhere. */
	check_int(link(other, new_path), 0);
	check_int(file_replace_with(path, "again", 5, &e), 0);
	check_content(other, "kept");
	check_int(symlink(none, new_path), 0);
	check_int(file_replace_with(path, "third", 5, &e), 0);
	check(!is_there(none));
	check_content(path, "third");
	/* What can't be removed is said, and nothing is changed. */
	check_int(mkdir(new_path, 0700), 0);
	check_int(file_replace_with(path, "x", 1, &e), -1);
	check_int(e.code, RC_LOCAL);
	check_has(e.text, "l.new: ");
	check_content(path, "third");
	free(none);
	free(other);
	free(new_path);
	free(path);
}

/* Nor is a file led elsewhere that is written in place. */
static void test_open_own(void)
{
	char *path = in_dir("own"), *other = in_dir("another");
	struct error e;
	struct stat st;
	int fd = file_open_own(path, O_APPEND, &e);

	check(fd >= 0);
	check_int(fstat(fd, &st), 0);
	check_int(st.st_mode & 0777, 0600);
	close(fd);
	check_int(unlink(path), 0);
	check_int(symlink(other, path), 0);
	check_int(file_open_own(path, 0, &e), -1);
	check_int(e.code, RC_LOCAL);
	check_has(e.text, "own is a symbolic link");
	check_int(lock_take(path, &e), -1);
	check_int(e.code, RC_LOCAL);
	check(!is_there(other));
	free(other);
	free(path);
}

static void test_replace_fails(void)
{
	char *path = in_dir("none/a");
	struct file_replace f;
	struct error e;

	check_int(file_replace_begin(&f, path, &e), -1);
	check_int(e.code, RC_LOCAL);
	check_has(e.text, "none/a.new: No such file");
	check_int(file_replace_with(path, "x", 1, &e), -1);
	free(path);
	/* A folder in the file's place stays. */
	check_int(file_replace_with(dir, "x", 1, &e), -1);
	check_int(e.code, RC_LOCAL);
	check(is_there(dir));
	path = xasprintf("%s.new", dir);
	check(!is_there(path));
	free(path);
}

static void test_relative(void)
{
	char *here = getcwd(NULL, 0);
	struct error e;

	check_int(chdir(dir), 0);
	check_int(file_replace_with("b", "x", 1, &e), 0);
	check_content("b", "x");
	check_int(chdir(here), 0);
	free(here);
}

static void test_read(void)
{
	char *path = in_dir("c");
	struct buf b = BUF_INIT(5);
	struct error e;

	check_int(file_replace_with(path, "12345", 5, &e), 0);
	check_int(file_read(path, &b, &e), 0);
	buf_reset(&b);
	check_int(file_replace_with(path, "123456", 6, &e), 0);
	check_int(file_read(path, &b, &e), -1);
	check_int(e.code, RC_LOCAL);
	check_has(e.text, "over 5 bytes");
	check_int(file_read(dir, &b, &e), -1);
	check_int(e.code, RC_LOCAL);
	check_int(file_read("/none", &b, &e), -1);
	check_has(e.text, "/none: No such file");
	buf_fini(&b);
	free(path);
}

static void check_dirs(const char *path, int wanted)
{
	struct error e = { 0 };

	if (!check_int(file_make_dirs(path, &e), wanted))
		printf("\t%s: %s\n", path, e.text);
	else if (wanted < 0)
		check_int(e.code, RC_LOCAL);
	else
		check(is_there(path));
}

static void test_make_dirs(void)
{
	char *path = in_dir("d/e/f"), *slashes = in_dir("g//h/");
	char *file = in_dir("file"), *below = in_dir("file/x");
	struct error e;

	check_dirs(path, 0);
	check_dirs(path, 0);
	check_dirs(slashes, 0);
	check_dirs("/", 0);
	check_dirs(".", 0);
	check_dirs("", -1);
	check_int(file_replace_with(file, "", 0, &e), 0);
	check_dirs(below, -1);
	/* A file where a folder should be is not a folder. */
	check_dirs(file, -1);
	free(path);
	free(slashes);
	free(file);
	free(below);
}

/* In a process of its own, since a process never blocks itself. */
static int lock_elsewhere(const char *path)
{
	int status = 0;
	pid_t pid = fork();
	struct error e = { 0 };

	if (pid == 0)
		_exit(lock_take(path, &e) < 0 ? e.code : 0);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_lock(void)
{
	char *path = in_dir("lock");
	struct error e;
	int fd = lock_take(path, &e);

	check(fd >= 0);
	check_int(lock_elsewhere(path), RC_TEMPORARY);
	close(fd);
	check_int(lock_elsewhere(path), 0);
	check_int(lock_take("/none/lock", &e), -1);
	check_int(e.code, RC_LOCAL);
	free(path);
}

/* A holder that is killed holds nothing any more, nor do its children. */
static void test_lock_dies(void)
{
	char *path = in_dir("lock2"), byte;
	int ready[2], status;
	pid_t pid;
	struct error e;

	if (pipe(ready) < 0)
		abort();
	pid = fork();
	if (pid == 0) {
		if (lock_take(path, &e) >= 0 && write(ready[1], "x", 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	check_int(read(ready[0], &byte, 1), 1);
	check_int(lock_elsewhere(path), RC_TEMPORARY);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	check_int(lock_elsewhere(path), 0);
	close(ready[0]);
	close(ready[1]);
	free(path);
}

int main(void)
{
	char *rm;

	if (!mkdtemp(dir))
		return 1;
	run(test_read_regular);
	run(test_replace);
	run(test_replace_through_a_link);
	run(test_open_own);
	run(test_replace_fails);
	run(test_relative);
	run(test_read);
	run(test_make_dirs);
	run(test_lock);
	run(test_lock_dies);
	rm = malloc(sizeof dir + 20);
	snprintf(rm, sizeof dir + 20, "rm -rf '%s'", dir);
	if (system(rm) != 0)
		check(false);
	free(rm);
	return test_end();
}
