#include "notion/windows.h"

#include <stdlib.h>
#include <string.h>

#include "notion/listing.h"
#include "util/alloc.h"

#define AHEAD 2000    /* pages */
#define DIVISIBLE 600 /* pages that seem to be left of a window */
#define DIVIDED_MAX 200

void windows_init(struct windows *w)
{
	*w = (struct windows){ .first = { USEC_NONE, USEC_NONE, USEC_NONE,
				       .paced_at = USEC_NONE } };
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->news, NULL);
}

void windows_fini(struct windows *w)
{
	struct window *next;

	for (struct window *i = w->first.next; i; i = next) {
		next = i->next;
		if (i->spool)
			fclose(i->spool);
		free(i);
	}
	idset_fini(&w->seen);
	free(w->beyond);
	pthread_cond_destroy(&w->news);
	pthread_mutex_destroy(&w->lock);
}

bool windows_is_new(struct listing *l, const char *id)
{
	bool is;

	pthread_mutex_lock(&l->all->lock);
	is = idset_add(&l->all->seen, id);
	pthread_mutex_unlock(&l->all->lock);
	return is;
}

void windows_bounds(struct listing *l, usec *from, usec *until)
{
	pthread_mutex_lock(&l->all->lock);
	*from = l->window->from;
	*until = l->window->until;
	pthread_mutex_unlock(&l->all->lock);
}

bool windows_note(struct listing *l, const char *id, usec created)
{
	struct windows *all = l->all;
	struct window *w = l->window;
	char normal[UUID_SIZE];
	bool ours;

	pthread_mutex_lock(&all->lock);
	ours = w->until == USEC_NONE || created < w->until;
	/* Both are what the request asked for. */
	if ((w->from != USEC_NONE && created < w->from) ||
		(w->at != USEC_NONE && created < time_floor_minute(w->at)))
		all->distrusted = true;
	if (ours) {
		w->at = created;
		w->pages++;
	} else if (id && uuid_normalize(id, normal) == 0) {
		all->beyond = grow(all->beyond, all->n_beyond, &all->beyond_cap,
			sizeof *all->beyond);
		memcpy(all->beyond[all->n_beyond++], normal, UUID_SIZE);
	}
	pthread_mutex_unlock(&all->lock);
	return ours;
}

/* --- dividing ------------------------------------------------------------- */

/* Pages that seem to be left of a window: 0 where that isn't known. */
static double left(const struct window *w, usec now)
{
	usec until = w->until != USEC_NONE ? w->until : now;

	if (w->over || w->pace == 0 || until - w->at < 4 * USEC_MINUTE)
		return 0;
	return w->pace * (double)(until - w->at);
}

static struct window *fullest(struct windows *all, usec now)
{
	struct window *best = NULL;

	for (struct window *w = &all->first; w; w = w->next)
		if (left(w, now) >= DIVISIBLE &&
			(!best || left(w, now) > left(best, now)))
			best = w;
	return best;
}

/* The later part of a window; NULL: there is none that is worth it. */
static struct window *divide(struct windows *all, usec now)
{
	struct window *w = fullest(all, now), *part;
	usec half;

	if (!w || all->divided == DIVIDED_MAX)
		return NULL;
	part = xcalloc(1, sizeof *part);
	part->spool = tmpfile();
	if (!part->spool) { /* it goes on in one piece */
		free(part);
		return NULL;
	}
	all->divided++;
	half = ((w->until != USEC_NONE ? w->until : now) - w->at) / 2;
	if (AHEAD / w->pace < (double)half)
		half = (usec)(AHEAD / w->pace);
	part->at = part->paced_at = USEC_NONE;
	part->until = w->until;
	/* After the minute that is being read. */
	part->from = time_floor_minute(w->at + half) + USEC_MINUTE;
	part->next = w->next;
	w->until = part->from;
	w->next = part;
	return part;
}

static bool is_over(const struct windows *all)
{
	bool over = true;

	for (const struct window *w = &all->first; w; w = w->next)
		over &= w->over;
	return over || all->failed || all->distrusted;
}

/* Waits for a part that is worth reading; NULL: there won't be any. */
static struct window *next_part(struct listing *l)
{
	struct windows *all = l->all;
	struct window *part = NULL;

	pthread_mutex_lock(&all->lock);
	while (!is_over(all) && !(part = divide(all, api_now(&l->c->api))))
		pthread_cond_wait(&all->news, &all->lock);
	pthread_mutex_unlock(&all->lock);
	return part;
}

/* How fast pages follow one another, from one answer to the next. */
static void note_pace(struct window *w)
{
	usec time;

	if (w->at == USEC_NONE || w->pages == w->paced_pages)
		return;
	time = w->paced_at != USEC_NONE ? w->at - w->paced_at
	       : w->from != USEC_NONE	? w->at - w->from
					: 0;
	if (time < USEC_MINUTE) /* which times are cut to */
		time = USEC_MINUTE;
	w->pace = (double)(w->pages - w->paced_pages) / (double)time;
	w->paced_at = w->at;
	w->paced_pages = w->pages;
}

/* --- the other workers -------------------------------------------------------
 */

