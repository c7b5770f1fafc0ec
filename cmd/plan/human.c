/*
 * The plan as people want to read it: what is in doubt first, then what goes
 * away, what changes, what is new; the bookkeeping in a line; and what is left
 * alone, with the way out.
 */
#include <string.h>

#include "output.h"
#include "util/buf.h"
#include "util/text.h"

#define LINES_MAX 20 /* ops shown of one section */
#define LINE_BYTES 65536

#define BOLD "\033[1m"
#define RED "\033[1;31m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

struct page_out {
	const struct plan *plan;
	const struct human *h;
	struct totals totals;
};

static void put_colour(const struct page_out *o, const char *colour)
{
	if (o->h->colour)
		fputs(colour, o->h->out);
}

/* One line from what the buffer holds, made safe for a terminal; emptied. */
static void put_line(const struct page_out *o, struct buf *line)
{
	text_put(o->h->out, buf_str(line));
	putc('\n', o->h->out);
	buf_reset(line);
}

static size_t room(const struct page_out *o, size_t used)
{
	return o->h->columns > used + 20 ? o->h->columns - used : 20;
}

/* A sentence, which may quote a record: wrapped at words and indented. */
static void put_wrapped(
	const struct page_out *o, const char *sentence, size_t indent)
{
	size_t width = room(o, indent);
	struct buf line = BUF_INIT(LINE_BYTES), safe = BUF_INIT(LINE_BYTES);
	const char *s;

	text_show(&safe, sentence, 0);
	s = buf_str(&safe);
	while (*s) {
		size_t len = strlen(s), cut = len;

		if (len > width) {
			for (cut = width; cut > 0 && s[cut] != ' '; cut--)
				;
			if (cut == 0)
				cut = strcspn(s, " ");
		}
		buf_addf(&line, "%*s", (int)indent, "");
		buf_add(&line, s, cut);
		put_line(o, &line);
		s += cut;
		s += strspn(s, " ");
	}
	buf_fini(&safe);
	buf_fini(&line);
}

/* --- the parts of a line -------------------------------------------------- */

static const struct record *either(const struct planned_op *op)
{
	return op->row ? op->row : op->page;
}

/* Which record an op is about, in at most `columns`. */
static void add_title(
	struct buf *line, const struct planned_op *op, size_t columns)
{
	const struct record *r = either(op);
	const char *title = r ? r->is.value[FIELD_DECISION] : NULL;

	if (!text_is_empty(title))
		text_show(line, title, columns);
	else if (r)
		buf_addf(line, "(empty) %s", r->id);
	else
		buf_addf(line, "%s %s", op->row_id ? "row" : "page",
			op->row_id    ? op->row_id
			: op->page_id ? op->page_id
				      : "without an id");
}

static void add_value(struct buf *line, const char *value, size_t columns)
{
	if (text_is_empty(value))
		buf_adds(line, "(empty)");
	else
		text_show(line, value, columns);
}

static void put_title(
	const struct page_out *o, const struct planned_op *op, const char *lead)
{
	struct buf line = BUF_INIT(LINE_BYTES);

	buf_addf(&line, "  %s", lead);
	add_title(&line, op, room(o, strlen(lead) + 2));
	put_line(o, &line);
	buf_fini(&line);
}

/* A short value beside the other, two long ones below each other. */
static void put_change(const struct page_out *o, enum field f, const char *old,
	const char *new)
{
	size_t width = room(o, 21) / 2;
	struct buf line = BUF_INIT(LINE_BYTES), show = BUF_INIT(LINE_BYTES);
	bool narrow;

	narrow = text_show(&show, old, 0) <= width &&
		 (buf_reset(&show), text_show(&show, new, 0) <= width);
	buf_addf(&line, "      %-9s ", field_name(f));
	add_value(&line, old, narrow ? 0 : room(o, 16));
	if (!narrow) {
		put_line(o, &line);
		buf_addf(&line, "      %7s ", "");
	}
	buf_adds(&line, narrow ? " → " : "→ ");
	add_value(&line, new, narrow ? 0 : room(o, 16));
	put_line(o, &line);
	buf_fini(&show);
	buf_fini(&line);
}

