#include "service.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runs/event_log.h"
#include "runs/schedule.h"
#include "util/alloc.h"
#include "util/file.h"
#include "util/lock.h"
#include "util/opt.h"

char *run_lock_path(const struct settings *s, const char *name)
{
	char *file = xasprintf("%s.lock", name);
	char *path = path_join(s->state_dir, file);

	free(file);
	return path;
}

static int check_name(const char *name, struct error *e)
{
	if (*name && name[strspn(name, "abcdefghijklmnopqrstuvwxyz")] == '\0')
		return 0;
	return fail(e, RC_USAGE, "%s is not the name of a lock", name);
}

/* The lock stays with this process, which becomes another program. */
int service_only(const struct settings *s, const char *name, char *const *argv,
	struct error *e)
{
	char *path = run_lock_path(s, name), pid[32];
	int fd = -1, rc = check_name(name, e);
	struct error ignored;

	umask(077);
	if (rc == 0)
		rc = file_make_dirs(s->state_dir, e);
	if (rc == 0)
		fd = lock_take(path, e);
	if (rc == 0 && fd < 0) {
		rc = -1;
		if (e->code == RC_TEMPORARY)
			fail(e, RC_TEMPORARY,
				"another %s holds %s: stop it first, process "
				"%ld",
				name, path, (long)lock_holder(path, &ignored));
	}
	if (rc == 0) {
		snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
		if (ftruncate(fd, 0) < 0)
			rc = fail_errno(e, "%s", path);
		else
			rc = file_write(fd, path, pid, strlen(pid), e);
	}
	if (rc == 0) {
		fcntl(fd, F_SETFD, 0);
		execvp(argv[0], argv);
		rc = fail_errno(e, "%s", argv[0]);
	}
	free(path);
	return rc;
}

int service_holder(const struct settings *s, const char *name, struct error *e)
{
	char *path = run_lock_path(s, name);
	int rc = check_name(name, e);
	pid_t pid = rc == 0 ? lock_holder(path, e) : -1;

	free(path);
	if (pid > 0)
		printf("%ld\n", (long)pid);
	return pid < 0 ? -1 : pid > 0 ? RC_DONE : RC_ATTENTION;
}

int service_log(const struct settings *s, const char *level,
	const char *program, const char *text, struct error *e)
{
	const struct event event = {
		.run = "-", .level = level, .program = program
	};

	if (!event_level_is_valid(level))
		return fail(e, RC_USAGE, "--log: %s is not a level", level);
	return event_log(s->log_dir, &event, text, e);
}

int service_publish(const struct settings *s, const char *time,
	const char *interval, const char *failed, struct error *e)
{
	int64_t next;
	long every, failures;

	if (parse_wide(time, 0, 999999999999, &next) < 0 ||
		parse_number(interval, 1, 31 * 86400L, &every) < 0 ||
		parse_number(failed, 0, 1000000000, &failures) < 0)
		return fail(e, RC_USAGE, "--publish: not such numbers");
	return schedule_publish(s->log_dir, next, every, failures, e);
}
