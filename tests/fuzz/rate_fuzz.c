/*
 * The file in which programs share their budget of requests: net/rate.h. The
 * part "file" is what stands in it (where a line begins "0 here", it is of this
 * boot), "budget" the budget, and "acts" what happens, a character each:
 *   t  two programs ask in turn for a request, and it is answered at once
 *   o  one asks, and its answer comes later
 *   a  the answer to the oldest one without comes
 *   h  the service asks for a pause of a second, H for one of this run alone
 *   .  a second goes by, and : nineteen
 * Whatever stood there, a few waits are enough, none is longer than a pause may
 * be, no minute has more requests than the budget, and what one program counts
 * the other one knows.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "net/rate.h"

#define BOOT "here"
#define ACTS_MAX 60
#define BUDGETS 6
#define HOLD_MAX (24 * 60 * USEC_MINUTE)
#define BEGIN (1000 * USEC_MINUTE)

struct world {
	struct rate of[2]; /* two programs, one file */
	int turn;
	usec now;
	usec sent[ACTS_MAX]; /* without an answer, all of program 0 */
	usec at[ACTS_MAX];   /* when they were sent, by this world's clock */
	size_t n_sent;
	usec counted[ACTS_MAX]; /* when what this world sent was answered */
	size_t n;
	size_t budget;
	bool here; /* a pause of program 0 alone */
};

static void begin(struct world *w, const char *path, size_t budget)
{
	*w = (struct world){ .now = BEGIN, .budget = budget };
	for (int i = 0; i < 2; i++) {
		rate_init(&w->of[i], budget, path);
		snprintf(w->of[i].boot, RATE_BOOT_SIZE, BOOT);
	}
}

/*
 * Of those that this world sent: what the file says may be more. One without an
 * answer for over a minute is known to its own program alone.
 */
static void must_be_in_budget(const struct world *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n_sent; i++)
		n += w->at[i] > w->now - USEC_MINUTE;
	for (size_t i = 0; i < w->n; i++)
		n += w->counted[i] > w->now - USEC_MINUTE;
	must(w->budget == 0 || n <= w->budget);
}

static usec ask(struct world *w, int who, usec *sent)
{
	bool paused;
	usec left = rate_take(&w->of[who], w->now, sent, &paused);

	must(left >= 0 || (w->here && who == 0));
	must(paused || left <= USEC_MINUTE);
	must(left <= HOLD_MAX);
	/* The times of the file may be a little ahead of this clock. */
	must(left != 0 || (*sent >= w->now && *sent <= w->now + USEC_MINUTE));
	must(w->of[who].n <= 10000);
	return left;
}

static void count(struct world *w)
{
	w->counted[w->n++] = w->now;
	must_be_in_budget(w);
}

/* Who is told to wait, and waits, may send, or is told of another wait. */
static void take(struct world *w)
{
	int who = w->turn;
	usec sent, left;

	w->turn = !w->turn;
	for (int tries = 0;; tries++) {
		left = ask(w, who, &sent);
		if (left <= 0)
			break;
		/* For a pause, for what was ahead of the clock, and the rest.
		 */
		must(tries <= 4);
		if (w->n_sent > 0 && left <= USEC_SECOND)
			return; /* it may be for an answer */
		w->now += left;
	}
	if (left < 0)
		return;
	rate_done(&w->of[who], sent, w->now);
	count(w);
}

static void take_open(struct world *w)
{
	usec sent;

	if (ask(w, 0, &sent) != 0)
		return;
	w->at[w->n_sent] = w->now;
	w->sent[w->n_sent++] = sent;
	must_be_in_budget(w);
}

static void answer(struct world *w)
{
	bool late = w->n_sent > 0 && w->at[0] <= w->now - USEC_MINUTE;

	if (w->n_sent == 0)
		return;
	rate_done(&w->of[0], w->sent[0], w->now);
	w->n_sent--;
	memmove(w->sent, w->sent + 1, w->n_sent * sizeof *w->sent);
	memmove(w->at, w->at + 1, w->n_sent * sizeof *w->at);
	if (!late)
		count(w);
}

static void act(struct world *w, char what)
{
	switch (what) {
	case 't':
		take(w);
		break;
	case 'o':
		take_open(w);
		break;
	case 'a':
		answer(w);
		break;
	case 'h':
		rate_hold(&w->of[1], w->now, w->now + USEC_SECOND, false);
		break;
	case 'H':
		rate_hold(&w->of[0], w->now, w->now + USEC_SECOND, true);
		w->here = true;
		break;
	case '.':
		w->now += USEC_SECOND;
		break;
	case ':':
		w->now += 19 * USEC_SECOND;
		break;
	default:
		break;
	}
}

/* What one program has counted, the other finds in the file. */
static void must_share(struct world *w)
{
	usec sent;
	bool paused;

	if (rate_take(&w->of[0], w->now, &sent, &paused) != 0)
		return;
	rate_done(&w->of[0], sent, w->now);
	(void)rate_take(&w->of[1], w->now, &sent, &paused);
	must(w->budget == 0 || w->of[1].n >= w->of[0].n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct part file = fuzz_part(data, size, "file");
	struct part acts = fuzz_part(data, size, "acts");
	struct part budget = fuzz_part(data, size, "budget");
	char *path = fuzz_file("rate", file.text, file.len);
	struct world w;

	begin(&w, path, budget.len ? (unsigned char)*budget.text % BUDGETS : 3);
	for (size_t i = 0; i < acts.len && i < ACTS_MAX; i++)
		act(&w, acts.text[i]);
	must_share(&w);
	for (int i = 0; i < 2; i++)
		rate_fini(&w.of[i]);
	free(path);
	return 0;
}
