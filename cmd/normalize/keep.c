#include "keep.h"

#include <string.h>

#define RECORD "{\"kind\":\"record\","
#define KEPT "\"kept\":true,"

static int refuse(const struct keep *k, struct error *e, const char *why)
{
	return fail(e, RC_STREAM,
		"%s: %s: read in full, with notion-fetch --full absence",
		k->path, why);
}

/* The stream rests on the snapshot with the id in its head. */
static int check_id(const struct keep *k, const char *id, struct error *e)
{
	struct snapshot_reader r;
	int got = snapshot_open(&r, k->path, e);

	if (got == 0)
		refuse(k, e, "the snapshot of this listing is gone");
	else if (got > 0 && strcmp(snapshot_id(&r), id) != 0)
		got = refuse(k, e, "this listing rests on another snapshot");
	snapshot_close(&r);
	return got > 0 ? 0 : -1;
}

/* Without a new one, the old one stays, and is as good as it was. */
static void give_up(struct keep *k, const char *why)
{
	warning("no new snapshot is kept, and the next run reads more: %s",
		why);
	snapshot_abort(&k->writer);
	k->writing = false;
}

int keep_begin(struct keep *k, json *head, struct error *e)
{
	struct error why;
	const json *reading = json_get(head, "reading");
	const char *id = json_str(reading, "snapshot");

	/* One by hand, which says nothing of how it was read. */
	if (!k->path || !json_is_object(reading))
		return 0;
	if (id) {
		if (check_id(k, id, e) < 0)
			return -1;
		k->completes = true;
		json_put_str(head, "mode", "snapshot");
	}
	k->writing = true;
	if (snapshot_begin(&k->writer, k->path, head, &why) < 0)
		give_up(k, why.text);
	return 0;
}

static void write_line(struct keep *k, const char *text, size_t len)
{
	struct error why;

	if (k->writing && snapshot_add(&k->writer, text, len, &why) < 0)
		give_up(k, why.text);
}

void keep_line(
	struct keep *k, const char *page_id, const char *text, size_t len)
{
	if (k->completes && page_id)
		idset_add(&k->listed, page_id);
	if (page_id)
		write_line(k, text, len);
	else if (k->writing)
		give_up(k, "a page has no id that can be read");
}

static void count(struct counts *totals, const struct snapshot_line *line)
{
	switch (line->kind) {
	case KEPT_LIVE:
		totals->state[NOTION][COUNT_LIVE]++;
		break;
	case KEPT_DELETED:
		totals->state[NOTION][COUNT_DELETED]++;
		break;
	case KEPT_MISSING:
		totals->state[NOTION][strstr(line->text, "\"state\":\"moved\"")
					      ? COUNT_MOVED
					      : COUNT_UNREACHABLE]++;
		break;
	default:
		totals->problems++;
		return;
	}
	totals->records++;
}

/* The line, and in it that it was kept. */
static int pass_on(struct stream_writer *out, const struct snapshot_line *line,
	struct error *e)
{
	static const size_t kind = sizeof RECORD - 1;

	if (strncmp(line->text, RECORD, kind) != 0)
		return stream_write_text(out, "", 0, line->text, line->len, e);
	return stream_write_text(out, RECORD KEPT, sizeof RECORD KEPT - 1,
		line->text + kind, line->len - kind, e);
}

static int take(struct keep *k, const struct snapshot_line *line,
	struct stream_writer *out, struct counts *totals, struct error *e)
{
	if (idset_has(&k->listed, line->page_id))
		return 0;
	count(totals, line);
	write_line(k, line->text, line->len);
	return pass_on(out, line, e);
}

int keep_complete(struct keep *k, struct stream_writer *out,
	struct counts *totals, struct error *e)
{
	struct snapshot_reader r;
	struct snapshot_line line;
	int got;

	if (!k->completes)
		return 0;
	got = snapshot_open(&r, k->path, e);
	if (got == 0)
		got = refuse(k, e, "the snapshot of this listing is gone");
	while (got > 0 && (got = snapshot_next(&r, &line, e)) > 0)
		if (take(k, &line, out, totals, e) < 0)
			got = -1;
	snapshot_close(&r);
	return got;
}

const char *keep_id(const struct keep *k)
{
	return k->writing ? k->writer.id : NULL;
}

void keep_commit(struct keep *k)
{
	struct error why;

	if (k->writing && snapshot_commit(&k->writer, &why) < 0)
		give_up(k, why.text);
	k->writing = false;
}

void keep_fini(struct keep *k)
{
	snapshot_abort(&k->writer);
	idset_fini(&k->listed);
}
