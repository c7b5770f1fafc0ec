#include "sync/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/sha256.h"
#include "util/stream.h"

#define HEAD_MAX (1u << 20)
#define READ_SIZE 65536
/* How every line begins: normalize prints "kind" first. */
#define PROBLEM "{\"kind\":\"problem\","
#define END "{\"kind\":\"end\","

/* --- reading -------------------------------------------------------------- */

static int damaged(const struct snapshot_reader *r, struct error *e,
	const char *fmt, ...) PRINTF_LIKE(3, 4);

static int damaged(
	const struct snapshot_reader *r, struct error *e, const char *fmt, ...)
{
	char why[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	return fail(e, RC_STREAM, "%s: %s", r->path, why);
}

/* A whole line into r->text: its length without LF; -1. */
static ssize_t read_line(struct snapshot_reader *r, struct error *e)
{
	ssize_t n = getline(&r->text, &r->cap, r->in) - 1;

	if (ferror(r->in))
		return fail_errno(e, "%s", r->path);
	if (n < 0 || r->text[n] != '\n')
		return damaged(r, e, "it is cut off");
	r->text[n] = '\0';
	if ((size_t)n >= STREAM_LINE_MAX || strlen(r->text) != (size_t)n)
		return damaged(r, e, "a line of it is damaged");
	return n;
}

static int read_head(struct snapshot_reader *r, struct error *e)
{
	ssize_t n = read_line(r, e);
	const char *stream;
	struct error why;
	int64_t v;

	if (n < 0)
		return -1;
	r->head = json_parse(r->text, (size_t)n, JSON_STRICT, &why);
	stream = json_str(r->head, "stream");
	if (!stream || strcmp(stream, "snapshot") != 0 ||
		json_whole(json_get(r->head, "v"), &v) < 0 ||
		v != STREAM_VERSION || !snapshot_id(r) ||
		!json_is_object(snapshot_fetch_head(r)))
		return damaged(r, e, "its first line is not a snapshot's head");
	return 1;
}

int snapshot_open(struct snapshot_reader *r, const char *path, struct error *e)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	*r = (struct snapshot_reader){ .path = path };
	if (fd < 0)
		return errno == ENOENT ? 0 : fail_errno(e, "%s", path);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return fail(e, RC_LOCAL, "%s is not a regular file: remove it",
			path);
	}
	r->in = xcheck(fdopen(fd, "r"));
	r->buffer = xmalloc(READ_SIZE);
	setvbuf(r->in, r->buffer, _IOFBF, READ_SIZE);
	r->sum = sha256_begin();
	return read_head(r, e);
}

static int check_end(struct snapshot_reader *r, size_t len, struct error *e)
{
	char sum[SHA256_TEXT_SIZE];
	struct error why;
	json *end = json_parse(r->text, len, JSON_STRICT, &why);
	const char *is = json_str(end, "sum");
	int64_t count;
	int rc = 0;

	sha256_end(r->sum, sum);
	r->sum = NULL;
	if (json_whole(json_get(end, "count"), &count) < 0 ||
		(uint64_t)count != r->count || !json_true(end, "complete"))
		rc = damaged(r, e, "its end doesn't count its lines");
	else if (!is || strcmp(is, sum) != 0)
		rc = damaged(r, e, "its content has changed since");
	else if (getc(r->in) != EOF)
		rc = damaged(r, e, "something follows its end");
	json_free(end);
	return rc;
}

/*
 * Such a sequence with its quotes can't be part of a text, in which every quote
 * has a backslash before it.
 */
static bool says(const char *line, const char *key_and_value)
{
	return strstr(line, key_and_value) != NULL;
}

static int read_id(struct snapshot_line *line)
{
	static const char key[] = "\"page_id\":\"";
	const char *at = strstr(line->text, key);
	char id[UUID_SIZE];

	if (!at || strlen(at += sizeof key - 1) < UUID_SIZE)
		return -1;
	memcpy(id, at, UUID_SIZE - 1);
	id[UUID_SIZE - 1] = '\0';
	return at[UUID_SIZE - 1] == '"' ? uuid_normalize(id, line->page_id)
					: -1;
}

