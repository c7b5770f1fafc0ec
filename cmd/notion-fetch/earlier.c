#include <stdlib.h>
#include <string.h>

#include "fetch.h"
#include "util/alloc.h"

static int take_time(const json *object, const char *key, usec *t)
{
	const char *text = json_str(object, key);

	return text ? time_parse(text, t) : -1;
}

static int take_head(struct earlier *s, const struct snapshot_reader *r)
{
	const json *head = snapshot_fetch_head(r);
	const json *reading = json_get(head, "reading");

	if (uuid_normalize(snapshot_id(r), s->id) < 0 ||
		take_time(head, "at", &s->at) < 0 ||
		take_time(reading, "began_at", &s->began_at) < 0 ||
		take_time(reading, "asked_at", &s->asked_at) < 0 ||
		take_time(reading, "full_at", &s->full_at) < 0)
		return -1;
	s->head = json_copy(head);
	return 0;
}

static void take_line(struct earlier *s, const struct snapshot_line *line)
{
	s->pages += line->kind != KEPT_MISSING;
	switch (line->kind) {
	case KEPT_LIVE:
		idset_add(&s->live, line->page_id);
		break;
	case KEPT_DELETED:
		idset_add(&s->deleted, line->page_id);
		break;
	case KEPT_UNREAD:
		s->unread = grow(s->unread, s->n_unread, &s->unread_cap,
			sizeof *s->unread);
		memcpy(s->unread[s->n_unread++], line->page_id, UUID_SIZE);
		break;
	default:
		idset_add(&s->other, line->page_id);
	}
}

static int read_all(
	struct earlier *s, struct snapshot_reader *r, struct error *e)
{
	struct snapshot_line line;
	int got;

	if (take_head(s, r) < 0)
		return fail(e, RC_STREAM, "%s: its head lacks what it needs",
			r->path);
	while ((got = snapshot_next(r, &line, e)) > 0)
		take_line(s, &line);
	return got;
}

void earlier_load(struct earlier *s, const char *file)
{
	struct snapshot_reader r;
	struct error e;
	int got = snapshot_open(&r, file, &e);

	*s = (struct earlier){ .state = SNAPSHOT_NONE };
	if (got > 0 && read_all(s, &r, &e) == 0) {
		s->state = SNAPSHOT_WHOLE;
	} else if (got != 0) {
		earlier_fini(s);
		s->state = SNAPSHOT_DAMAGED;
		debug("%s", e.text);
	}
	snapshot_close(&r);
}

void earlier_fini(struct earlier *s)
{
	json_free(s->head);
	idset_fini(&s->live);
	idset_fini(&s->deleted);
	idset_fini(&s->other);
	free(s->unread);
	*s = (struct earlier){ 0 };
}
