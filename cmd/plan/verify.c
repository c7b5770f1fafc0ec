#include "verify.h"

#include <inttypes.h>

#include "pair.h"
#include "util/buf.h"
#include "util/stream.h"
#include "util/text.h"

#define LINE_BYTES 65536

struct drift {
	const char *row_id, *page_id;
	const struct record *row, *page;
	const char *what;
	unsigned fields;
};

struct comparison {
	const struct human *human;
	struct stream_writer out;
	uint64_t pairs, drift;
	struct error *e;
	int rc;
};

static void write_drift(struct comparison *c, const struct drift *d)
{
	json *line = stream_line("drift");

	json_put_str(line, "row_id", d->row_id);
	json_put_str(line, "page_id", d->page_id);
	json_put_str(line, "what", d->what);
	json_put(line, "fields", fields_json(d->fields));
	c->rc = stream_write(&c->out, line, c->e);
}

static void show_value(
	const struct comparison *c, enum field f, const struct record *r)
{
	struct buf line = BUF_INIT(LINE_BYTES);

	buf_addf(&line, "    %-9s %-8s ",
		r->side == SUPABASE ? field_name(f) : "", side_title(r->side));
	if (text_is_empty(r->is.value[f]))
		buf_adds(&line, "(empty)");
	else
		text_show(&line, r->is.value[f], c->human->columns - 25);
	text_put(c->human->out, buf_str(&line));
	putc('\n', c->human->out);
	buf_fini(&line);
}

static void show_drift(const struct comparison *c, const struct drift *d)
{
	fprintf(c->human->out, "%s: row ", d->what);
	text_put(c->human->out, d->row_id ? d->row_id : "none");
	fputs(", page ", c->human->out);
	text_put(c->human->out, d->page_id ? d->page_id : "none");
	putc('\n', c->human->out);
	for (enum field f = 0; d->row && d->page && f < FIELDS; f++) {
		if (!(d->fields & FIELD_BIT(f)))
			continue;
		show_value(c, f, d->row);
		show_value(c, f, d->page);
	}
}

static void report(struct comparison *c, const struct drift *d)
{
	c->drift++;
	if (c->rc < 0)
		return;
	if (c->human)
		show_drift(c, d);
	else
		write_drift(c, d);
}

static void check_pair(struct comparison *c, const struct record *row,
	const struct record *page)
{
	struct drift d = {
		.row_id = row->id, .page_id = page->id, .row = row, .page = page
	};

	c->pairs++;
	if (row->deleted && (page->deleted || page->state))
		return;
	if (page->state)
		d.what = "the page is gone";
	else if (row->deleted)
		d.what = "only the row is deleted";
	else if (page->deleted)
		d.what = "only the page is deleted";
	else if ((d.fields = decision_diff(&row->is, &page->is)))
		d.what = "different";
	if (d.what && page->paused)
		d.what = "the page is paused";
	if (d.what)
		report(c, &d);
}

static void check_row(struct comparison *c, const struct half *row)
{
	const struct record *r = row->record;
	struct drift d = { .row_id = r->id, .page_id = r->link, .row = r };

	if (row->held)
		return;
	if (row->partner) {
		check_pair(c, r, row->partner->record);
		return;
	}
	if (r->deleted && !row->doubled)
		return;
	d.what = row->doubled ? "the page has several rows" : "no page";
	report(c, &d);
}

static void check_all(
	struct comparison *c, const struct sides *w, const struct pairing *p)
{
	for (size_t i = 0; i < w->n_trouble; i++) {
		struct drift d = { .row_id = w->trouble[i].row_id,
			.page_id = w->trouble[i].page_id,
			.what = "unreadable" };

		report(c, &d);
	}
	for (size_t i = 0; i < p->n[SUPABASE]; i++)
		check_row(c, &p->of[SUPABASE][i]);
	for (size_t i = 0; i < p->n[NOTION]; i++) {
		const struct record *page = p->of[NOTION][i].record;
		struct drift d = {
			.page_id = page->id, .page = page, .what = "no row"
		};

		if (is_free_page(&p->of[NOTION][i]))
			report(c, &d);
	}
}

static int put_end(struct comparison *c)
{
	json *end;

	if (c->human) {
		fprintf(c->human->out,
			"drift: %" PRIu64 ", of %" PRIu64 " pairs\n", c->drift,
			c->pairs);
		return 0;
	}
	end = stream_line("end");
	json_put_int(end, "drift", (int64_t)c->drift);
	json_put_int(end, "pairs", (int64_t)c->pairs);
	return stream_write_end(&c->out, end, true, c->e);
}

int verify(const struct sides *w, const struct base *base,
	const struct human *human, struct error *e)
{
	struct comparison c = { .human = human, .e = e };
	struct lines lines;
	struct pairing pairing;

	stream_writer_init(&c.out, stdout);
	if (!human)
		c.rc = stream_write(&c.out, stream_head("verify"), e);
	lines_init(&lines, base);
	pairing_init(&pairing, w, &lines, MATCH_NONE);
	check_all(&c, w, &pairing);
	if (c.rc == 0)
		c.rc = put_end(&c);
	if (c.rc == 0 && !human)
		info("drift: %" PRIu64 ", of %" PRIu64 " pairs", c.drift,
			c.pairs);
	pairing_fini(&pairing);
	lines_fini(&lines);
	stream_writer_fini(&c.out);
	if (c.rc < 0)
		return -1;
	return c.drift ? RC_ATTENTION : RC_DONE;
}
