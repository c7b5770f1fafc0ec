#include "scenes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "test.h"

#include "net/http.h"
#include "util/alloc.h"
#include "util/file.h"
#include "util/times.h"
#include "util/uuid.h"

#define ARGS_MAX 30

int __real_main(int argc, char **argv);
int __wrap_main(int argc, char **argv);
void __real_http_exchange(struct http *h, const struct http_request *request,
	struct http_answer *answer);
void __wrap_http_exchange(struct http *h, const struct http_request *request,
	struct http_answer *answer);
usec __wrap_time_now(void);
usec __wrap_time_monotonic(void);
usec __wrap_time_with_sleep(void);
void __wrap_time_pause(usec t);
void __wrap_uuid_random(char out[UUID_SIZE]);
int __wrap_isatty(int fd);
ssize_t __real_write(int fd, const void *data, size_t n);
ssize_t __wrap_write(int fd, const void *data, size_t n);

/* With sanitizers, as a process ends: is it to look for leaks? That takes
 * longer than the scene, so of all scenes a quarter is, another one each day.
 */
int __lsan_is_turned_off(void);

static bool no_leaks_asked;

int __lsan_is_turned_off(void)
{
	return no_leaks_asked;
}

/* Of the scene that is played, in the process that plays it. */
static struct {
	bool recording, terminal;
	usec began, passed; /* by the clock of the scene */
	const char *at;	    /* what isn't played yet of its text */
	FILE *seen;
	char *body, *no_room;
} scene;

usec __wrap_time_now(void)
{
	return scene.began + scene.passed;
}

usec __wrap_time_monotonic(void)
{
	return USEC_DAY + scene.passed;
}

usec __wrap_time_with_sleep(void)
{
	return USEC_DAY + scene.passed;
}

void __wrap_time_pause(usec t)
{
	scene.passed += t;
}

void __wrap_uuid_random(char out[UUID_SIZE])
{
	snprintf(out, UUID_SIZE, "%s", "0a0d0111-0000-4000-8000-000000000001");
}

int __wrap_isatty(int fd)
{
	return scene.terminal && fd == STDOUT_FILENO;
}

/* The disk is full when such a line is to be written. */
ssize_t __wrap_write(int fd, const void *data, size_t n)
{
	char *text = scene.no_room ? xstrndup(data, n) : NULL;
	bool full = text && strstr(text, scene.no_room);

	free(text);
	if (!full)
		return __real_write(fd, data, n);
	errno = ENOSPC;
	return -1;
}

/* --- the text of a scene ----------------------------------------------------
 */

/* The length of the line at s, with its end. */
static size_t line_len(const char *s)
{
	size_t n = strcspn(s, "\n");

	return s[n] ? n + 1 : n;
}

static bool begins(const char *s, const char *word)
{
	return strncmp(s, word, strlen(word)) == 0;
}

/* Whether a line belongs to the one before it. */
static bool is_more(const char *s)
{
	return begins(s, "| ");
}

/* The lines that belong to the one before `s`, as they were; allocated. */
static char *take_more(const char **s)
{
	struct buf out = BUF_INIT(16u << 20);
	char *text;

	while (is_more(*s)) {
		size_t n = line_len(*s);

		buf_add(&out, *s + 2, n - 2);
		*s += n;
	}
	text = xstrdup(buf_str(&out));
	buf_fini(&out);
	return text;
}

/* Without the version that wrote a file, which is another with each commit. */
static void put_more(FILE *out, const char *text)
{
	static const char by[] = "\"by\":\"";

	while (text && *text) {
		size_t n = line_len(text);
		const char *at = strstr(text, by);

		fputs("| ", out);
		if (at && at < text + n) {
			at += sizeof by - 1;
			fprintf(out, "%.*s", (int)(at - text), text);
			n -= (size_t)(at - text) + strcspn(at, "\"");
			text = at + strcspn(at, "\"");
		}
		fprintf(out, "%.*s%s", (int)n, text,
			text[n - 1] == '\n' ? "" : "\n");
		text += n;
	}
}

/* --- the service
 * -------------------------------------------------------------- */

static void put_request(const struct http_request *r)
{
	fprintf(scene.seen, "ask %s %s\n", r->method, r->path);
	for (size_t i = 0; r->headers && r->headers[i]; i++)
		fprintf(scene.seen, "| head: %s\n", r->headers[i]);
	if (r->body)
		put_more(scene.seen, r->body);
	fflush(scene.seen);
}

