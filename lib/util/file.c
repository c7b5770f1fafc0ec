#include "util/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/alloc.h"

/* With less, a file can't even be opened whose size or number needs more. */
_Static_assert(sizeof(off_t) >= 8, "build with -D_FILE_OFFSET_BITS=64");

char *path_join(const char *dir, const char *name)
{
	return xasprintf("%s/%s", dir, name);
}

/*
 * Creates a new file. A file that is there already was left by a crash, or put
 * there by somebody else, such as a link that leads to another file: it is
 * removed, and never written to.
 */
static int open_fresh(const char *path)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;

	for (int tries = 0; tries < 5; tries++) {
		int fd = open(path, flags, 0600);

		if (fd >= 0 || errno != EEXIST)
			return fd;
		if (unlink(path) < 0 && errno != ENOENT)
			return -1;
	}
	errno = EEXIST;
	return -1;
}

int file_replace_begin(
	struct file_replace *f, const char *path, struct error *e)
{
	int fd;

	f->path = xstrdup(path);
	f->new_path = xasprintf("%s.new", path);
	f->out = NULL;
	fd = open_fresh(f->new_path);
	if (fd >= 0)
		f->out = fdopen(fd, "w");
	if (f->out)
		return 0;
	fail_errno(e, "%s", f->new_path);
	if (fd >= 0)
		close(fd);
	file_replace_abort(f);
	return -1;
}

void file_replace_abort(struct file_replace *f)
{
	if (f->out) {
		fclose(f->out);
		unlink(f->new_path);
	}
	f->out = NULL;
	free(f->path);
	free(f->new_path);
	f->path = f->new_path = NULL;
}

/* A rename is on disk only once its folder has been flushed. */
static int sync_folder(const char *path, struct error *e)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash ? xstrndup(path, (size_t)(slash - path)) : NULL;
	const char *name = !slash ? "." : *dir ? dir : "/";
	int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;

	/* Some file systems can't flush a folder and say EINVAL. */
	if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL))
		rc = fail_errno(e, "%s", name);
	if (fd >= 0)
		close(fd);
	free(dir);
	return rc;
}

int file_replace_commit(struct file_replace *f, struct error *e)
{
	int rc = 0;

	if (fflush(f->out) != 0 || ferror(f->out) || fsync(fileno(f->out)) < 0)
		rc = fail_errno(e, "%s", f->new_path);
	if (fclose(f->out) != 0 && rc == 0)
		rc = fail_errno(e, "%s", f->new_path);
	f->out = NULL;
	if (rc == 0 && rename(f->new_path, f->path) < 0)
		rc = fail_errno(e, "%s", f->path);
	if (rc < 0)
		unlink(f->new_path);
	else
		rc = sync_folder(f->path, e);
	file_replace_abort(f);
	return rc;
}

int file_replace_with(
	const char *path, const char *data, size_t len, struct error *e)
{
	struct file_replace f;

	if (file_replace_begin(&f, path, e) < 0)
		return -1;
	if (fwrite(data, 1, len, f.out) != len) {
		fail_errno(e, "%s", f.new_path);
		file_replace_abort(&f);
		return -1;
	}
	return file_replace_commit(&f, e);
}

int file_touch_own(const char *path, struct error *e)
{
	int fd = file_open_own(path, 0, e), rc = 0;

	/* One that somebody else made is replaced. */
	if (fd < 0 && errno == EACCES && unlink(path) == 0)
		fd = file_open_own(path, 0, e);
	if (fd < 0)
		return -1;
	if (futimens(fd, NULL) < 0)
		rc = fail_errno(e, "%s", path);
	close(fd);
	return rc;
}

int file_open_own(const char *path, int flags, struct error *e)
{
	int fd = open(
		path, flags | O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	if (errno == ELOOP)
		return fail(e, RC_LOCAL,
			"%s is a symbolic link, and is not written through: "
			"rm '%s'",
			path, path);
	return fail_errno(e, "%s", path);
}

int file_write(
	int fd, const char *path, const char *data, size_t len, struct error *e)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno != EINTR)
			return fail_errno(e, "%s", path);
		if (n > 0) {
			data += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

int file_read_from(int fd, const char *path, struct buf *b, struct error *e)
{
	char chunk[65536];
	ssize_t n;
	int rc = 0;

	while ((n = read(fd, chunk, sizeof chunk)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = fail_errno(e, "%s", path);
		else if (buf_add(b, chunk, (size_t)n) < 0)
			rc = fail(e, RC_LOCAL, "%s: over %zu bytes", path,
				b->max);
		if (rc < 0)
			break;
	}
	return rc;
}

int file_read(const char *path, struct buf *b, struct error *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;

	if (fd < 0)
		return fail_errno(e, "%s", path);
	rc = file_read_from(fd, path, b, e);
	close(fd);
	return rc;
}

int file_read_regular(const char *path, struct buf *b, struct error *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		rc = fail_errno(e, "%s", path);
	else if (!S_ISREG(st.st_mode))
		rc = fail(e, RC_LOCAL, "%s: not a regular file", path);
	else
		rc = file_read_from(fd, path, b, e);
	if (fd >= 0)
		close(fd);
	return rc;
}

static int make_dir(const char *path, struct error *e)
{
	struct stat st;

	if (mkdir(path, 0700) == 0)
		return 0;
	if (errno != EEXIST)
		return fail_errno(e, "%s", path);
	if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
		return fail(e, RC_LOCAL, "%s: not a folder", path);
	return 0;
}

bool file_is_same(const char *path, struct stat *then)
{
	struct stat now;
	bool same;

	if (stat(path, &now) < 0)
		memset(&now, 0, sizeof now);
	same = now.st_size == then->st_size && now.st_ino == then->st_ino &&
	       now.st_mtim.tv_sec == then->st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == then->st_mtim.tv_nsec;
	*then = now;
	return same;
}

int file_make_dirs(const char *path, struct error *e)
{
	char *p = xstrdup(path);
	int rc = 0;

	for (char *s = *p ? p + 1 : p; rc == 0; s++) {
		char c = *s;

		if (c != '/' && c != '\0')
			continue;
		*s = '\0';
		rc = make_dir(p, e);
		*s = c;
		if (c == '\0')
			break;
	}
	free(p);
	return rc;
}
