#include "setup.h"

#include <string.h>

#define ROUNDS 4

static int look(struct setup *s, struct error *e)
{
	json *object;

	if (notion_data_source_get(&s->client, s->source, &object, e) < 0)
		return -1;
	if (!s->before) {
		s->before = json_copy(object);
		notion_shape_read(&s->found, s->before, &s->wish);
	}
	json_free(s->now);
	s->now = object;
	notion_shape_fini(&s->shape);
	notion_shape_read(&s->shape, s->now, &s->wish);
	return 0;
}

/* A repeat would undo an edit of the list of options made meanwhile. */
static int is_other_now(void *arg)
{
	struct setup *s = arg;
	struct error ignored;
	json *object;
	int other;

	if (notion_data_source_get(&s->client, s->source, &object, &ignored) <
		0)
		return 1;
	other = !json_equal(
		json_get(object, "properties"), json_get(s->now, "properties"));
	json_free(object);
	return other;
}

/* 0 where reading again will show the outcome. */
static int change(struct setup *s, struct error *e)
{
	json *body = notion_shape_change(&s->shape, s->now);
	struct api_error a;
	int rc = notion_data_source_patch(
		&s->client, s->source, body, is_other_now, s, &a);

	json_free(body);
	s->changes++;
	if (rc == 0 || a.action == API_CHANGED || a.outcome_unknown)
		return 0;
	if (a.action == API_BAD_RECORD)
		a.action = API_CONFIG;
	return api_fail(&a, e, "Notion, changing the properties");
}

int setup_ensure(struct setup *s, struct error *e)
{
	for (int round = 0; round < ROUNDS; round++) {
		if (look(s, e) < 0 ||
			notion_shape_fault(&s->shape, s->now, e) < 0)
			return -1;
		if (s->shape.due == 0)
			return notion_shape_kept(s->before, s->now, e);
		if (s->check)
			return 0;
		if (change(s, e) < 0)
			return -1;
	}
	return fail(e, RC_TEMPORARY,
		"Notion doesn't show the changed properties of data source %s "
		"yet: check again in a minute with notion-setup --check",
		s->source);
}

bool setup_is_ready(const struct setup *s)
{
	return s->now && s->shape.due == 0 && s->shape.wrong == 0;
}
