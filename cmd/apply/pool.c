#include "pool.h"

#include <signal.h>
#include <string.h>

#include "execute.h"
#include "row_insert.h"

/* A worker more for so many pairs: a short plan isn't worth a connection. */
#define PAIRS_A_WORKER 2

/* One is over, to its last op, before the next one begins. */
enum phase {
	/*
	 * Creates that an earlier run left open, one by one: which page is
	 * whose must be settled before others look for pages and rows.
	 */
	PHASE_OPEN_CREATES,
	PHASE_CONTENT, /* the stamp of a write comes right behind it */
	/* Those of inserted rows, and alone: a cut run loses nothing else. */
	PHASE_STAMPS,
	PHASES,
};

struct pool {
	struct common common;
	pthread_cond_t ended; /* a worker has ended what it took */
	struct ops *ops;
	enum phase phase;
	size_t at;   /* all before were taken, or aren't of this phase */
	size_t busy; /* workers that have something in work */
	size_t inserts, stamps; /* that a worker takes together, at most */
	/* Checksums of the pages that are being made, by worker; or NULL. */
	const char *making[JOBS_MAX];
};

struct seat {
	pthread_t thread;
	struct pool *pool;
	struct worker *worker;
	size_t i;
};

static bool makes(const struct op *op, enum op_target target)
{
	return op->kind == OP_CREATE && op->target == target;
}

static bool is_insert(const struct op *op)
{
	return makes(op, TARGET_SUPABASE) && !op->incomplete;
}

static int start_worker(struct worker *w, struct worker *first,
	const struct settings *s, struct error *e)
{
	*w = (struct worker){ .schema = first->schema,
		.journal = first->journal,
		.dry_run = first->dry_run,
		.stop = first->stop };
	memcpy(w->data_source, first->data_source, sizeof w->data_source);
	if (notion_client_init(&w->notion, s, w->stop, e) < 0)
		return -1;
	if (supabase_client_init(&w->supabase, s, w->stop, e) < 0) {
		notion_client_fini(&w->notion);
		return -1;
	}
	notion_client_join(&w->notion, &first->notion);
	supabase_client_join(&w->supabase, &first->supabase);
	w->notion.api.max_wait = first->notion.api.max_wait;
	w->supabase.api.max_wait = first->supabase.api.max_wait;
	w->supabase.soft_delete = first->supabase.soft_delete;
	return 0;
}

int pool_start(struct worker *workers, size_t *n, const struct settings *s,
	const struct ops *ops, struct error *e)
{
	size_t pairs = 0;

	for (size_t i = 0; i < ops->n; i++)
		pairs += op_target_is_service(ops->list[i].target) &&
			 !ops->list[i].follows;
	for (*n = 1; *n < (size_t)s->jobs && *n * PAIRS_A_WORKER < pairs; ++*n)
		if (start_worker(&workers[*n], workers, s, e) < 0)
			return -1;
	return 0;
}

static bool is_over(const struct pool *c, const struct worker *w)
{
	return *w->stop != 0 || c->common.fatal.code != RC_DONE;
}

/* Whether the op begins something that is to be done in this phase. */
static bool is_due(
	const struct pool *c, const struct worker *w, const struct op *op)
{
	struct open_create ignored;

	if (op->taken)
		return false;
	switch (c->phase) {
	case PHASE_OPEN_CREATES:
		return !op->follows && makes(op, TARGET_NOTION) &&
		       journal_find(w->journal, op->row_id, &ignored);
	case PHASE_CONTENT:
		return !op->follows && op->kind != OP_STAMP;
	default:
		return true;
	}
}

/*
 * Two pages of the same content aren't made at once: where an answer is lost,
 * its page is looked for by its content.
 */
static bool must_wait(const struct pool *c, const struct op *op)
{
	if (c->phase == PHASE_OPEN_CREATES)
		return c->busy > 0;
	if (!makes(op, TARGET_NOTION))
		return false;
	for (size_t i = 0; i < JOBS_MAX; i++)
		if (c->making[i] && strcmp(c->making[i], op->checksum) == 0)
			return true;
	return false;
}

/* The next op that can be begun now; NULL where the others must wait, too. */
static struct op *next_due(struct pool *c, const struct worker *w)
{
	for (size_t i = c->at; i < c->ops->n; i++) {
		struct op *op = &c->ops->list[i];

		if (!is_due(c, w, op)) {
			if (i == c->at)
				c->at++;
			continue;
		}
		if (!must_wait(c, op))
			return op;
	}
	return NULL;
}

/* Waits for an op to be free, from phase to phase; NULL: there is none left. */
static struct op *await_due(struct pool *c, const struct worker *w)
{
	struct op *op;

	while (!is_over(c, w)) {
		op = next_due(c, w);
		if (op)
			return op;
		if (c->busy > 0) { /* as it is while one must wait */
			pthread_cond_wait(&c->ended, &c->common.lock);
		} else if (c->phase + 1 < PHASES) {
			/* Who waits, waits for one that ends, and then looks.
			 */
			c->phase++;
			c->at = 0;
		} else {
			return NULL;
		}
	}
	return NULL;
}

/*
 * What follows it in its pair is taken with it; but all rows that are inserted
 * are there before the first of their pages is stamped.
 */
static void take_chain(const struct pool *c, struct op *op)
{
	bool later = c->phase != PHASE_STAMPS && is_insert(op);

	for (; op && !(later && op->kind == OP_STAMP); op = op->next)
		op->taken = true;
}