static enum snapshot_kind kind_of(const char *text)
{
	if (strncmp(text, PROBLEM, sizeof PROBLEM - 1) == 0)
		return says(text, "\"code\":\"unread\"") ? KEPT_UNREAD
							 : KEPT_PROBLEM;
	if (says(text, "\"state\":\""))
		return KEPT_MISSING;
	return says(text, "\"deleted\":true") ? KEPT_DELETED : KEPT_LIVE;
}

int snapshot_next(
	struct snapshot_reader *r, struct snapshot_line *line, struct error *e)
{
	ssize_t n = read_line(r, e);

	if (n < 0)
		return -1;
	if (strncmp(r->text, END, sizeof END - 1) == 0)
		return check_end(r, (size_t)n, e);
	sha256_add_line(r->sum, r->text, (size_t)n);
	r->count++;
	*line = (struct snapshot_line){
		.text = r->text, .len = (size_t)n, .kind = kind_of(r->text)
	};
	if (read_id(line) < 0)
		return damaged(
			r, e, "line %" PRIu64 " names no page", r->count + 1);
	return 1;
}

void snapshot_close(struct snapshot_reader *r)
{
	if (r->in)
		fclose(r->in);
	sha256_abort(r->sum);
	json_free(r->head);
	free(r->text);
	free(r->buffer);
	*r = (struct snapshot_reader){ 0 };
}

const json *snapshot_fetch_head(const struct snapshot_reader *r)
{
	return json_get(r->head, "notion");
}

const char *snapshot_id(const struct snapshot_reader *r)
{
	return json_str(r->head, "id");
}

/* --- writing -------------------------------------------------------------- */

/* Takes the line. */
static int put(struct snapshot_writer *w, json *take_line, struct error *e)
{
	struct buf text = BUF_INIT(HEAD_MAX);
	int rc = 0;

	if (json_print(take_line, &text) < 0 || buf_addc(&text, '\n') < 0)
		rc = fail(e, RC_STREAM, "%s: a line longer than %u bytes",
			w->file.path, HEAD_MAX);
	else if (fwrite(text.data, 1, text.len, w->file.out) != text.len)
		rc = fail_errno(e, "%s", w->file.new_path);
	json_free(take_line);
	buf_fini(&text);
	return rc;
}

int snapshot_begin(struct snapshot_writer *w, const char *path,
	const json *fetch_head, struct error *e)
{
	json *head = stream_kept_head("snapshot");

	*w = (struct snapshot_writer){ 0 };
	if (file_replace_begin(&w->file, path, e) < 0) {
		json_free(head);
		return -1;
	}
	w->sum = sha256_begin();
	uuid_random(w->id);
	json_put_str(head, "id", w->id);
	json_put(head, "notion", json_copy(fetch_head));
	return put(w, head, e);
}

int snapshot_add(struct snapshot_writer *w, const char *text, size_t len,
	struct error *e)
{
	if (fwrite(text, 1, len, w->file.out) != len ||
		putc('\n', w->file.out) == EOF)
		return fail_errno(e, "%s", w->file.new_path);
	sha256_add_line(w->sum, text, len);
	w->count++;
	return 0;
}

int snapshot_commit(struct snapshot_writer *w, struct error *e)
{
	json *end = stream_line("end");
	char sum[SHA256_TEXT_SIZE];
	int rc;

	sha256_end(w->sum, sum);
	w->sum = NULL;
	json_put_int(end, "count", (int64_t)w->count);
	json_put_str(end, "sum", sum);
	json_put_bool(end, "complete", true);
	rc = put(w, end, e);
	if (rc == 0)
		rc = file_replace_commit(&w->file, e);
	snapshot_abort(w);
	return rc;
}

void snapshot_abort(struct snapshot_writer *w)
{
	if (w->file.path)
		file_replace_abort(&w->file);
	sha256_abort(w->sum);
	*w = (struct snapshot_writer){ 0 };
}