static const struct record *written(const struct planned_op *op)
{
	return op->target == TARGET_NOTION ? op->page : op->row;
}

static const char *place(const struct planned_op *op)
{
	return op->target == TARGET_NOTION ? "Notion" : "Supabase";
}

/* --- an op of each section ------------------------------------------------ */

static void show_conflict_value(const struct page_out *o,
	const struct planned_op *op, enum field f, enum side s)
{
	const struct record *r = s == SUPABASE ? op->row : op->page;
	const char *at = r->edited_at ? r->edited_at : "no time";
	bool wins = op->conflict & FIELD_BIT(f) && !op->undecided &&
		    op->winner == s;
	struct buf line = BUF_INIT(LINE_BYTES);

	buf_addf(&line, "      %-9s %-8s ", s == SUPABASE ? field_name(f) : "",
		side_title(s));
	add_value(&line, r->is.value[f], room(o, 54));
	buf_addf(&line, "  (%.16s)%s", at, wins ? "  wins" : "");
	put_line(o, &line);
	buf_fini(&line);
}

static const char *why_by_time(const struct planned_op *op)
{
	usec row = op->row->edited, page = op->page->edited;

	/* A tie is Supabase's, so the sides swapped still give Supabase. */
	if (op->winner == SUPABASE && later_edit(op->page, op->row) == SUPABASE)
		return "both were edited in the same minute";
	return row == USEC_NONE || page == USEC_NONE
		       ? "the other edit has no time"
		       : "its edit is the later one";
}

static void show_why(const struct page_out *o, const struct planned_op *op)
{
	const char *rule = conflict_rule_name(o->plan->policy->conflict);

	if (op->undecided)
		put_wrapped(o, op->reason, 6);
	else if (o->plan->policy->conflict != RULE_NEWER)
		fprintf(o->h->out, "      %s wins, by --conflict %s\n",
			side_title(op->winner), rule);
	else
		fprintf(o->h->out, "      %s wins: %s\n",
			side_title(op->winner), why_by_time(op));
}

static void show_conflict(const struct page_out *o, const struct planned_op *op)
{
	put_title(o, op, "");
	for (enum field f = 0; f < FIELDS; f++) {
		if (!(op->conflict & FIELD_BIT(f)))
			continue;
		show_conflict_value(o, op, f, SUPABASE);
		show_conflict_value(o, op, f, NOTION);
	}
	show_why(o, op);
}

/* Both contents of a pair that its decision has joined. */
static void show_meeting(const struct page_out *o, const struct planned_op *op)
{
	struct buf line = BUF_INIT(LINE_BYTES);

	put_title(o, op, "");
	for (enum field f = 0; f < FIELDS; f++) {
		const char *row = op->row->is.value[f],
			   *page = op->page->is.value[f];

		if (!field_equal(f, row, page)) {
			show_conflict_value(o, op, f, SUPABASE);
			show_conflict_value(o, op, f, NOTION);
		} else if (f != FIELD_DECISION) {
			buf_addf(&line, "      %-9s both     ", field_name(f));
			add_value(&line, row, room(o, 25));
			put_line(o, &line);
		}
	}
	buf_fini(&line);
	if (op->conflict)
		show_why(o, op);
	else
		put_wrapped(o, op->reason, 6);
}

static void show_delete(const struct page_out *o, const struct planned_op *op)
{
	put_title(
		o, op, op->target == TARGET_NOTION ? "Notion   " : "Supabase ");
	put_wrapped(o, op->reason, 11);
}

static void show_change(const struct page_out *o, const struct planned_op *op)
{
	const struct record *r = written(op);

	put_title(
		o, op, op->target == TARGET_NOTION ? "Notion   " : "Supabase ");
	for (enum field f = 0; f < FIELDS; f++)
		if (op->fields & FIELD_BIT(f) && r)
			put_change(o, f, r->is.value[f], op->set.value[f]);
	if (op->kind == OP_RESTORE)
		put_wrapped(o, "taken out of the trash", 6);
	put_wrapped(o, op->reason, 6);
}

