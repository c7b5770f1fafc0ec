/*
 * A large table, of which several pages are asked for at once. The rows are
 * parted by their order, into ranges of about the same size, whatever their ids
 * are made of: each range begins with the row that has so many before it, and
 * goes on, as one alone would, up to the first row of the next. So every id is
 * in one range, and each row that is there all the while is read once.
 */
#include <stdlib.h>
#include <string.h>

#include "fetch.h"
#include "util/alloc.h"

/* Supabase's smallest projects have some fifteen connections for the API. */
#define RANGES_MAX 8
#define ROWS_A_RANGE 500

struct part {
	struct range range;
	FILE *spool; /* its lines, until those before are written */
	int64_t offset;
	json *rows; /* its first page */
	char first[UUID_SIZE];
	bool used;
	int rc;
	struct error e;
	pthread_t thread;
	bool runs;
};

static void note_failure(struct part *p)
{
	struct table_fetch *of = p->range.of;

	pthread_mutex_lock(&of->lock);
	/* Who stops because of another one has no error to tell. */
	of->failed = true;
	pthread_mutex_unlock(&of->lock);
}

static void *begin(void *arg)
{
	struct part *p = arg;

	p->rc = range_begin(&p->range, p->offset, &p->rows, p->first, &p->e);
	if (p->rc < 0)
		note_failure(p);
	return NULL;
}

static void *go_on(void *arg)
{
	struct part *p = arg;
	json *rows = p->rows;

	p->rows = NULL;
	p->rc = range_write(&p->range, rows, &p->e);
	if (p->rc > 0)
		p->rc = range_rest(&p->range, &p->e);
	if (p->rc < 0)
		note_failure(p);
	return NULL;
}

/* Does it for all parts at once; those without a thread of their own wait. */
static void start(struct part *parts, size_t n, void *(*what)(void *))
{
	for (size_t i = 0; i < n; i++)
		parts[i].runs =
			parts[i].used && pthread_create(&parts[i].thread, NULL,
						 what, &parts[i]) == 0;
}

/* -1 with the error of the first part, in their order, that has one. */
static int finish(
	struct part *parts, size_t n, void *(*what)(void *), struct error *e)
{
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		if (parts[i].runs)
			pthread_join(parts[i].thread, NULL);
		else if (parts[i].used)
			what(&parts[i]);
		if (rc == 0 && parts[i].used && parts[i].rc < 0) {
			*e = parts[i].e;
			rc = -1;
		}
	}
	return rc;
}

/* Where each range ends. One that doesn't lie behind those before has none. */
static void set_bounds(struct range *first, struct part *parts, size_t n)
{
	struct range *before = first;
	const char *at = first->last;

	for (size_t i = 0; i < n; i++) {
		parts[i].used =
			parts[i].rc > 0 && strcmp(parts[i].first, at) > 0;
		if (!parts[i].used)
			continue;
		at = parts[i].first;
		memcpy(before->before, at, UUID_SIZE);
		before = &parts[i].range;
	}
}

static int append(struct stream_writer *out, struct part *p, struct error *e)
{
	char chunk[65536];
	size_t n;

	if (fflush(p->spool) != 0 || fseek(p->spool, 0, SEEK_SET) != 0)
		return fail_errno(e, "temporary file");
	while ((n = fread(chunk, 1, sizeof chunk, p->spool)) > 0)
		if (fwrite(chunk, 1, n, out->out) != n)
			return fail_errno(e, "write");
	if (ferror(p->spool))
		return fail_errno(e, "temporary file");
	out->count += p->range.out.count;
	return 0;
}

static int init(
	struct part *p, struct range *first, int64_t offset, struct error *e)
{
	p->spool = tmpfile();
	if (!p->spool)
		return fail_errno(e, "temporary file");
	if (range_init(&p->range, first->of, p->spool, e) < 0)
		return -1;
	supabase_client_join(&p->range.client, &first->client);
	p->range.client.soft_delete = first->client.soft_delete;
	p->range.page_size = first->page_size;
	p->offset = offset;
	p->used = true;
	return 0;
}

static void fini(struct part *p, struct range *first)
{
	api_counters_add(
		&first->client.api.counters, &p->range.client.api.counters);
	json_free(p->rows);
	range_fini(&p->range);
	if (p->spool)
		fclose(p->spool);
}

static int read_parts(
	struct range *first, struct part *parts, size_t n, struct error *e)
{
	struct error why;
	int rc;

	start(parts, n, begin);
	if (finish(parts, n, begin, e) < 0)
		return -1;
	set_bounds(first, parts, n);
	start(parts, n, go_on);
	rc = range_rest(first, &why);
	if (rc < 0) {
		pthread_mutex_lock(&first->of->lock);
		first->of->failed = true;
		pthread_mutex_unlock(&first->of->lock);
	}
	if (finish(parts, n, go_on, e) < 0 && rc == 0)
		return -1;
	if (rc < 0)
		*e = why;
	for (size_t i = 0; rc == 0 && i < n; i++)
		if (parts[i].used)
			rc = append(&first->out, &parts[i], e);
	return rc;
}

int ranges_read(struct range *first, int64_t total, struct error *e)
{
	size_t ranges = total / ROWS_A_RANGE < RANGES_MAX
				? (size_t)(total / ROWS_A_RANGE)
				: RANGES_MAX;
	size_t n = ranges - 1, made = 0;
	struct part *parts = xcalloc(ranges, sizeof *parts);
	int rc = 0;

	/* The first range is under way: what is left of it is parted too. */
	while (rc == 0 && made < n) {
		rc = init(&parts[made], first,
			(int64_t)(made + 1) * total / (int64_t)ranges, e);
		made++;
	}
	if (rc == 0)
		rc = read_parts(first, parts, n, e);
	for (size_t i = 0; i < made; i++)
		fini(&parts[i], first);
	free(parts);
	return rc;
}