static const char *const outcomes[] = { "", "not-sent", "lost", "too-large",
	"untrusted", "abandoned" };

/*
 * answer STATUS [lost|not-sent|…] [date=TIME] [type=TYPE] [range=RANGE]
 * [wait=SECONDS] [took=SECONDS] [edge] [late] [stop]
 */
static void put_answer(const struct http_answer *a)
{
	char time[TIME_SIZE];

	fprintf(scene.seen, "answer %d", a->status);
	if (a->outcome != HTTP_ANSWERED)
		fprintf(scene.seen, " %s", outcomes[a->outcome]);
	if (a->date != USEC_NONE)
		fprintf(scene.seen, " date=%s", time_format(a->date, time));
	if (*a->content_type)
		fprintf(scene.seen, " type=%.*s",
			(int)strcspn(a->content_type, "; "), a->content_type);
	if (*a->content_range)
		fprintf(scene.seen, " range=%s", a->content_range);
	if (a->retry_after >= 0)
		fprintf(scene.seen, " wait=%d",
			(int)(a->retry_after / USEC_SECOND));
	if (a->edge)
		fprintf(scene.seen, " edge");
	if (a->timed_out)
		fprintf(scene.seen, " late");
	fputc('\n', scene.seen);
	put_more(scene.seen, a->outcome == HTTP_ANSWERED ? a->body : a->why);
	fflush(scene.seen);
}

static void take_word(struct http_answer *a, const char *word)
{
	for (size_t i = 1; i < sizeof outcomes / sizeof outcomes[0]; i++)
		if (strcmp(word, outcomes[i]) == 0)
			a->outcome = (enum http_outcome)i;
	if (begins(word, "date="))
		time_parse(word + 5, &a->date);
	else if (begins(word, "type="))
		snprintf(a->content_type, sizeof a->content_type, "%s",
			word + 5);
	else if (begins(word, "range="))
		snprintf(a->content_range, sizeof a->content_range, "%s",
			word + 6);
	else if (begins(word, "wait="))
		a->retry_after = atoi(word + 5) * USEC_SECOND;
	else if (begins(word, "took="))
		scene.passed += atoi(word + 5) * USEC_SECOND;
	else if (strcmp(word, "stop") == 0)
		raise(SIGTERM);
	a->edge = a->edge || strcmp(word, "edge") == 0;
	a->timed_out = a->timed_out || strcmp(word, "late") == 0;
}

/* The next one of the scene; without one, there is no connection. */
static void next_answer(struct http_answer *a)
{
	char line[1000], *save, *word;
	size_t n;

	*a = (struct http_answer){ .outcome = HTTP_NOT_SENT,
		.retry_after = -1,
		.date = USEC_NONE,
		.body = "" };
	while (*scene.at && !begins(scene.at, "answer "))
		scene.at += line_len(scene.at);
	if (!*scene.at) {
		snprintf(
			a->why, sizeof a->why, "the scene has no more answers");
		return;
	}
	n = line_len(scene.at);
	snprintf(line, sizeof line, "%.*s", (int)n - 1, scene.at);
	scene.at += n;
	fprintf(scene.seen, "%s\n", line);
	strtok_r(line, " ", &save);
	a->outcome = HTTP_ANSWERED;
	a->status = atoi(strtok_r(NULL, " ", &save));
	while ((word = strtok_r(NULL, " ", &save)))
		take_word(a, word);
	free(scene.body);
	scene.body = take_more(&scene.at);
	put_more(scene.seen, scene.body);
	fflush(scene.seen);
	n = strlen(scene.body);
	if (n && scene.body[n - 1] == '\n')
		scene.body[--n] = '\0';
	if (a->outcome != HTTP_ANSWERED) {
		snprintf(a->why, sizeof a->why, "%s", scene.body);
		return;
	}
	a->body = scene.body;
	a->body_len = n;
}

void __wrap_http_exchange(struct http *h, const struct http_request *request,
	struct http_answer *answer)
{
	put_request(request);
	if (!scene.recording) {
		next_answer(answer);
		return;
	}
	__real_http_exchange(h, request, answer);
	put_answer(answer);
}

/* --- playing one
 * ---------------------------------------------------------------- */

