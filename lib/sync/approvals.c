#include "sync/approvals.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/file.h"
#include "util/stream.h"
#include "util/text.h"

bool op_key_can_wait(const struct op_key *key)
{
	return op_target_is_service(key->target) &&
	       (key->kind == OP_CREATE || key->kind == OP_UPDATE ||
		       key->kind == OP_TRASH || key->kind == OP_RESTORE);
}

bool op_key_equal(const struct op_key *a, const struct op_key *b)
{
	return a->kind == b->kind && a->target == b->target &&
	       text_same(a->row_id, b->row_id) &&
	       text_same(a->page_id, b->page_id);
}

int op_key_parse(struct op_key *key, const json *line)
{
	const char *op = json_str(line, "op");
	const char *target = json_str(line, "target");

	*key = (struct op_key){ .row_id = json_str(line, "row_id"),
		.page_id = json_str(line, "page_id") };
	return op && target && op_kind_parse(op, &key->kind) == 0 &&
			       op_target_parse(target, &key->target) == 0
		       ? 0
		       : -1;
}

void op_key_put(json *line, const struct op_key *key)
{
	json_put_str(line, "op", op_kind_name(key->kind));
	json_put_str(line, "target", op_target_name(key->target));
	if (key->row_id)
		json_put_str(line, "row_id", key->row_id);
	if (key->page_id)
		json_put_str(line, "page_id", key->page_id);
}

static int parse_guard(const char *name, enum guard *g)
{
	for (*g = 0; *g < GUARDS; ++*g)
		if (text_same(name, guard_name(*g)))
			return 0;
	return -1;
}

static bool parse(struct approval *a, const json *line)
{
	const char *kind = json_str(line, "kind");

	a->of_guard = kind && strcmp(kind, "guard") == 0;
	if (!kind || (!a->of_guard && strcmp(kind, "approved") != 0) ||
		op_key_parse(&a->key, line) < 0 || !op_key_can_wait(&a->key) ||
		time_parse(json_str(line, "at"), &a->at) < 0)
		return false;
	if (a->of_guard)
		return parse_guard(json_str(line, "guard"), &a->guard) == 0;
	return (a->key.row_id || a->key.page_id) &&
	       json_is_object(json_get(line, "seen"));
}

bool approvals_add(struct approvals *a, json *take_line)
{
	struct approval *one;

	a->at = grow(a->at, a->n, &a->cap, sizeof *a->at);
	one = &a->at[a->n];
	*one = (struct approval){ .line = take_line };
	if (!parse(one, take_line)) {
		json_free(take_line);
		return false;
	}
	a->n++;
	if (a->until == USEC_NONE || one->at > a->until)
		a->until = one->at;
	return true;
}

static int read_lines(struct approvals *a, const char *path, int fd,
	bool *later, struct error *e)
{
	struct stream_reader r;
	json *line = NULL;
	int got;

	stream_reader_init(&r, fd, path, STREAM_STRICT);
	got = stream_read_head(&r, "approved", &line, e);
	*later = r.later;
	if (got > 0)
		json_free(line);
	else if (got == 0)
		got = stream_refuse(&r, e, "the file is empty");
	while (got > 0 && (got = stream_read(&r, &line, e)) > 0)
		if (!approvals_add(a, line))
			got = stream_refuse(&r, e, "the line says nothing");
	if (got == 0) {
		json_free(line);
		got = stream_read_eof(&r, e);
	}
	stream_reader_fini(&r);
	return got;
}

void approvals_sort(struct approvals *a)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct op_key *key = &a->at[i].key;

		if (!a->at[i].of_guard)
			id_list_add(&a->by_id,
				key->row_id ? key->row_id : key->page_id,
				&a->at[i]);
	}
	id_list_sort(&a->by_id);
}

int approvals_load(struct approvals *a, const char *path, struct error *e)
{
	struct error why;
	const char *name;
	bool later;
	int fd, rc;

	*a = (struct approvals){ .until = USEC_NONE };
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	if (stream_open(path, &fd, &name, e) < 0)
		return -1;
	rc = read_lines(a, path, fd, &later, &why);
	close(fd);
	if (rc < 0) {
		approvals_fini(a);
		return fail(e, RC_STREAM,
			"%s%s; what was approved there is lost, and nothing "
			"else: rm '%s'",
			why.text,
			later ? ": run that version again, or a later one, or "
				"remove the file"
			      : "",
			path);
	}
	approvals_sort(a);
	return 0;
}

void approvals_fini(struct approvals *a)
{
	for (size_t i = 0; i < a->n; i++)
		json_free(a->at[i].line);
	free(a->at);
	id_list_fini(&a->by_id);
	*a = (struct approvals){ .until = USEC_NONE };
}

static int write_lines(const struct approvals *a, FILE *out, struct error *e)
{
	struct stream_writer w;
	int rc;

	stream_writer_init(&w, out);
	rc = stream_write(&w, stream_kept_head("approved"), e);
	for (size_t i = 0; i < a->n && rc == 0; i++)
		rc = stream_write(&w, json_copy(a->at[i].line), e);
	if (rc == 0)
		rc = stream_write_end(&w, stream_line("end"), true, e);
	stream_writer_fini(&w);
	return rc;
}

int approvals_save(const struct approvals *a, const char *path, struct error *e)
{
	struct file_replace f;
	int rc;

	if (a->n == 0)
		return unlink(path) == 0 || errno == ENOENT
			       ? 0
			       : fail_errno(e, "%s", path);
	if (file_replace_begin(&f, path, e) < 0)
		return -1;
	rc = write_lines(a, f.out, e);
	if (rc == 0)
		rc = file_replace_commit(&f, e);
	file_replace_abort(&f);
	return rc;
}

const struct approval *approvals_find(
	const struct approvals *a, const struct op_key *key)
{
	const char *id = key->row_id ? key->row_id : key->page_id;
	const struct id_item *found;
	size_t n = 0;

	found = id ? id_list_find(&a->by_id, id, &n) : NULL;
	/* The one that was approved last says what was seen last. */
	for (size_t i = n; found && i-- > 0;) {
		const struct approval *one = found[i].of;

		if (op_key_equal(&one->key, key))
			return one;
	}
	return NULL;
}

bool approvals_guard(const struct approvals *a, const struct op_key *key,
	const bool allowed[GUARDS])
{
	for (size_t i = 0; i < a->n; i++) {
		const struct approval *one = &a->at[i];

		if (one->of_guard && one->key.kind == key->kind &&
			one->key.target == key->target && !allowed[one->guard])
			return true;
	}
	return false;
}