static void show_create(const struct page_out *o, const struct planned_op *op)
{
	const char *type = op->set.value[FIELD_TYPE],
		   *date = op->set.value[FIELD_DATE];
	struct buf line = BUF_INIT(LINE_BYTES);

	buf_addf(&line, "  %-8s ", place(op));
	add_title(&line, op,
		room(o, 11 + (text_is_empty(type) ? 0 : 22) + (date ? 12 : 0)));
	if (!text_is_empty(type)) {
		buf_adds(&line, "  ");
		text_show(&line, type, 20);
	}
	if (date)
		buf_addf(&line, "  %s", date);
	put_line(o, &line);
	buf_fini(&line);
}

static void show_skip(const struct page_out *o, const struct planned_op *op)
{
	char lead[20];

	snprintf(lead, sizeof lead, "%-12s ", op->code);
	put_title(o, op, lead);
	put_wrapped(o, op->reason, 6);
}

/* What would be done, with the id by which it is approved. */
static void show_waiting(const struct page_out *o, const struct planned_op *op)
{
	enum side to = op->would_target == TARGET_NOTION ? NOTION : SUPABASE;
	const struct record *r = to == NOTION ? op->page : op->row;
	char lead[60];

	snprintf(lead, sizeof lead, "%-8s %s in %s  ", op->code,
		op_kind_name(op->would), side_title(to));
	put_title(o, op, lead);
	for (enum field f = 0; f < FIELDS; f++)
		if (op->fields & FIELD_BIT(f) && r)
			put_change(o, f, r->is.value[f], op->set.value[f]);
	put_wrapped(o, op->reason, 6);
	fprintf(o->h->out, "      %s %s\n", op->row_id ? "row" : "page",
		op->row_id ? op->row_id : op->page_id);
}

/* --- the sections --------------------------------------------------------- */

static bool is_conflict(const struct planned_op *op)
{
	return op->conflict != 0 && !op->match && !op->resolved;
}

static bool is_meeting(const struct planned_op *op)
{
	return op->meets;
}

static bool is_delete(const struct planned_op *op)
{
	return op->kind == OP_TRASH;
}

static bool is_change(const struct planned_op *op)
{
	return (op->kind == OP_UPDATE || op->kind == OP_RESTORE) && !op->match;
}

static bool is_create(const struct planned_op *op)
{
	return op->kind == OP_CREATE;
}

static bool is_waiting(const struct planned_op *op)
{
	return op->waits;
}

static bool is_skip(const struct planned_op *op)
{
	return op->kind == OP_SKIP && !op->conflict && !op->meets && !op->waits;
}

struct section {
	const char *title;
	const char *colour;
	bool (*holds)(const struct planned_op *op);
	void (*show)(const struct page_out *o, const struct planned_op *op);
	bool whole; /* not cut: each is to be looked at */
};

static void show_section(const struct page_out *o, const struct section *s)
{
	const struct op_list *ops = o->plan->ops;
	size_t n = 0;

	for (size_t i = 0; i < ops->n; i++)
		n += s->holds(&ops->at[i]);
	if (n == 0)
		return;
	put_colour(o, s->colour);
	fprintf(o->h->out, "\n%s (%zu)", s->title, n);
	put_colour(o, o->h->colour ? PLAIN : "");
	putc('\n', o->h->out);
	for (size_t i = 0, shown = 0; i < ops->n; i++)
		if (s->holds(&ops->at[i]) && (shown++ < LINES_MAX || s->whole))
			s->show(o, &ops->at[i]);
	if (n > LINES_MAX && !s->whole)
		fprintf(o->h->out,
			"  … and %zu more (plan without --human lists them "
			"all)\n",
			n - LINES_MAX);
}