/* "NAME=VALUE" */
static void set(char *line)
{
	char *value = strchr(line, '=');

	if (!value)
		_exit(119);
	*value++ = '\0';
	setenv(line, value, 1);
}

/* The file, in a folder of the scene's where its name has a slash. */
static void make_file(const char *name, const char *lines)
{
	char *slash = strchr(name, '/'), *folder;
	FILE *f;

	if (slash) {
		folder = xstrndup(name, (size_t)(slash - name));
		mkdir(folder, 0700);
		free(folder);
	}
	f = fopen(name, "w");
	if (!f || fputs(lines, f) < 0 || fclose(f) != 0)
		_exit(120);
}

/* As one process of its own, in its folder: the program does the rest. */
static void play(const char *text, bool recording, const char *seen)
{
	static char words[1000];
	static char *args[ARGS_MAX + 1];
	char *save, *word;
	int n = 1;

	args[0] = xstrdup(scenes_of.program);
	scene.recording = recording;
	while (*text && !begins(text, "ask ") && !begins(text, "exit ")) {
		size_t len = line_len(text);
		char *line = xstrndup(text, len - 1);

		text += len;
		if (begins(line, "with "))
			set(line + 5);
		else if (begins(line, "clock "))
			time_parse(line + 6, &scene.began);
		else if (begins(line, "args "))
			snprintf(words, sizeof words, "%s", line + 5);
		else if (begins(line, "file ")) {
			char *lines = take_more(&text);

			make_file(line + 5, lines);
			free(lines);
		} else if (strcmp(line, "terminal") == 0)
			scene.terminal = true;
		else if (begins(line, "no-room "))
			scene.no_room = xstrdup(line + 8);
		free(line);
	}
	for (word = strtok_r(words, " ", &save); word && n < ARGS_MAX;
		word = strtok_r(NULL, " ", &save))
		args[n++] = word;
	scene.at = text;
	scene.seen = fopen(seen, "w");
	if (!scene.seen || !freopen("out", "w", stdout) ||
		!freopen("err", "w", stderr))
		_exit(121);
	exit(__real_main(n, args));
}

/* What a file in the folder says is put behind a line of its own. */
static void put_file_of(
	FILE *out, const char *folder, const char *line, const char *name)
{
	char *path = xasprintf("%s/%s", folder, name);
	struct buf text = BUF_INIT(16u << 20);
	struct error e;

	if (access(path, F_OK) == 0 && file_read(path, &text, &e) == 0) {
		fprintf(out, "%s\n", line);
		put_more(out, buf_str(&text));
	}
	unlink(path);
	buf_fini(&text);
	free(path);
}

/* Everything up to the first request, as it is. */
static size_t given(const char *text)
{
	const char *at = text;

	while (*at && !begins(at, "ask ") && !begins(at, "exit "))
		at += line_len(at);
	return (size_t)(at - text);
}

/* The files that the scene has made. */
static void remove_given(const char *folder, const char *text)
{
	for (; *text; text += line_len(text)) {
		int n = (int)line_len(text) - 6;
		char *path, *slash;

		if (!begins(text, "file "))
			continue;
		path = xasprintf("%s/%.*s", folder, n, text + 5);
		unlink(path);
		slash = strrchr(path, '/');
		*slash = '\0';
		if (strcmp(path, folder) != 0)
			rmdir(path); /* with its last file */
		free(path);
	}
}

/* What was seen of it, as a scene; allocated. */
static char *played(const char *text, bool recording)
{
	static const char *const own[] = { "out", "err", "seen", "notion-rate",
		"base.ndjson.journal.lock" };
	/* The process that plays it leaves these, and a leak is looked for
	 * there. */
	static char *seen, *whole;
	static FILE *out;
	static size_t size;
	char folder[] = "/tmp/scene.XXXXXX", *path;
	struct buf asked = BUF_INIT(64u << 20);
	struct error e;
	int status = 0;
	pid_t pid;

	out = open_memstream(&whole, &size);
	if (!check(out && mkdtemp(folder)))
		exit(test_end());
	seen = xasprintf("%s/seen", folder);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (chdir(folder) < 0)
			_exit(122);
		play(text, recording, seen);
	}
	check(pid > 0 && waitpid(pid, &status, 0) == pid);
	fprintf(out, "%.*s", (int)given(text), text);
	check_int(file_read(seen, &asked, &e), 0);
	fputs(buf_str(&asked), out);
	buf_fini(&asked);
	if (WIFEXITED(status))
		fprintf(out, "exit %d\n", WEXITSTATUS(status));
	else
		fprintf(out, "exit by signal %d\n", WTERMSIG(status));
	put_file_of(out, folder, "out", "out");
	put_file_of(out, folder, "err", "err");
	for (const char *const *f = scenes_of.left; *f; f++) {
		char *line = xasprintf("left %s", *f);

		put_file_of(out, folder, line, *f);
		free(line);
	}
	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
		path = xasprintf("%s/%s", folder, own[i]);
		unlink(path);
		free(path);
	}
	remove_given(folder, text);
	check_int(rmdir(folder), 0); /* nothing else was left */
	free(seen);
	fclose(out);
	return whole;
}