static int keep(void *arg, json *take_page, struct error *e)
{
	struct listing *l = arg;
	struct buf text = BUF_INIT(SIZE_MAX);
	FILE *to = l->window->spool;
	int rc;

	rc = json_print(take_page, &text);
	json_free(take_page);
	if (rc == 0)
		buf_addc(&text, '\n');
	if (rc < 0 || fwrite(buf_str(&text), 1, text.len, to) != text.len)
		rc = fail_errno(e, "temporary file");
	buf_fini(&text);
	return rc;
}

static void end_window(struct listing *l, int rc, const struct error *e)
{
	struct windows *all = l->all;

	pthread_mutex_lock(&all->lock);
	l->window->over = true;
	if (rc < 0 && !l->given_up && !all->failed) {
		all->failed = true;
		all->e = *e;
	}
	pthread_cond_broadcast(&all->news);
	pthread_mutex_unlock(&all->lock);
}

static void *work(void *arg)
{
	struct listing *l = arg;
	struct error e;
	int rc = 0;

	while (rc == 0 && (l->window = next_part(l))) {
		rc = listing_read_window(l, &e);
		end_window(l, rc, &e);
	}
	return NULL;
}

/* Without another thread or client, the listing goes on with those it has. */
static void start_worker(struct listing *first)
{
	struct windows *all = first->all;
	struct worker *h = &all->workers[all->n_workers];
	struct notion_client *c = xcalloc(1, sizeof *c);
	struct listing *l = xcalloc(1, sizeof *l);
	struct error e;

	if (notion_client_init(
		    c, first->query->settings, first->c->api.stop, &e) < 0) {
		debug("%s", e.text);
		free(l);
		free(c);
		return;
	}
	notion_client_join(c, first->c);
	*l = (struct listing){ .c = c,
		.query = first->query,
		.each = keep,
		.arg = l,
		.path = first->path,
		.all = all,
		.page_size = first->page_size };
	if (pthread_create(&h->thread, NULL, work, l) != 0) {
		notion_client_fini(c);
		free(l);
		free(c);
		return;
	}
	h->l = l;
	all->n_workers++;
}

static void open_windows(struct listing *first)
{
	debug("Notion: a large listing: reading %d parts of it at once",
		WINDOWS_AT_ONCE);
	for (int i = 0; i < WINDOWS_AT_ONCE - 1; i++)
		start_worker(first);
}

int windows_go_on(struct listing *l, struct error *e)
{
	struct windows *all = l->all;
	bool opens, stops;

	pthread_mutex_lock(&all->lock);
	note_pace(l->window);
	opens = !all->opened && l->query->settings &&
		l->query->settings->jobs > 1 && !l->archived &&
		!all->distrusted && l->pages >= WINDOWS_FROM;
	all->opened |= opens;
	stops = all->opened && (all->failed || all->distrusted);
	if (all->opened)
		pthread_cond_broadcast(&all->news);
	pthread_mutex_unlock(&all->lock);
	if (stops) {
		l->given_up = true;
		return fail(
			e, RC_TEMPORARY, "another part of the listing failed");
	}
	if (opens)
		open_windows(l);
	return 0;
}

void windows_start_over(struct listing *l)
{
	pthread_mutex_lock(&l->all->lock);
	l->window->at = l->window->paced_at = USEC_NONE;
	l->window->pace = 0;
	pthread_mutex_unlock(&l->all->lock);
}

/* --- the end -------------------------------------------------------------- */

static int hand_on(struct listing *l, struct window *w, struct error *e)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	int rc = 0;

	if (fflush(w->spool) != 0 || fseek(w->spool, 0, SEEK_SET) != 0)
		return fail_errno(e, "temporary file");
	while (rc == 0 && (n = getline(&line, &cap, w->spool)) > 0) {
		json *page = json_parse(line, (size_t)n, JSON_STRICT, e);

		rc = page ? l->each(l->arg, page, e) : -1;
	}
	free(line);
	if (rc == 0 && ferror(w->spool))
		rc = fail_errno(e, "temporary file");
	fclose(w->spool);
	w->spool = NULL;
	return rc;
}

static void end_worker(struct listing *first, struct worker *h)
{
	struct listing *l = h->l;

	pthread_join(h->thread, NULL);
	api_counters_add(&first->c->api.counters, &l->c->api.counters);
	first->pages += l->pages;
	first->flagged += l->flagged;
	notion_client_fini(l->c);
	free(l->c);
	free(l);
}

int windows_finish(struct listing *l, int rc, struct error *e)
{
	struct windows *all = l->all;

	end_window(l, rc, e);
	for (size_t i = 0; i < all->n_workers; i++)
		end_worker(l, &all->workers[i]);
	all->first.from = all->first.until = all->first.at = USEC_NONE;
	if (!all->opened)
		return rc;
	all->opened = l->given_up = false;
	if (all->failed) {
		*e = all->e;
		return -1;
	}
	/* What one window left to the next must have come there. */
	for (size_t i = 0; i < all->n_beyond; i++)
		all->distrusted |= !idset_has(&all->seen, all->beyond[i]);
	rc = 0;
	for (struct window *w = all->first.next; w && rc == 0; w = w->next)
		rc = hand_on(l, w, e);
	return rc == 0 && all->distrusted ? 1 : rc;
}
