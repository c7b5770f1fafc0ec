#include "util/env_file.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "util/alloc.h"
#include "util/buf.h"
#include "util/file.h"
#include "util/text.h"

#define ENV_FILE_MAX 65536

static char *skip_blanks(char *s)
{
	return s + strspn(s, " \t");
}

static size_t name_length(const char *s)
{
	static const char first[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";

	if (!*s || !strchr(first, *s))
		return 0;
	return strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			 "abcdefghijklmnopqrstuvwxyz_0123456789");
}

/* Cuts what follows an unquoted value: blanks and a comment. */
static void cut_tail(char *s)
{
	size_t n;

	for (char *c = s; *c; c++)
		if (*c == '#' && (c == s || c[-1] == ' ' || c[-1] == '\t'))
			*c-- = '\0';
	n = strlen(s);
	while (n > 0 && strchr(" \t\r", s[n - 1]))
		s[--n] = '\0';
}

/* The value without its quotes, in place; NULL where they don't match. */
static char *unquote(char *s)
{
	char quote = *s, *end;

	if (quote != '"' && quote != '\'') {
		cut_tail(s);
		return s;
	}
	end = strchr(s + 1, quote);
	if (!end)
		return NULL;
	*end = '\0';
	cut_tail(end + 1);
	return *skip_blanks(end + 1) ? NULL : s + 1;
}

static void add(
	struct env_file *f, const char *name, size_t len, const char *value)
{
	size_t cap = f->cap;

	f->names = grow(f->names, f->n, &cap, sizeof *f->names);
	f->values = grow(f->values, f->n, &f->cap, sizeof *f->values);
	f->names[f->n] = xstrndup(name, len);
	f->values[f->n++] = xstrdup(value);
}

static int parse_line(struct env_file *f, char *line, const char *path,
	int number, struct error *e)
{
	char *s = skip_blanks(line), *value;
	size_t n;

	if (strncmp(s, "export ", 7) == 0)
		s = skip_blanks(s + 7);
	if (*s == '\0' || *s == '#' || *s == '\r')
		return 0;
	n = name_length(s);
	if (n == 0 || s[n] != '=')
		return fail(e, RC_CONFIG,
			"%s:%d: not NAME=value (no blanks around the =)", path,
			number);
	value = unquote(s + n + 1);
	if (!value)
		return fail(e, RC_CONFIG,
			"%s:%d: the quotes of %.*s don't match", path, number,
			(int)n, s);
	add(f, s, n, value);
	return 0;
}

/* systemd protects these files: a group bit there is the mask of an ACL. */
static bool is_credential(const char *path)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	size_t n = dir ? strlen(dir) : 0;

	return n > 0 && strncmp(path, dir, n) == 0 && path[n] == '/';
}

/* The user's name as chown takes it; a number where there is none. */
static const char *user_name(uid_t uid, char out[32])
{
	const struct passwd *user = getpwuid(uid);

	if (user && strlen(user->pw_name) < 32)
		return strcpy(out, user->pw_name);
	snprintf(out, 32, "%lu", (unsigned long)uid);
	return out;
}

/*
 * Anyone who can write the file decides where the keys go and which command the
 * alarms run. So it must belong to this user or to root, and only its owner may
 * write to it. The check is on the file that was opened. The folder needs no
 * check: a file that others put there instead belongs to them.
 */
static int check_owner(const struct stat *st, const char *path, struct error *e)
{
	char owner[32], user[32];

	if (st->st_uid != geteuid() && st->st_uid != 0)
		return fail(e, RC_CONFIG,
			"%s belongs to %s, who could have %s run any command: "
			"check what is in it, then run: chown %s '%s'",
			path, user_name(st->st_uid, owner),
			user_name(geteuid(), user), user, path);
	if (st->st_mode & (S_IWGRP | S_IWOTH) && !is_credential(path))
		return fail(e, RC_CONFIG,
			"%s can be written by others, who could have %s run "
			"any command: check what is in it, then run: chmod "
			"600 '%s'",
			path, user_name(geteuid(), user), path);
	return 0;
}

static void warn_if_open(const struct stat *st, const char *path)
{
	if (st->st_mode & (S_IRGRP | S_IROTH) && !is_credential(path))
		warning("%s holds keys and others may read it: chmod 600 '%s'",
			path, path);
}

