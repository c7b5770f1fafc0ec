/* Reading a run's records back. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sync/base.h"
#include "undo.h"
#include "util/alloc.h"
#include "util/file.h"
#include "util/order.h"
#include "util/stream.h"
#include "util/uuid.h"

/* Lines of one stream, found by their number n. */
struct numbered {
	json **line;
	size_t n, cap;
};

static int same_scope(const json *head, const struct sides *w, struct error *e)
{
	const char *what;

	if (base_same_scope(json_get(head, "scope"), w->scope, &what))
		return 0;
	return fail(e, RC_STREAM,
		"that run was on another table or data source than these "
		"records");
}

static int read_lines(struct numbered *to, struct stream_reader *r,
	const char *stream, const struct sides *w, struct error *e)
{
	json *line;
	int got = stream_read_head(r, stream, &line, e);

	if (got <= 0)
		return got < 0 ? -1 : stream_refuse(r, e, "the file is empty");
	got = same_scope(line, w, e);
	json_free(line);
	if (got < 0)
		return fail_at(e, "%s", r->name);
	while ((got = stream_read(r, &line, e)) > 0) {
		to->line = grow(to->line, to->n, &to->cap, sizeof *to->line);
		to->line[to->n++] = line;
	}
	if (got == 0)
		json_free(line);
	return got;
}

static int read_file(struct numbered *to, const char *dir, const char *stream,
	const char *file, const struct sides *w, struct error *e)
{
	char *path = path_join(dir, file);
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;
	struct stream_reader r;

	if (fd < 0) {
		rc = fail_errno(e, "%s", path);
	} else {
		stream_reader_init(
			&r, fd, path, STREAM_ANY_COUNT | STREAM_ANY_END);
		rc = read_lines(to, &r, stream, w, e);
		stream_reader_fini(&r);
		close(fd);
	}
	free(path);
	return rc;
}

static void numbered_fini(struct numbered *l)
{
	for (size_t i = 0; i < l->n; i++)
		json_free(l->line[i]);
	free(l->line);
}

static int64_t number_of(const json *line)
{
	int64_t n = -1;

	json_whole(json_get(line, "n"), &n);
	return n;
}

static int by_number(const void *a, const void *b)
{
	int64_t x = number_of(*(json *const *)a);
	int64_t y = number_of(*(json *const *)b);

	return order_of(x, y);
}

/* What the result doesn't repeat of its op. */
static void complete(json *result, const struct numbered *plan)
{
	json *const *op = plan->n ? bsearch(&result, plan->line, plan->n,
					    sizeof *plan->line, by_number)
				  : NULL;

	for (const json *v = op ? json_first(*op) : NULL; v; v = json_next(v))
		if (!json_get(result, json_key(v)))
			json_put(result, json_key(v), json_copy(v));
}

static bool has_status(const json *result, const char *status)
{
	const char *is = json_str(result, "status");

	return is && strcmp(is, status) == 0;
}

/* NULL: none, or one that nothing has, for the record is damaged. */
static const char *id_of(const json *result, const char *key)
{
	const char *id = json_str(result, key);

	return id && uuid_is_normal(id) ? id : NULL;
}

void undo_add(struct undo *u, json *take_line)
{
	struct result d = { .line = take_line,
		.row_id = id_of(take_line, "row_id"),
		.page_id = id_of(take_line, "page_id"),
		.order = u->n };

	if ((!d.row_id && !d.page_id) ||
		(!has_status(take_line, "done") &&
			!has_status(take_line, "unknown")) ||
		op_kind_parse(json_str(take_line, "op"), &d.kind) < 0 ||
		op_target_parse(json_str(take_line, "target"), &d.target) < 0) {
		json_free(take_line);
		return;
	}
	u->deeds = grow(u->deeds, u->n, &u->cap, sizeof *u->deeds);
	u->deeds[u->n++] = d;
}

static int by_pair(const void *a, const void *b)
{
	const struct result *x = a, *y = b;
	int order = strcmp(
		x->page_id ? x->page_id : "", y->page_id ? y->page_id : "");

	return order ? order : order_of((int64_t)x->order, (int64_t)y->order);
}

void undo_seal(struct undo *u)
{
	if (u->n)
		qsort(u->deeds, u->n, sizeof *u->deeds, by_pair);
}

int undo_load(
	struct undo *u, const char *dir, const struct sides *w, struct error *e)
{
	struct numbered plan = { 0 }, results = { 0 };
	int rc = -1;

	*u = (struct undo){ 0 };
	if (read_file(&plan, dir, "plan", "plan.ndjson", w, e) < 0)
		goto out;
	/* A plan without ops is not carried out, and has no results. */
	if (plan.n > 0 &&
		read_file(&results, dir, "results", "results.ndjson", w, e) < 0)
		goto out;
	if (plan.n)
		qsort(plan.line, plan.n, sizeof *plan.line, by_number);
	for (size_t i = 0; i < results.n; i++) {
		complete(results.line[i], &plan);
		undo_add(u, results.line[i]);
	}
	results.n = 0; /* all taken */
	undo_seal(u);
	rc = 0;
out:
	numbered_fini(&plan);
	numbered_fini(&results);
	return rc;
}

void undo_fini(struct undo *u)
{
	for (size_t i = 0; i < u->n; i++)
		json_free(u->deeds[i].line);
	free(u->deeds);
	*u = (struct undo){ 0 };
}
