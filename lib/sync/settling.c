#include "sync/settling.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/file.h"
#include "util/stream.h"

void settling_add(struct settling *s, json *take_line)
{
	s->lines = grow(s->lines, s->n, &s->cap, sizeof *s->lines);
	s->lines[s->n++] = take_line;
}

void settling_sort(struct settling *s)
{
	static const char *const keys[] = { "row_id", "page_id" };

	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
			if (json_str(s->lines[i], keys[k]))
				id_list_add(&s->by_id,
					json_str(s->lines[i], keys[k]),
					s->lines[i]);
	id_list_sort(&s->by_id);
}

static void read_lines(struct settling *s, int fd, const char *path)
{
	struct stream_reader r;
	struct error ignored;
	json *head = NULL, *line;
	int got;

	stream_reader_init(&r, fd, path, STREAM_STRICT);
	got = stream_read_head(&r, "settling", &head, &ignored);
	if (got > 0) {
		while (stream_read(&r, &line, &ignored) > 0)
			settling_add(s, line);
		json_free(line);
	}
	json_free(head);
	stream_reader_fini(&r);
	close(fd);
	settling_sort(s);
}

void settling_load(struct settling *s, const char *path)
{
	struct error ignored;
	const char *name;
	int fd;

	*s = (struct settling){ 0 };
	if (access(path, F_OK) == 0 &&
		stream_open(path, &fd, &name, &ignored) == 0)
		read_lines(s, fd, path);
}

void settling_fini(struct settling *s)
{
	for (size_t i = 0; i < s->n; i++)
		json_free(s->lines[i]);
	free(s->lines);
	id_list_fini(&s->by_id);
	*s = (struct settling){ 0 };
}

/* The earliest time of those lines. */
static usec earliest(const struct settling *s, const char *id, usec so_far)
{
	size_t n = 0;
	const struct id_item *found =
		id ? id_list_find(&s->by_id, id, &n) : NULL;

	for (size_t i = 0; found && i < n; i++) {
		usec since = USEC_NONE;

		time_parse(json_str(found[i].of, "since"), &since);
		if (since != USEC_NONE &&
			(so_far == USEC_NONE || since < so_far))
			so_far = since;
	}
	return so_far;
}

usec settling_since(
	const struct settling *s, const char *row_id, const char *page_id)
{
	return earliest(s, page_id, earliest(s, row_id, USEC_NONE));
}

int settling_save(const struct settling *s, const char *path, struct error *e)
{
	struct stream_writer w;
	struct file_replace f;
	int rc;

	if (s->n == 0 && access(path, F_OK) < 0)
		return 0;
	if (s->n == 0)
		return unlink(path) == 0 || errno == ENOENT
			       ? 0
			       : fail_errno(e, "%s", path);
	if (file_replace_begin(&f, path, e) < 0)
		return -1;
	stream_writer_init(&w, f.out);
	rc = stream_write(&w, stream_kept_head("settling"), e);
	for (size_t i = 0; i < s->n && rc == 0; i++)
		rc = stream_write(&w, json_copy(s->lines[i]), e);
	if (rc == 0)
		rc = stream_write_end(&w, stream_line("end"), true, e);
	stream_writer_fini(&w);
	if (rc == 0)
		rc = file_replace_commit(&f, e);
	file_replace_abort(&f);
	return rc;
}
