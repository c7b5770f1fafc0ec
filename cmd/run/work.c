#include "work.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runs/retention.h"
#include "util/alloc.h"
#include "util/times.h"

#define ATTEMPTS 9

const char *work_tmp(void)
{
	const char *tmp = getenv("TMPDIR");

	return tmp && *tmp ? tmp : "/tmp";
}

/* Before it is locked, another run may take the folder for one left over. */
static int lock_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat named, opened;

	if (fd < 0)
		return -1;
	/* A disk without such locks: nobody removes it then. */
	if ((flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) &&
		fstat(fd, &opened) == 0 && lstat(path, &named) == 0 &&
		named.st_ino == opened.st_ino)
		return fd;
	close(fd);
	return -1;
}

int work_make(char **path, int *fd, struct error *e)
{
	for (int i = 0; i < ATTEMPTS; i++) {
		/* Nothing that is handed its name takes it for an option. */
		*path = xasprintf("%s%s/vaultsync-run.%ld.%" PRId64,
			*work_tmp() == '-' ? "./" : "", work_tmp(),
			(long)getpid(), time_now() + i);
		if (mkdir(*path, 0700) < 0)
			break;
		*fd = lock_folder(*path);
		if (*fd >= 0)
			return 0;
		free(*path);
		*path = NULL;
	}
	fail_errno(e,
		"no room for temporary files in %s: set TMPDIR to a folder "
		"with some",
		work_tmp());
	free(*path);
	*path = NULL;
	return -1;
}

void work_remove(const char *path, int fd)
{
	work_clear_one(path);
	close(fd);
}
