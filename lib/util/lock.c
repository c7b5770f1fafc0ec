#include "util/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "util/file.h"

int lock_take(const char *path, struct error *e)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = file_open_own(path, 0, e);

	if (fd < 0)
		return -1;
	if (fcntl(fd, F_SETLK, &lock) == 0)
		return fd;
	if (errno == EACCES || errno == EAGAIN)
		fail(e, RC_TEMPORARY, "another run holds %s", path);
	else
		fail_errno(e,
			"cannot lock %s: move its folder to a disk with locks",
			path);
	close(fd);
	return -1;
}

pid_t lock_holder(const char *path, struct error *e)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0)
		return fail_errno(e, "%s", path);
	rc = fcntl(fd, F_GETLK, &lock);
	close(fd);
	if (rc < 0)
		return fail_errno(e,
			"cannot lock %s: move its folder to a disk with locks",
			path);
	return lock.l_type == F_UNLCK ? 0 : lock.l_pid > 0 ? lock.l_pid : 1;
}