static void show_blocked(const struct page_out *o)
{
	const struct guards *g = o->plan->guards;
	char command[PLAN_TEXT];

	for (enum guard i = 0; i < GUARDS; i++) {
		if (!guard_blocks(g, i))
			continue;
		put_colour(o, RED);
		fprintf(o->h->out, "\nBLOCKED by %s", guard_name(i));
		put_colour(o, PLAIN);
		putc('\n', o->h->out);
		put_wrapped(o, g->seen[i], 2);
	}
	if (plan_changed(o->plan, command, sizeof command)) {
		put_colour(o, RED);
		fputs("\nNOT THE PLAN THAT WAS SEEN", o->h->out);
		put_colour(o, PLAIN);
		putc('\n', o->h->out);
		put_wrapped(o, command, 2);
	}
	if (!guards_block(g))
		return;
	plan_way_on(o->plan, command, sizeof command);
	fputs("If that is right:    ", o->h->out);
	text_put(o->h->out, command);
	putc('\n', o->h->out);
	if (!plan_way_singly(o->plan, command, sizeof command))
		return;
	fputs("If some of it is:    ", o->h->out);
	text_put(o->h->out, command);
	putc('\n', o->h->out);
}

static void add_counts(struct buf *line, const struct page_out *o,
	const char *name, enum op_target t)
{
	const size_t *n = o->totals.count[t];

	buf_addf(line, "%s: create %zu, update %zu, trash %zu", name,
		n[OP_CREATE], n[OP_UPDATE], n[OP_TRASH]);
	if (n[OP_RESTORE])
		buf_addf(line, ", restore %zu", n[OP_RESTORE]);
}

/* Both sides in a line where the terminal is wide enough. */
static void show_headline(const struct page_out *o)
{
	struct buf notion = BUF_INIT(LINE_BYTES),
		   supabase = BUF_INIT(LINE_BYTES);
	bool wide;

	add_counts(&notion, o, "Notion", TARGET_NOTION);
	add_counts(&supabase, o, "Supabase", TARGET_SUPABASE);
	wide = notion.len + 3 + supabase.len <= o->h->columns;
	put_colour(o, BOLD);
	fprintf(o->h->out, "%s%s%s", buf_str(&notion), wide ? " · " : "\n",
		buf_str(&supabase));
	put_colour(o, PLAIN);
	putc('\n', o->h->out);
	buf_fini(&notion);
	buf_fini(&supabase);
}

static void show_bookkeeping(const struct page_out *o)
{
	size_t links = o->totals.count[TARGET_SUPABASE][OP_LINK];
	size_t stamps = o->totals.count[TARGET_NOTION][OP_STAMP];
	size_t adopted = o->totals.count[TARGET_BASE][OP_ADOPT];

	if (links + stamps + adopted)
		fprintf(o->h->out,
			"\nBookkeeping: %zu links, %zu stamps, %zu equal pairs "
			"noted in the local base\n",
			links, stamps, adopted);
}

void plan_show(const struct plan *p, const struct human *h)
{
	static const struct section sections[] = {
		{ "Matched by their decision", YELLOW, is_meeting, show_meeting,
			true },
		{ "Conflicts", YELLOW, is_conflict, show_conflict, false },
		{ "Deletes", RED, is_delete, show_delete, false },
		{ "Changes", BOLD, is_change, show_change, false },
		{ "Creates", BOLD, is_create, show_create, false },
	};
	static const struct section waiting = { "Waiting", BOLD, is_waiting,
		show_waiting, false };
	static const struct section skips = { "Left alone", YELLOW, is_skip,
		show_skip, false };
	struct page_out o = { .plan = p, .h = h };

	op_list_count(p->ops, &o.totals);
	if (p->ops->n == 0) {
		fprintf(h->out, "Nothing to do: %zu pairs agree.\n",
			p->live_pairs);
		return;
	}
	show_headline(&o);
	show_blocked(&o);
	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
		show_section(&o, &sections[i]);
	show_bookkeeping(&o);
	show_section(&o, &waiting);
	show_section(&o, &skips);
}