/* Rows to be inserted are taken together. */
static size_t take_inserts(struct pool *c, struct op **took)
{
	size_t n = 0;

	for (size_t i = c->at; i < c->ops->n && n < c->inserts; i++) {
		struct op *op = &c->ops->list[i];

		if (op->follows || op->taken || !is_insert(op))
			continue;
		take_chain(c, op);
		took[n++] = op;
	}
	return n;
}

/* Stamps are taken together too: their rows are looked at in one request. */
static size_t take_stamps(struct pool *c, struct op **took)
{
	size_t n = 0;

	for (size_t i = c->at; i < c->ops->n && n < c->stamps; i++) {
		struct op *op = &c->ops->list[i];

		if (op->taken || op->kind != OP_STAMP)
			continue;
		take_chain(c, op);
		took[n++] = op;
	}
	for (size_t i = 1; i < n; i++)
		took[i - 1]->beside = took[i];
	return n;
}

/* How many chains were taken; none when there are no more, or the run ends. */
static size_t take(struct seat *seat, struct op **took)
{
	struct pool *c = seat->pool;
	struct op *op;
	size_t n = 0;

	pthread_mutex_lock(&c->common.lock);
	op = await_due(c, seat->worker);
	if (op && is_insert(op) && !seat->worker->dry_run) {
		n = take_inserts(c, took);
	} else if (op && op->kind == OP_STAMP) {
		n = take_stamps(c, took);
	} else if (op) {
		take_chain(c, op);
		took[n++] = op;
		if (makes(op, TARGET_NOTION))
			c->making[seat->i] = op->checksum;
	}
	c->busy += n > 0;
	pthread_mutex_unlock(&c->common.lock);
	return n;
}

static void give_back(struct seat *seat)
{
	struct pool *c = seat->pool;

	pthread_mutex_lock(&c->common.lock);
	c->making[seat->i] = NULL;
	c->busy--;
	pthread_cond_broadcast(&c->ended);
	pthread_mutex_unlock(&c->common.lock);
}

/* Up to the first that isn't taken: a stamp, which has its time later. */
static void do_chain(struct seat *seat, struct op *op)
{
	for (; op && op->taken; op = op->next)
		if (!execute_op(&seat->pool->common, seat->worker, op))
			return;
}

static void insert_all(struct seat *seat, struct op **ops, size_t n)
{
	struct insert list[INSERTS_MAX];
	size_t tried;

	for (size_t i = 0; i < n; i++)
		list[i] = (struct insert){ .op = ops[i] };
	tried = rows_insert(&seat->pool->common, seat->worker, list, n);
	for (size_t i = 0; i < tried; i++)
		if (!list[i].untried)
			execute_conclude(&seat->pool->common, seat->worker,
				ops[i], &list[i].outcome, &list[i].cost);
	for (size_t i = 0; i < tried; i++)
		do_chain(seat, ops[i]->next);
}

static void *work(void *arg)
{
	struct seat *seat = arg;
	struct op *ops[INSERTS_MAX];
	size_t n;

	while ((n = take(seat, ops)) > 0) {
		if (is_insert(ops[0]) && !seat->worker->dry_run)
			insert_all(seat, ops, n);
		else
			for (size_t i = 0; i < n; i++)
				do_chain(seat, ops[i]);
		give_back(seat);
	}
	return NULL;
}

/* Every worker gets its part, and no request more rows than it may have. */
static size_t part_of(size_t n, size_t workers)
{
	size_t part = (n + workers - 1) / workers;

	return part < 1 ? 1 : part > INSERTS_MAX ? INSERTS_MAX : part;
}

static void find_parts(struct pool *c, size_t workers)
{
	size_t inserts = 0, stamps = 0;

	for (size_t i = 0; i < c->ops->n; i++) {
		inserts += makes(&c->ops->list[i], TARGET_SUPABASE);
		stamps += c->ops->list[i].kind == OP_STAMP;
	}
	c->inserts = part_of(inserts, workers);
	c->stamps = part_of(stamps, workers);
}

/* Signals are for the first thread. How many could be started. */
static size_t start(struct seat *list, size_t n)
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

void pool_run(struct worker *workers, size_t n, struct ops *ops,
	struct stream_writer *out, struct progress *progress, bool *attention,
	bool *complete)
{
	struct pool pool = {
		.common = { .lock = PTHREAD_MUTEX_INITIALIZER,
			.out = out,
			.progress = progress,
			.retries = workers[0].notion.api.retries },
		.ended = PTHREAD_COND_INITIALIZER,
		.ops = ops,
	};
	struct seat list[JOBS_MAX];
	uint64_t ended = 0;
	size_t started;

	find_parts(&pool, n);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct seat){
			.pool = &pool, .worker = &workers[i], .i = i
		};
	for (size_t i = 0; i < n; i++)
		workers[i].common = &pool.common;
	started = start(list, n);
	work(&list[0]);
	for (size_t i = 1; i < started; i++)
		pthread_join(list[i].thread, NULL);
	for (size_t i = 0; i < n; i++)
		for (enum status s = 0; s < STATUSES; s++)
			ended += workers[i].ended[s];
	workers[0].fatal = pool.common.fatal;
	*attention = pool.common.attention;
	*complete = ended == ops->n && pool.common.fatal.code == RC_DONE;
}
