/*
 * Single pages: reading one, and what happens when it can't be read. A failure
 * of one page is not a failure of the run as long as Notion still answers other
 * requests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/problem.h"

#include "fetch.h"

/* After so many failures in a row, each further page is tried only once. */
#define PATIENCE 3

static int write_problem(struct fetch *f, const char *id, const char *code,
	const char *detail, struct error *e)
{
	json *line = stream_line("problem");

	warning("Notion, page %s: %s; skipping it and continuing with the "
		"others",
		*id ? id : "without a readable id", detail);
	json_put_str(line, "page_id", *id ? id : NULL);
	json_put_str(line, "code", code);
	json_put_str(line, "detail", detail);
	return stream_write(&f->out, line, e);
}

/* 0: Notion answers, so the failure concerns that page alone. */
static int probe(struct fetch *f, const char *id, struct error *e)
{
	struct api_error a;
	char what[128];
	json *me;

	if (notion_me(&f->client, &me, &a) < 0) {
		snprintf(what, sizeof what,
			"Notion, our own user, asked for after page %s failed",
			id);
		return api_fail(&a, e, what);
	}
	json_free(me);
	return 0;
}

/*
 * A page failed for good: writes a problem line where Notion still answers
 * other requests; otherwise, and where the answer is about the connection
 * itself, ends the run.
 */
static int blame_page(struct fetch *f, const char *id,
	const struct api_error *failure, struct error *e)
{
	struct problem p;
	char what[96];

	if (failure->action == API_STOPPED || failure->action == API_OUTAGE) {
		snprintf(what, sizeof what, "Notion, page %s", id);
		return api_fail(failure, e, what);
	}
	if (failure->action != API_BAD_RECORD && probe(f, id, e) < 0)
		return -1;
	f->failed_in_a_row++;
	problem(&p, "unread", "%.180s (HTTP %d, %.40s)", failure->message,
		failure->status, failure->code);
	return write_problem(f, id, p.code, p.detail, e);
}

static int read_page(struct fetch *f, const char *id, enum notion_place *place,
	json **page, struct api_error *a)
{
	long retries = f->client.api.retries;
	int rc;

	if (f->failed_in_a_row >= PATIENCE)
		f->client.api.retries = 0;
	rc = notion_page_get(
		&f->client, id, f->data_source, &f->schema, place, page, a);
	f->client.api.retries = retries;
	if (rc == 0)
		f->failed_in_a_row = 0;
	return rc;
}

/*
 * Notion accepts only UUIDs of RFC 9562: a known version, and the variant of
 * that document. So a page can't have any other id.
 */
static bool is_possible_id(const char *id)
{
	return strchr("12345678", id[14]) && strchr("89ab", id[19]);
}

int fetch_look_up(struct fetch *f, const char *id, enum notion_place *place,
	json **page, struct error *e)
{
	struct api_error a;

	if (read_page(f, id, place, page, &a) == 0)
		return 1;
	if (a.action != API_BAD_RECORD || is_possible_id(id))
		return blame_page(f, id, &a, e);
	info("Notion, page %s: %s", id, a.message);
	*place = NOTION_UNREACHABLE;
	*page = NULL;
	return 1;
}

int fetch_write_page(struct fetch *f, json *take_page, struct error *e)
{
	const char *text = json_str(take_page, "id");
	char id[UUID_SIZE] = "";
	struct api_error a;
	json *line;
	int rc;

	if (text && uuid_normalize(text, id) == 0 &&
		!idset_add(&f->written, id)) {
		json_free(take_page);
		return 0;
	}
	if (notion_complete_title(&f->client, take_page, &f->schema, &a) < 0) {
		json_free(take_page);
		return blame_page(f, id, &a, e);
	}
	line = stream_line("page");
	json_put(line, "page", take_page);
	rc = stream_write(&f->out, line, e);
	if (rc == 0 || e->code != RC_STREAM)
		return rc;
	return write_problem(
		f, id, "poison", "the page is too large for a record", e);
}

static int write_missing(struct fetch *f, const char *id,
	enum notion_place place, struct error *e)
{
	json *line = stream_line("missing");

	idset_add(&f->written, id);
	json_put_str(line, "page_id", id);
	json_put_str(
		line, "state", place == NOTION_MOVED ? "moved" : "unreachable");
	return stream_write(&f->out, line, e);
}

int fetch_write_looked_up(struct fetch *f, const char *id, struct error *e)
{
	enum notion_place place;
	json *page;
	int found;

	if (idset_has(&f->written, id))
		return 0;
	found = fetch_look_up(f, id, &place, &page, e);
	if (found <= 0)
		return found;
	if (page)
		return fetch_write_page(f, page, e);
	return write_missing(f, id, place, e);
}