static char *read_scene(const char *path)
{
	struct buf text = BUF_INIT(64u << 20);
	struct error e;
	char *out;

	if (!check_int(file_read(path, &text, &e), 0)) {
		printf("\t%s\n", e.text);
		exit(test_end());
	}
	out = xstrdup(buf_str(&text));
	buf_fini(&text);
	return out;
}

static void write_scene(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	check(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

/* The first line in which they differ. */
static void tell_difference(const char *wanted, const char *seen)
{
	int n = 1;

	while (*wanted && line_len(wanted) == line_len(seen) &&
		strncmp(wanted, seen, line_len(seen)) == 0) {
		wanted += line_len(wanted);
		seen += line_len(seen);
		n++;
	}
	printf("\tline %d\n\twanted: %.*s\n\tseen:   %.*s\n", n,
		(int)strcspn(wanted, "\n"), wanted, (int)strcspn(seen, "\n"),
		seen);
}

static void test_scene(const char *name, bool update)
{
	static char *path, *text, *seen;

	path = xasprintf("%s/%s.scene", scenes_of.folder, name);
	text = read_scene(path);
	seen = played(text, false);

	if (update && strcmp(seen, text) != 0)
		write_scene(path, seen);
	else if (!check_str(strcmp(seen, text) == 0 ? "the same" : "another",
			 "the same")) {
		printf("\t%s\n", path);
		tell_difference(text, seen);
	}
	free(seen);
	free(text);
	free(path);
}

static int is_scene(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 6 && strcmp(d->d_name + n - 6, ".scene") == 0;
}

static void test_all(bool update)
{
	static struct dirent **found;
	int n = scandir(scenes_of.folder, &found, is_scene, alphasort);
	const char *day = getenv("SAMPLE_DAY");
	long turn = (day ? atol(day) : time(NULL) / 86400) % 4;

	check(n > 0);
	for (int i = 0; i < n; i++) {
		found[i]->d_name[strlen(found[i]->d_name) - 6] = '\0';
		no_leaks_asked = i % 4 != turn;
		test_scene(found[i]->d_name, update);
		free(found[i]);
	}
	no_leaks_asked = false;
	free(found);
}

/* No setting of the machine's counts; those of a scene are in it. */
static void forget_settings(void)
{
	static const char *const of[] = { "SYNC_", "SUPABASE_", "NOTION_",
		"VAULTSYNC_", "LC_ALL", "COLUMNS", "NO_COLOR", NULL };
	extern char **environ;

	for (char **e = environ; *e;) {
		char *name = xstrndup(*e, strcspn(*e, "="));
		size_t i = 0;

		while (of[i] && !begins(name, of[i]))
			i++;
		if (of[i])
			unsetenv(name); /* the next one is there now */
		else
			e++;
		free(name);
	}
	setenv("SYNC_ENV_FILE", "/dev/null", 1);
}

int __wrap_main(int argc, char **argv)
{
	bool update = argc > 1 && strcmp(argv[1], "--update") == 0;

	test_name = scenes_of.name;
	forget_settings();
	if (argc > 2 && strcmp(argv[1], "--record") == 0) {
		char *seen = played(read_scene("/dev/stdin"), true);

		write_scene(argv[2], seen);
		free(seen);
		return test_end();
	}
	if (argc > 1 + update)
		for (int i = 1 + update; i < argc; i++)
			test_scene(argv[i], update);
	else
		test_all(update);
	return test_end();
}
