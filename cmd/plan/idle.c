#include "idle.h"

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

/* Whether a journal has anything that the file of the base hasn't. */
static bool has_journal(const char *base)
{
	char *path = base_journal_path(base);
	struct stat st;
	bool has = stat(path, &st) == 0 && st.st_size > 0;

	free(path);
	return has;
}

static int sum_file(const char *path, char sum[SHA256_TEXT_SIZE])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct evp_md_ctx_st *of = sha256_begin();
	char chunk[65536];
	ssize_t n = -1;

	while (fd >= 0 && (n = read(fd, chunk, sizeof chunk)) > 0)
		sha256_add(of, chunk, (size_t)n);
	if (fd >= 0)
		close(fd);
	sha256_end(of, sum);
	return n == 0 ? 0 : -1;
}

static bool waits_for_something(const struct waits *w)
{
	return (w->approvals && w->approvals->n) ||
	       (w->settling && w->settling->n);
}

json *idle_inputs(const struct plan *p, const char *base)
{
	const json *from = json_get(p->sides->end, "inputs");
	char sum[SHA256_TEXT_SIZE];
	json *inputs;

	if (p->ops->n || p->undo || p->last_rules || !json_is_object(from) ||
		guards_see_emptiness(p->guards) || guards_block(p->guards) ||
		waits_for_something(&p->policy->waits) || !base ||
		has_journal(base) || sum_file(base, sum) < 0)
		return NULL;
	inputs = json_copy(from);
	json_put_str(inputs, "base", sum);
	json_put_str(inputs, "by", version_text());
	if (json_is_object(json_get(p->sides->end, "counts")))
		json_put(inputs, "counts",
			json_copy(json_get(p->sides->end, "counts")));
	return inputs;
}

/* --- again ---------------------------------------------------------------- */

/* The plan of then; the caller frees its head and its end. */
static int read_plan(
	struct stream_reader *r, json **head, json **end, struct error *why)
{
	int got = stream_read_head(r, "plan", head, why);

	if (got == 0)
		return stream_refuse(r, why, "no plan");
	if (got > 0)
		got = stream_read(r, end, why);
	if (got > 0)
		return stream_refuse(r, why, "a plan with ops");
	return got < 0 ? -1 : stream_read_eof(r, why);
}

static int load_plan(
	const char *path, json **head, json **end, struct error *why)
{
	struct stream_reader r;
	const char *name;
	int fd, rc;

	if (stream_open(path, &fd, &name, why) < 0)
		return -1;
	stream_reader_init(&r, fd, name, STREAM_STRICT);
	rc = read_plan(&r, head, end, why);
	stream_reader_fini(&r);
	close(fd);
	return rc;
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
	struct evp_md_ctx_st *sum = sha256_begin();
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
	const char *name;
	int fd, got;

	if (stream_open(path, &fd, &name, why) < 0)
		return -1;
	stream_reader_init(&r, fd, name, STREAM_STRICT);
	got = stream_read_head(&r, "fetch", &f->head, why);
	if (got > 0)
		got = read_body(&r, f, why);
	else if (got == 0)
		got = stream_refuse(&r, why, "no stream");
	stream_reader_fini(&r);
	close(fd);
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

static bool same_text(const json *inputs, const char *key, const char *is)
{
	const char *was = json_str(inputs, key);

	return was && is && strcmp(was, is) == 0;
}

/* What is new; NULL: nothing. */
static const char *find_news(const struct idle_files *f, const json *was,
	const struct fetched from[SIDES], const struct plan *p)
{
	const json *inputs = json_get(was, "inputs"), *policy;
	const json *sources = json_get(was, "sources");
	const json *reading = json_get(from[NOTION].head, "reading");
	char sum[SHA256_TEXT_SIZE];
	json *is;
	bool same;

	if (!same_text(inputs, "by", version_text()))
		return "the version";
	for (enum side s = 0; s < SIDES; s++)
		if (!same_source(json_get(sources, side_name(s)), from[s].head))
			return "the head of a side";
	if (!same_text(inputs, "rows", from[SUPABASE].sum))
		return "a row";
	if (from[NOTION].count)
		return "a page";
	if (!same_text(inputs, "snapshot", json_str(reading, "snapshot")))
		return "the snapshot";
	if (has_journal(f->base) || sum_file(f->base, sum) < 0 ||
		!same_text(inputs, "base", sum))
		return "the base";
	policy = json_get(was, "policy");
	is = plan_policy(p);
	same = json_equal(policy, is);
	json_free(is);
	if (!same || waits_for_something(&p->policy->waits))
		return "an option";
	return NULL;
}

static int still_idle(const struct idle_files *f, const json *was,
	struct fetched from[SIDES], struct sides *w, struct plan *p,
	struct error *why)
{
	const char *news;

	if (read_fetch(&from[SUPABASE], f->rows, why) < 0 ||
		read_fetch(&from[NOTION], f->pages, why) < 0 ||
		take_heads(w, from, why) < 0)
		return -1;
	news = find_news(f, was, from, p);
	if (news)
		return fail(why, RC_ATTENTION, "new: %s", news);
	return 0;
}

int idle_again(const struct idle_files *f, struct sides *w, struct plan *p,
	struct error *why)
{
	json *was = NULL, *end = NULL;
	struct fetched from[SIDES] = { 0 };
	int rc = -1;

	if (load_plan(f->plan, &was, &end, why) == 0)
		rc = still_idle(f, was, from, w, p, why);
	if (rc == 0) {
		p->inputs = json_copy(json_get(was, "inputs"));
		p->live_pairs =
			(size_t)json_int(json_get(end, "totals"), "live_pairs");
	}
	for (enum side s = 0; s < SIDES; s++)
		json_free(from[s].head);
	json_free(was);
	json_free(end);
	return rc;
}
