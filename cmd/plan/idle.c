#include "idle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sync/base.h"
#include "util/sha256.h"
#include "util/stream.h"
#include "util/version.h"

/* Only a journal that is seen to be empty has nothing that the base hasn't. */
static bool has_journal(const char *base)
{
	char *path = base_journal_path(base);
	struct stat st;
	bool has = true;

	if (lstat(path, &st) < 0)
		has = errno != ENOENT;
	else if (S_ISREG(st.st_mode) && st.st_size == 0)
		has = access(path, R_OK) < 0;
	free(path);
	return has;
}

static bool sum_file(const char *path, char sum[SHA256_TEXT_SIZE])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct sha256 *of = sha256_begin();
	char chunk[65536];
	ssize_t n = -1;

	while (fd >= 0 && (n = read(fd, chunk, sizeof chunk)) > 0)
		sha256_add(of, chunk, (size_t)n);
	if (fd >= 0)
		close(fd);
	sha256_end(of, sum);
	return n == 0;
}

static bool waits_for_something(const struct waits *w)
{
	return (w->approvals && w->approvals->n) ||
	       (w->settling && w->settling->n);
}

void idle_sum_base(
	const struct sides *w, const char *base, char sum[SHA256_TEXT_SIZE])
{
	if (!base || !json_is_object(json_get(w->end, "inputs")) ||
		!sum_file(base, sum))
		*sum = '\0';
}

json *idle_inputs(const struct plan *p, const char *base,
	const char sum[SHA256_TEXT_SIZE])
{
	const json *end = p->sides->end;
	char now[SHA256_TEXT_SIZE];
	json *inputs;

	if (!*sum || p->ops->n || p->undo || p->last_rules ||
		guards_see_emptiness(p->guards) || plan_is_blocked(p) ||
		waits_for_something(&p->policy->waits) || has_journal(base) ||
		!sum_file(base, now) || strcmp(now, sum) != 0)
		return NULL;
	inputs = json_copy(json_get(end, "inputs"));
	json_put_str(inputs, "base", sum);
	json_put_str(inputs, "by", version_text());
	if (json_is_object(json_get(end, "counts")))
		json_put(inputs, "counts", json_copy(json_get(end, "counts")));
	return inputs;
}

/* --- again ---------------------------------------------------------------- */

static int is_new(struct error *why, const char *what)
{
	return fail(why, RC_ATTENTION, "new: %s", what);
}

static bool same_text(const json *inputs, const char *key, const char *is)
{
	const char *was = json_str(inputs, key);

	return was && is && strcmp(was, is) == 0;
}

static const json *inputs_of(const struct idle *was)
{
	return json_get(was->head, "inputs");
}

static int read_plan(
	struct idle *was, struct stream_reader *r, struct error *why)
{
	int got = stream_read_head(r, "plan", &was->head, why);

	if (got == 0)
		return stream_refuse(r, why, "no plan");
	if (got > 0)
		got = stream_read(r, &was->end, why);
	if (got > 0)
		return stream_refuse(r, why, "a plan with ops");
	return got < 0 ? -1 : stream_read_eof(r, why);
}

static int open_reader(
	struct stream_reader *r, const char *path, struct error *why)
{
	const char *name;
	int fd, rc = stream_open(path, &fd, &name, why);

	if (rc == 0)
		stream_reader_init(r, fd, name, STREAM_STRICT);
	return rc;
}

static void close_reader(struct stream_reader *r)
{
	stream_reader_fini(r);
	if (r->fd != STDIN_FILENO)
		close(r->fd);
}

int idle_load(struct idle *was, const char *path, struct error *why)
{
	struct stream_reader r;
	int rc;

	*was = (struct idle){ 0 };
	if (open_reader(&r, path, why) < 0)
		return -1;
	rc = read_plan(was, &r, why);
	close_reader(&r);
	if (rc == 0 && !same_text(inputs_of(was), "by", version_text()))
		rc = is_new(why, "the version");
	return rc;
}

void idle_fini(struct idle *was)
{
	json_free(was->head);
	json_free(was->end);
}

/* A fetch stream: its head, which the caller frees, and the sum of its body. */
struct fetched {
	json *head;
	uint64_t count;
	char sum[SHA256_TEXT_SIZE];
};

static int read_body(
	struct stream_reader *r, struct fetched *f, struct error *why)
{
	struct sha256 *sum = sha256_begin();
	json *line;
	int got;

