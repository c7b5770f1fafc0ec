#include "guesses.h"

void guesses_init(struct guesses *g)
{
	*g = (struct guesses){ .since = USEC_NONE };
}

bool guess_refuse(struct guesses *g, const char *text, struct answer *a)
{
	usec now = time_monotonic();
	bool is_first;

	if (g->since == USEC_NONE || now - g->since > USEC_MINUTE)
		*g = (struct guesses){ .since = now };
	if (g->wrong >= GUESSES_MAX) {
		answer_text(a, 429, "too many wrong attempts: wait a minute");
		a->retry = 60;
		is_first = !g->told;
		g->told = true;
		return is_first;
	}
	g->wrong++;
	answer_text(a, 401, text);
	return true;
}