/* A device, such as /dev/null, belongs to the system. */
static int open_checked(const char *path, int *fd, struct error *e)
{
	struct stat st;

	*fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*fd < 0 || fstat(*fd, &st) < 0)
		return fail_errno(e, "%s", path);
	if (S_ISCHR(st.st_mode))
		return 0;
	if (check_owner(&st, path, e) < 0)
		return -1;
	if (S_ISREG(st.st_mode))
		warn_if_open(&st, path);
	return 0;
}

static int read_checked(const char *path, struct buf *text, struct error *e)
{
	int fd, rc = open_checked(path, &fd, e);

	if (rc == 0)
		rc = file_read_from(fd, path, text, e);
	if (fd >= 0)
		close(fd);
	if (rc < 0)
		e->code = RC_CONFIG;
	else if (memchr(buf_str(text), '\0', text->len) ||
		 !utf8_valid(buf_str(text), text->len))
		rc = fail(e, RC_CONFIG, "%s: not UTF-8 text", path);
	return rc;
}

/* Some editors write a byte order mark first, which no editor shows. */
static char *behind_mark(char *text)
{
	return text && strncmp(text, "\xEF\xBB\xBF", 3) == 0 ? text + 3 : text;
}

int env_file_load(struct env_file *f, const char *path, struct error *e)
{
	struct buf text = BUF_INIT(ENV_FILE_MAX);
	int number = 0, rc = read_checked(path, &text, e);
	char *line, *lf;

	*f = (struct env_file){ .path = xstrdup(path) };
	for (line = behind_mark(text.data); rc == 0 && line && *line;
		line = lf) {
		lf = strchr(line, '\n');
		if (lf)
			*lf++ = '\0';
		rc = parse_line(f, line, path, ++number, e);
	}
	if (rc < 0)
		env_file_fini(f);
	if (text.data)
		OPENSSL_cleanse(text.data, text.cap);
	buf_fini(&text);
	return rc;
}

void env_file_fini(struct env_file *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->names[i]);
		OPENSSL_cleanse(f->values[i], strlen(f->values[i]));
		free(f->values[i]);
	}
	free(f->names);
	free(f->values);
	free(f->path);
	*f = (struct env_file){ 0 };
}

const char *env_lookup(const struct env_file *f, const char *name)
{
	const char *value = getenv(name);

	for (size_t i = f->n; !value && i-- > 0;)
		if (strcmp(f->names[i], name) == 0)
			value = f->values[i];
	return value && *value ? value : NULL;
}

char *env_file_home(void)
{
	char path[4096], *slash;
	const char *elsewhere = getenv("VAULTSYNC_HOME");
	ssize_t n;

	if (elsewhere && *elsewhere)
		return NULL;
	n = readlink("/proc/self/exe", path, sizeof path - 1);
	if (n <= 0)
		return NULL;
	path[n] = '\0';
	for (int up = 0; up < 2; up++) {
		slash = strrchr(path, '/');
		if (!slash)
			return NULL;
		*slash = '\0';
	}
	return xstrdup(path);
}

char *env_file_in_place(const struct env_file *f, const char *path)
{
	const char *set = getenv("SYNC_ENV_FILE");
	char *home = f->path && !(set && *set) ? env_file_home() : NULL;
	size_t n = home ? strlen(home) : 0;
	struct stat here, there;
	char *out;

	if (*path == '/' || !home || strncmp(f->path, home, n) != 0 ||
		strcmp(f->path + n, "/.env") != 0 || stat(".", &here) < 0 ||
		stat(home, &there) < 0 ||
		(here.st_dev == there.st_dev && here.st_ino == there.st_ino))
		out = xstrdup(path);
	else
		out = path_join(home, path);
	free(home);
	return out;
}

char *env_file_find(void)
{
	const char *set = getenv("SYNC_ENV_FILE");
	char *home, *path = NULL;

	if (set && *set)
		return xstrdup(set);
	home = env_file_home();
	if (home)
		path = path_join(home, ".env");
	free(home);
	if (path && access(path, F_OK) == 0)
		return path;
	free(path);
	return access(".env", F_OK) == 0 ? xstrdup(".env") : NULL;
}
