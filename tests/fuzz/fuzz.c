#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/file.h"
#include "util/text.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);

static char folder[512];

void fuzz_broken(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: this doesn't hold: %s\n", file, line, what);
	abort();
}

/* --- parts ---------------------------------------------------------------- */

static size_t line_end(const char *text, size_t size, size_t at)
{
	const char *end = memchr(text + at, '\n', size - at);

	return end ? (size_t)(end - text) + 1 : size;
}

bool fuzz_next_part(
	const uint8_t *data, size_t size, size_t *at, struct part *out)
{
	const char *text = (const char *)data;
	size_t i = *at, end;

	while (i < size && text[i] != '@')
		i = line_end(text, size, i);
	if (i >= size)
		return false;
	end = line_end(text, size, i);
	out->name = text + i + 1;
	out->name_len = end - i - 1 - (text[end - 1] == '\n');
	if (end - i == 1) /* "@" alone, at the very end */
		out->name_len = 0;
	out->text = text + end;
	for (i = end; i < size && text[i] != '@';)
		i = line_end(text, size, i);
	out->len = i - end;
	*at = i;
	return true;
}

static bool find(
	const uint8_t *data, size_t size, const char *name, struct part *out)
{
	size_t at = 0;

	while (fuzz_next_part(data, size, &at, out))
		if (out->name_len == strlen(name) &&
			memcmp(out->name, name, out->name_len) == 0)
			return true;
	return false;
}

struct part fuzz_part(const uint8_t *data, size_t size, const char *name)
{
	struct part p;

	return find(data, size, name, &p) ? p : (struct part){ .text = "" };
}

bool fuzz_has_part(const uint8_t *data, size_t size, const char *name)
{
	struct part p;

	return find(data, size, name, &p);
}

char *fuzz_text(const char *text, size_t len)
{
	return xstrndup(text, len);
}

/* --- files ---------------------------------------------------------------- */

static void remove_tree(const char *path)
{
	DIR *d = opendir(path);
	const struct dirent *entry;

	while (d && (entry = readdir(d))) {
		char *below;

		if (strcmp(entry->d_name, ".") == 0 ||
			strcmp(entry->d_name, "..") == 0)
			continue;
		below = path_join(path, entry->d_name);
		if (unlink(below) < 0) {
			remove_tree(below);
			rmdir(below);
		}
		free(below);
	}
	if (d)
		closedir(d);
}

static void remove_folder(void)
{
	remove_tree(folder);
	rmdir(folder);
}

char *fuzz_path(const char *name)
{
	return path_join(folder, name);
}

static void put_file(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	must(fd >= 0 && write(fd, text, len) == (ssize_t)len);
	close(fd);
}

char *fuzz_file(const char *name, const char *text, size_t len)
{
	char *path = fuzz_path(name);

	put_file(path, text, len);
	return path;
}

int fuzz_open(const char *text, size_t len)
{
	static int fd = -1;
	char *path;

	if (fd < 0) {
		path = fuzz_path("open");
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		unlink(path);
		free(path);
	}
	must(pwrite(fd, text, len, 0) == (ssize_t)len);
	must(ftruncate(fd, (off_t)len) == 0 && lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

char *fuzz_part_file(const uint8_t *data, size_t size, const char *name)
{
	struct part p;

	return find(data, size, name, &p) ? fuzz_file(name, p.text, p.len)
					  : NULL;
}

void fuzz_clear(const char *name)
{
	char *path = fuzz_path(name);

	remove_tree(path);
	free(path);
}

/* --- a log folder --------------------------------------------------------- */

/* A path that can be none but one of a log folder's. */
static bool is_ours(const char *name, const struct part *p)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz_.-/"
				   "TZ0123456789";
	size_t slashes = 0;

	for (const char *c = name; *c; c++)
		slashes += *c == '/';
	return strlen(name) == p->name_len && p->name_len > 0 &&
	       p->name_len < 80 && slashes <= 2 &&
	       strspn(name, good) == p->name_len && !strstr(name, "..") &&
	       !strstr(name, "//") && name[0] != '/' &&
	       name[p->name_len - 1] != '/' &&
	       (slashes == 0 || strncmp(name, "runs/", 5) == 0);
}

/* Where a folder has that name, or a file that of a folder, there is none. */
static void write_part(const char *dir, const struct part *p)
{
	char *name = fuzz_text(p->name, p->name_len);
	char *path = path_join(dir, name), *slash = strrchr(path, '/');
	struct stat there;
	struct error e;

	if (is_ours(name, p) && stat(path, &there) < 0) {
		*slash = '\0';
		if (file_make_dirs(path, &e) == 0) {
			*slash = '/';
			put_file(path, p->text, p->len);
		}
	}
	free(path);
	free(name);
}

char *fuzz_log_folder(const uint8_t *data, size_t size, const char *name)
{
	char *dir = fuzz_path(name);
	struct part p;
	size_t at = 0;

	mkdir(dir, 0700);
	fuzz_clear(name);
	while (fuzz_next_part(data, size, &at, &p))
		write_part(dir, &p);
	return dir;
}

/* --- what holds of everything --------------------------------------------- */

void must_be_error(const struct error *e)
{
	static const int codes[] = { RC_ATTENTION, RC_USAGE, RC_GUARD,
		RC_STREAM, RC_LOCAL, RC_TEMPORARY, RC_CREDENTIALS, RC_CONFIG };
	size_t len = strlen(e->text);
	bool known = false;

	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		known |= (int)e->code == codes[i];
	must(known);
	must(len > 0 && len < ERROR_MAX);
	must(utf8_valid(e->text, len));
}

void must_be_same(char *take_a, char *take_b)
{
	if (strcmp(take_a, take_b) != 0)
		fprintf(stderr, "%s\n--- and then ---\n%s\n", take_a, take_b);
	must(strcmp(take_a, take_b) == 0);
	free(take_a);
	free(take_b);
}

char *fuzz_print(json *take_value)
{
	struct buf out = BUF_INIT(OUTPUT_MAX);

	if (!take_value)
		return NULL;
	must(json_print(take_value, &out) == 0);
	json_free(take_value);
	return buf_take(&out);
}

/* No setting of this machine reaches a harness. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *tmp = getenv("TMPDIR");

	(void)argc, (void)argv;
	program_name = "fuzz";
	verbosity = -1;
	unsetenv("HOME");
	setenv("SYNC_ENV_FILE", "/dev/null", 1);
	setenv("SYNC_BACKOFF_MS", "0", 1);
	snprintf(folder, sizeof folder, "%s/fuzz-XXXXXX",
		tmp && *tmp ? tmp : "/tmp");
	must(mkdtemp(folder));
	atexit(remove_folder);
	return 0;
}