	while ((got = stream_read_past(r, "{\"kind\":\"row\",", &line, why)) >
		0) {
		sha256_add_line(sum, r->text, r->text_len);
		json_free(line);
	}
	json_free(line);
	sha256_end(sum, f->sum);
	f->count = r->count;
	return got < 0 ? -1 : stream_read_eof(r, why);
}

static int read_fetch(struct fetched *f, const char *path, struct error *why)
{
	struct stream_reader r;
	int got;

	if (open_reader(&r, path, why) < 0)
		return -1;
	got = stream_read_head(&r, "fetch", &f->head, why);
	if (got > 0)
		got = read_body(&r, f, why);
	else if (got == 0)
		got = stream_refuse(&r, why, "no stream");
	close_reader(&r);
	return got;
}

/* The sides as normalize would tell them, without their records. */
static int take_heads(
	struct sides *w, struct fetched from[SIDES], struct error *why)
{
	json *head = stream_head("records");
	json *sources = json_put(head, "sources", json_object());
	int rc;

	/* As normalize has it. */
	json_put_str(from[NOTION].head, "mode", "snapshot");
	for (enum side s = 0; s < SIDES; s++)
		json_put(sources, side_name(s), json_copy(from[s].head));
	rc = sides_head(w, head, why);
	json_free(head);
	return rc;
}

/* All but when and how it was read. */
static bool same_source(const json *was, const json *is)
{
	static const char *const passing[] = { "at", "since", "mode",
		"reading" };
	json *a = json_copy(was), *b = json_copy(is);
	bool same;

	for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++) {
		json_remove(a, passing[i]);
		json_remove(b, passing[i]);
	}
	same = json_is_object(a) && json_equal(a, b);
	json_free(a);
	json_free(b);
	return same;
}

static bool has_same_head(
	const struct idle *was, enum side side, const struct fetched *f)
{
	const json *sources = json_get(was->head, "sources");

	return same_source(json_get(sources, side_name(side)), f->head);
}

static int check_pages(const struct idle *was, const char *pages,
	struct fetched *f, struct error *why)
{
	const json *reading;

	if (read_fetch(f, pages, why) < 0)
		return -1;
	if (!has_same_head(was, NOTION, f))
		return is_new(why, "the head of a side");
	reading = json_get(f->head, "reading");
	if (f->count)
		return is_new(why, "a page");
	if (!same_text(
		    inputs_of(was), "snapshot", json_str(reading, "snapshot")))
		return is_new(why, "the snapshot");
	return 0;
}

static int check_rows(const struct idle *was, const char *rows,
	struct fetched *f, struct error *why)
{
	if (read_fetch(f, rows, why) < 0)
		return -1;
	if (!has_same_head(was, SUPABASE, f))
		return is_new(why, "the head of a side");
	return same_text(inputs_of(was), "rows", f->sum) ? 0
							 : is_new(why, "a row");
}

static int check_base(
	const struct idle *was, const char *base, struct error *why)
{
	char sum[SHA256_TEXT_SIZE];

	if (has_journal(base) || !sum_file(base, sum) ||
		!same_text(inputs_of(was), "base", sum))
		return is_new(why, "the base");
	return 0;
}

/* What is read least comes first. */
int idle_check(const struct idle *was, const char *rows, const char *pages,
	const char *base, struct sides *w, struct error *why)
{
	struct fetched from[SIDES] = { 0 };
	int rc = -1;

	if (check_pages(was, pages, &from[NOTION], why) == 0 &&
		check_base(was, base, why) == 0 &&
		check_rows(was, rows, &from[SUPABASE], why) == 0)
		rc = take_heads(w, from, why);
	json_free(from[SUPABASE].head);
	json_free(from[NOTION].head);
	return rc;
}

int idle_check_rules(
	const struct idle *was, const struct plan *p, struct error *why)
{
	json *is = plan_policy(p);
	bool same = json_equal(json_get(was->head, "policy"), is);

	json_free(is);
	if (!same || waits_for_something(&p->policy->waits))
		return is_new(why, "an option, or what waits");
	return 0;
}

void idle_repeat(const struct idle *was, struct plan *p)
{
	const json *totals = json_get(was->end, "totals");

	p->inputs = json_copy(inputs_of(was));
	p->live_pairs = (size_t)json_int(totals, "live_pairs");
}
