/*
 * Linked to programs that were compiled with -fsanitize-coverage=trace-pc:
 * notes which of their places were run, also when they are killed. For the test
 * T of the environment, SEEN_IN/<last part of T>/<program> is a byte for each
 * byte of the program, 1 where a place returned to was called from.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

extern const char __executable_start[], etext[];
void __sanitizer_cov_trace_pc(void);

static unsigned char *map;
static int tried;

static void open_map(void)
{
	const char *folder = getenv("SEEN_IN"), *test = getenv("T");
	size_t size = (size_t)(etext - __executable_start);
	char path[4096];
	void *at;
	int fd;

	tried = 1;
	if (!folder)
		return;
	test = test && *test ? test : "none";
	if (strrchr(test, '/'))
		test = strrchr(test, '/') + 1;
	snprintf(path, sizeof path, "%s/%s", folder, test);
	mkdir(path, 0755);
	snprintf(path, sizeof path, "%s/%s/%s", folder, test,
		program_invocation_short_name);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return;
	if (ftruncate(fd, (off_t)size) == 0) {
		at = mmap(
			NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		map = at == MAP_FAILED ? NULL : at;
	}
	close(fd);
}

void __sanitizer_cov_trace_pc(void)
{
	size_t at = (size_t)((const char *)__builtin_return_address(0) -
			     __executable_start);

	int kept = errno;

	if (!tried)
		open_map();
	errno = kept;
	if (map)
		map[at] = 1;
}
