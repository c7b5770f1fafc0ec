#include "workers.h"

#include <signal.h>
#include <string.h>

#include "inserts.h"
#include "perform.h"

/* A worker more for so many pairs: a short plan isn't worth a connection. */
#define PAIRS_A_WORKER 8

struct crew {
	struct course course;
	pthread_cond_t ended; /* a chain has */
	struct ops *ops;
	size_t at; /* all before were taken */
	size_t batch;
	/* Checksums of the pages that are being made, by worker; or NULL. */
	const char *making[JOBS_MAX];
};

struct worker {
	pthread_t thread;
	struct crew *crew;
	struct run *run;
	size_t i;
};

static bool writes(const struct op *op)
{
	return op->target == TARGET_NOTION || op->target == TARGET_SUPABASE;
}

static bool makes(const struct op *op, enum op_target target)
{
	return op->kind == OP_CREATE && op->target == target;
}

static bool is_insert(const struct op *op)
{
	return makes(op, TARGET_SUPABASE) && !op->incomplete;
}

static int hire(struct run *r, struct run *first, const struct settings *s,
	struct error *e)
{
	*r = (struct run){ .schema = first->schema,
		.journal = first->journal,
		.dry_run = first->dry_run,
		.stop = first->stop };
	memcpy(r->data_source, first->data_source, sizeof r->data_source);
	if (notion_client_init(&r->notion, s, r->stop, e) < 0)
		return -1;
	if (supabase_client_init(&r->supabase, s, r->stop, e) < 0) {
		notion_client_fini(&r->notion);
		return -1;
	}
	notion_client_join(&r->notion, &first->notion);
	r->notion.api.max_wait = first->notion.api.max_wait;
	r->supabase.api.max_wait = first->supabase.api.max_wait;
	r->supabase.soft_delete = first->supabase.soft_delete;
	return 0;
}

int workers_hire(struct run *workers, size_t *n, const struct settings *s,
	const struct ops *ops, struct error *e)
{
	size_t pairs = 0;

	for (size_t i = 0; i < ops->n; i++)
		pairs += writes(&ops->list[i]) && !ops->list[i].follows;
	for (*n = 1; *n < (size_t)s->jobs && *n * PAIRS_A_WORKER < pairs; ++*n)
		if (hire(&workers[*n], workers, s, e) < 0)
			return -1;
	return 0;
}

/*
 * Two pages of the same content aren't made at once: where an answer is lost,
 * its page is looked for by its content.
 */
static bool must_wait(const struct crew *c, const struct op *op)
{
	if (!makes(op, TARGET_NOTION))
		return false;
	for (size_t i = 0; i < JOBS_MAX; i++)
		if (c->making[i] && strcmp(c->making[i], op->checksum) == 0)
			return true;
	return false;
}

static bool is_over(const struct crew *c, const struct run *r)
{
	return *r->stop != 0 || c->course.fatal.code != RC_DONE;
}

/* The next op that begins a chain, or NULL. */
static struct op *first_free(struct crew *c)
{
	for (; c->at < c->ops->n; c->at++)
		if (!c->ops->list[c->at].follows && !c->ops->list[c->at].taken)
			return &c->ops->list[c->at];
	return NULL;
}

/* Rows to be inserted are taken together. */
static size_t take_inserts(struct crew *c, struct op **took)
{
	size_t n = 0;

	for (size_t i = c->at; i < c->ops->n && n < c->batch; i++) {
		struct op *op = &c->ops->list[i];

		if (op->follows || op->taken || !is_insert(op))
			continue;
		op->taken = true;
		took[n++] = op;
	}
	return n;
}

/* How many ops were taken; none when there are no more, or the run ends. */
static size_t take(struct worker *w, struct op **took)
{
	struct crew *c = w->crew;
	struct op *op = NULL;
	size_t n = 0;

	pthread_mutex_lock(&c->course.lock);
	c->making[w->i] = NULL;
	pthread_cond_broadcast(&c->ended);
	while (!is_over(c, w->run) && (op = first_free(c)) && must_wait(c, op))
		pthread_cond_wait(&c->ended, &c->course.lock);
	if (is_over(c, w->run) || !op)
		goto out;
	if (is_insert(op) && !w->run->dry_run) {
		n = take_inserts(c, took);
	} else {
		op->taken = true;
		took[n++] = op;
		if (makes(op, TARGET_NOTION))
			c->making[w->i] = op->checksum;
	}
out:
	pthread_mutex_unlock(&c->course.lock);
	return n;
}

static void insert_all(struct worker *w, struct op **ops, size_t n)
{
	struct insert list[INSERTS_MAX];
	struct course *c = &w->crew->course;
	size_t tried;

	for (size_t i = 0; i < n; i++)
		list[i] = (struct insert){ .op = ops[i] };
	tried = rows_create(w->run, list, n);
	for (size_t i = 0; i < tried; i++)
		perform_conclude(
			c, w->run, ops[i], &list[i].outcome, &list[i].cost);
	for (size_t i = 0; i < tried; i++)
		perform_chain(c, w->run, ops[i]->next);
}

static void *work(void *arg)
{
	struct worker *w = arg;
	struct op *ops[INSERTS_MAX];
	size_t n;

	while ((n = take(w, ops)) > 0) {
		if (is_insert(ops[0]) && !w->run->dry_run)
			insert_all(w, ops, n);
		else
			perform_chain(&w->crew->course, w->run, ops[0]);
	}
	return NULL;
}

/* Every worker gets its part, and no request more than it may hold. */
static size_t batch_of(const struct ops *ops, size_t workers)
{
	size_t rows = 0, batch;

	for (size_t i = 0; i < ops->n; i++)
		rows += makes(&ops->list[i], TARGET_SUPABASE);
	batch = (rows + workers - 1) / workers;
	return batch < 1 ? 1 : batch > INSERTS_MAX ? INSERTS_MAX : batch;
}

/* Signals are for the first thread. How many could be started. */
static size_t start(struct worker *list, size_t n)
{
	sigset_t all, before;
	size_t started = 1;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (started < n && pthread_create(&list[started].thread, NULL, work,
				      &list[started]) == 0)
		started++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

void workers_run(struct run *workers, size_t n, struct ops *ops,
	struct stream_writer *w, bool *attention, bool *complete)
{
	struct crew crew = {
		.course = { .w = w }, .ops = ops, .batch = batch_of(ops, n)
	};
	struct worker list[JOBS_MAX];
	uint64_t ended = 0;
	size_t started;

	for (size_t i = 0; i < n; i++)
		list[i] = (struct worker){
			.crew = &crew, .run = &workers[i], .i = i
		};
	started = start(list, n);
	work(&list[0]);
	for (size_t i = 1; i < started; i++)
		pthread_join(list[i].thread, NULL);
	for (size_t i = 0; i < n; i++)
		for (enum status s = 0; s < STATUSES; s++)
			ended += workers[i].ended[s];
	workers[0].fatal = crew.course.fatal;
	*attention = crew.course.attention;
	*complete = ended == ops->n && crew.course.fatal.code == RC_DONE;
}
