#include "known.h"

#include <stdio.h>
#include <string.h>

#include "recheck.h"
#include "sync/checksum.h"
#include "util/text.h"

static const char *const keys[] = { "decision", "type", "date" };
#define KEYS (sizeof keys / sizeof keys[0])

/* Both halves as a line has them; owned. */
struct halves {
	json *row, *page;
};

/* The content and presence of a half that has more. */
static json *half_json(const json *from, bool deleted)
{
	json *half = json_object();

	for (size_t i = 0; i < KEYS; i++)
		json_put_str(half, keys[i], json_str(from, keys[i]));
	json_put_bool(half, "deleted", deleted);
	return half;
}

static json *base_half_json(const struct base_half *h)
{
	json *half = json_object();

	json_put_str(half, "decision", h->decision);
	json_put_str(half, "type", h->type);
	json_put_str(half, "date", h->date);
	json_put_bool(half, "deleted", h->deleted);
	return half;
}

/* As the sync compares: text form, the type folded, NULL is "". */
static bool same_value(const char *key, const json *a, const json *b)
{
	const char *x = json_str(a, key), *y = json_str(b, key);

	return strcmp(key, "type") == 0 ? text_equal_folded(x, y)
					: text_equal(x, y);
}

static bool is_deleted(const json *half)
{
	return json_true(half, "deleted");
}

static bool same_half(const json *a, const json *b)
{
	bool same = is_deleted(a) == is_deleted(b);

	for (size_t i = 0; i < KEYS && same; i++)
		same = same_value(keys[i], a, b);
	return same;
}

/* --- what is known of the pair so far ------------------------------------- */

static const char *row_of(const struct op *op, const struct outcome *o)
{
	return op->row_id ? op->row_id : *o->row_id ? o->row_id : NULL;
}

static const char *page_of(const struct op *op, const struct outcome *o)
{
	return op->page_id ? op->page_id : *o->page_id ? o->page_id : NULL;
}

static bool same_text_value(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

/*
 * A request of an earlier run, whose answer was not noted, has arrived: the
 * half that plan saw says so, as it told plan (cmd/plan/basis.c).
 */
static void resolve_sent(struct base_pair *p, const struct op *op)
{
	const struct base_sent *s = &p->sent;
	const json *seen = s->to_page ? op->page : op->row;
	const char *stored = json_str(seen, "stored_checksum");
	const char *before = s->to_page ? p->page_sum : p->row_sum;
	bool deleted = s->to_page ? s->page.deleted : s->row.deleted;
	bool arrived;
	json *half;

	if (!s->is || !seen)
		return;
	half = base_half_json(s->to_page ? &s->page : &s->row);
	arrived = same_half(half, seen) || (deleted && is_deleted(seen)) ||
		  (!deleted && stored && same_text_value(stored, s->checksum) &&
			  !same_text_value(stored, before) &&
			  !same_text_value(stored, p->checksum));
	json_free(half);
	if (!arrived)
		return;
	p->row = s->row;
	p->page = s->page;
	p->known = true;
}

/*
 * The pair's line as it stands, parsed into p, whose line the caller frees:
 * what this op, or an earlier one of the pair, has noted, else what the run
 * found, where that can be trusted. False: there is none.
 */
static bool known_line(struct worker *r, const struct op *op,
	const struct outcome *o, struct base_pair *p)
{
	const json *noted = o && o->known ? o->known : op->known;
	const struct base_pair *before;

	*p = (struct base_pair){ 0 };
	if (noted)
		return base_pair_parse(p, json_copy(noted)) == 0;
	if (!op->row_id || !op->page_id)
		return false;
	before = base_find_row(&r->journal->before, op->row_id);
	if (!before || strcmp(before->page_id, op->page_id) != 0 ||
		!base_explains(
			before, json_str(op->row, "stored_checksum"), false) ||
		!base_explains(
			before, json_str(op->page, "stored_checksum"), true) ||
		base_pair_parse(p, json_copy(before->line)) < 0)
		return false;
	resolve_sent(p, op);
	return true;
}

static const struct base_pair *known_lone(
	struct worker *r, const char *row_id, const char *page_id)
{
	const struct base_pair *p = base_find_lone(&r->journal->before, row_id);

	return p ? p : base_find_lone(&r->journal->before, page_id);
}

static bool is_to_page(const struct op *op)
{
	return op->target == TARGET_NOTION;
}

static const json *source_of(const struct op *op)
{
	return is_to_page(op) ? op->row : op->page;
}

/* --- what holds once a half is as `after` --------------------------------- */

static void put_sides(
	struct halves *h, const struct op *op, json *target, json *source)
{
	h->page = is_to_page(op) ? target : source;
	h->row = is_to_page(op) ? source : target;
}

/* Both as one content says, deleted or not. */
static void both(struct halves *h, const json *content, bool deleted)
{
	h->row = half_json(content, deleted);
	h->page = half_json(content, deleted);
}

/* The fields of the op that have arrived are moved on in both. */
static void move_on(struct halves *h, const struct op *op, const json *after,
	const struct base_pair *p)
{
	const json *source = source_of(op);

	h->row = base_half_json(&p->row);
	h->page = base_half_json(&p->page);
	for (size_t i = 0; i < KEYS; i++) {
		if (!json_get(op->set, keys[i]) ||
			!same_value(keys[i], after, source))
			continue;
		json_put_str(is_to_page(op) ? h->page : h->row, keys[i],
			json_str(after, keys[i]));
		json_put_str(is_to_page(op) ? h->row : h->page, keys[i],
			json_str(source, keys[i]));
	}
	if (is_deleted(after) == is_deleted(source)) {
		json_put_bool(h->row, "deleted", is_deleted(after));
		json_put_bool(h->page, "deleted", is_deleted(after));
	}
}

/* What is left of the pair goes to the other half. */
static bool source_is_written_later(const struct op *op)
{
	const struct op *later = op->next;

	while (later && (later->target == op->target || !later->set))
		later = later->next;
	return later != NULL;
}

/*
 * False: nothing can be said. A pair without a line, whose other half is still
 * to be written, goes by what that half holds: what differs from it is an edit
 * of this one, and is on its way there.
 */
static bool halves_after(struct halves *h, const struct op *op,
	const json *after, const struct base_pair *p)
{
	const json *source = source_of(op);

	*h = (struct halves){ 0 };
	if (op->agreed && (op->undoes || op->kind == OP_ADOPT || !source))
		both(h, op->agreed, is_deleted(op->agreed));
	else if (!source)
		return false;
	else if (op->kind == OP_TRASH && (is_deleted(source) || op->undoes))
		both(h, after, true);
	else if (op->kind == OP_LINK && is_deleted(op->agreed))
		both(h, op->agreed, true);
	else if (same_half(after, source))
		put_sides(h, op, half_json(after, is_deleted(after)),
			half_json(source, is_deleted(source)));
	else if (p->known)
		move_on(h, op, after, p);
	else if (source_is_written_later(op))
		both(h, source, false);
	else
		return false;
	return true;
}

/* --- lines ---------------------------------------------------------------- */

static void put_now(const struct worker *r, json *to)
{
	char now[TIME_SIZE];

	json_put_str(to, "at", time_format(run_now(r), now));
}

static json *new_line(const char *kind, const char *row_id, const char *page_id)
{
	json *line = json_object();

	json_put_str(line, "kind", kind);
	if (row_id)
		json_put_str(line, "row_id", row_id);
	if (page_id)
		json_put_str(line, "page_id", page_id);
	return line;
}

static void put_halves(json *line, struct halves *take)
{
	json_put(line, "row_is", take->row);
	json_put(line, "page_is", take->page);
	*take = (struct halves){ 0 };
}

static void put_flag(json *line, const char *key, bool is)
{
	if (is)
		json_put_bool(line, key, true);
}

static void put_sum(json *line, const char *key, const char *sum)
{
	if (checksum_is_valid(sum))
		json_put_str(line, key, sum);
}

/* The checksum of a half as it was answered, else as the plan saw it. */
static const char *sum_of(
	const json *after, const json *seen, const char *known)
{
	const char *sum = json_str(after, "stored_checksum");

	if (!after)
		sum = json_str(seen, "stored_checksum");
	return sum ? sum : known;
}

static void put_sums(json *line, const struct op *op, const struct outcome *o,
	const struct base_pair *p)
{
	put_sum(line, "row_sum", sum_of(o->row_after, op->row, p->row_sum));
	put_sum(line, "page_sum", sum_of(o->page_after, op->page, p->page_sum));
}

/* What a write of a half has shown of its triggers, else what was known. */
static void put_flags(
	json *line, const struct outcome *o, const struct base_pair *p)
{
	put_flag(line, "rewrites_checksum",
		o->row_marks ? o->rewrites_checksum : p->rewrites_checksum);
	put_flag(line, "resets_synced",
		o->row_marks ? o->resets_synced : p->resets_synced);
	put_flag(line, "page_rewrites_checksum",
		o->page_marks ? o->page_rewrites_checksum
			      : p->page_rewrites_checksum);
	put_flag(line, "page_resets_synced",
		o->page_marks ? o->page_resets_synced : p->page_resets_synced);
}

static void put_failed(json *line, int64_t failed)
{
	if (failed > 0)
		json_put_int(line, "failed", failed);
}

/* Of what both hold, where that is one content. */
static void put_checksum(json *line, const struct base_pair *p)
{
	const json *row = json_get(line, "row_is");
	char sum[CHECKSUM_SIZE];

	if (!row || !same_half(row, json_get(line, "page_is"))) {
		put_sum(line, "checksum", p->checksum);
		return;
	}
	checksum_of(json_str(row, "decision"), json_str(row, "type"),
		json_str(row, "date"), sum);
	json_put_str(line, "checksum", sum);
}

/* --- before a write ------------------------------------------------------- */

static int note_sent(struct worker *r, const struct op *op, struct halves *take,
	const struct base_pair *p, struct outcome *o, struct error *e)
{
	json *line = new_line("pair", op->row_id, op->page_id);
	json *sent = json_object();

	if (p->known) {
		json_put(line, "row_is", base_half_json(&p->row));
		json_put(line, "page_is", base_half_json(&p->page));
	}
	put_sum(line, "checksum", p->checksum);
	put_sums(line, op, o, p);
	put_flags(line, o, p);
	put_failed(line, p->failed);
	if (p->refused.is)
		json_put(line, "refused",
			json_copy(json_get(p->line, "refused")));
	json_put_str(sent, "to", is_to_page(op) ? "notion" : "supabase");
	put_halves(sent, take);
	put_sum(sent, "checksum", op->checksum);
	put_now(r, sent);
	json_put(line, "sent", sent);
	o->sent = true;
	return journal_line(r->journal, line, e);
}

/* Without a journal nothing is safe. */
static bool journal_is_well(
	struct worker *r, int rc, const struct error *e, struct outcome *o)
{
	struct api_error a = { .action = API_OUTAGE };

	if (rc == 0)
		return true;
	r->fatal = *e;
	snprintf(a.code, sizeof a.code, "journal");
	snprintf(a.message, sizeof a.message, "%.400s", e->text);
	return give_up(o, STATUS_FAILED, &a);
}

bool known_sent(struct worker *r, const struct op *op, json *take_after,
	struct outcome *o)
{
	struct base_pair p;
	struct halves h;
	struct error e;
	int rc = 0;

	known_line(r, op, o, &p);
	if (op->row_id && op->page_id && halves_after(&h, op, take_after, &p))
		rc = note_sent(r, op, &h, &p, o, &e);
	json_free(p.line);
	json_free(take_after);
	return journal_is_well(r, rc, &e, o);
}

bool known_revived(struct worker *r, const struct op *op, struct outcome *o)
{
	struct base_pair p;
	struct halves h;
	struct error e;
	json *line;
	int rc;

	if (!op->row_id || !op->page_id)
		return true;
	if (!known_line(r, op, NULL, &p) || !p.known) {
		both(&h, op->page, false);
	} else {
		h.row = base_half_json(&p.row);
		h.page = base_half_json(&p.page);
		for (size_t i = 0; i < KEYS; i++)
			if (json_get(op->set, keys[i]))
				json_put_str(h.page, keys[i],
					json_str(op->page, keys[i]));
		json_put_bool(h.row, "deleted", false);
		json_put_bool(h.page, "deleted", false);
	}
	/* What the second request starts from. */
	line = new_line("pair", op->row_id, op->page_id);
	json_put(line, "row_is", json_copy(h.row));
	json_put(line, "page_is", json_copy(h.page));
	put_sum(line, "checksum", p.checksum);
	put_sums(line, op, o, &p);
	put_flags(line, o, &p);
	put_failed(line, p.failed);
	rc = note_sent(r, op, &h, &p, o, &e);
	json_free(p.line);
	json_free(o->known);
	o->known = line;
	return journal_is_well(r, rc, &e, o);
}

/* --- after it ------------------------------------------------------------- */

/* Takes the line, writes it, and tells the later ops of the pair. */
static int hand_on(
	struct worker *r, struct op *op, json *take_line, struct error *e)
{
	put_now(r, take_line);
	for (struct op *later = op->next; later; later = later->next) {
		json_free(later->known);
		later->known = json_copy(take_line);
	}
	return journal_line(r->journal, take_line, e);
}

/* The half that was written as it is now. */
static const json *target_after(const struct op *op, const struct outcome *o)
{
	return is_to_page(op) ? o->page_after : o->row_after;
}

/* An answer that said nothing of the content: as it was seen, and was set. */
static json *supposed_after(const struct op *op)
{
	const json *seen = is_to_page(op) ? op->page : op->row;
	json *after = half_json(seen, op->kind == OP_TRASH);

	for (size_t i = 0; i < KEYS; i++)
		if (json_get(op->set, keys[i]))
			json_put_str(
				after, keys[i], json_str(op->set, keys[i]));
	return after;
}

static int note_done(struct worker *r, struct op *op, const struct outcome *o,
	const struct base_pair *p, struct error *e)
{
	const char *row_id = row_of(op, o), *page_id = page_of(op, o);
	const json *after = target_after(op, o);
	json *supposed, *line;
	struct halves h = { 0 };
	bool sure;

	/* A page of an earlier run, made of what the row held then. */
	if (op->kind == OP_CREATE && !after && o->differs)
		return 0;
	supposed = after ? NULL : supposed_after(op);
	sure = row_id && page_id &&
	       halves_after(&h, op, after ? after : supposed, p);
	json_free(supposed);
	if (!sure)
		return 0;
	line = new_line("pair", row_id, page_id);
	put_halves(line, &h);
	put_checksum(line, p);
	put_sums(line, op, o, p);
	put_flags(line, o, p);
	if (p->refused.is &&
		!same_half(json_get(line, "row_is"), json_get(line, "page_is")))
		json_put(line, "refused",
			json_copy(json_get(p->line, "refused")));
	return hand_on(r, op, line, e);
}

/* The fields in which the target holds something else than was sent. */
static json *refused_fields(const struct op *op, const json *after)
{
	json *fields = json_array();

	for (size_t i = 0; i < KEYS; i++)
		if (json_get(op->set, keys[i]) &&
			!same_value(keys[i], op->set, after))
			json_add(fields, json_string(keys[i]));
	if (after && is_deleted(after) != (op->kind == OP_TRASH) &&
		(op->kind == OP_TRASH || op->kind == OP_RESTORE ||
			op->kind == OP_CREATE))
		json_add(fields, json_string("deleted"));
	return fields;
}

static json *refused_json(const struct worker *r, const struct op *op,
	const json *after, const struct base_pair *p)
{
	json *refused = json_object();

	json_put_str(refused, "to", is_to_page(op) ? "notion" : "supabase");
	json_put(refused, "fields", refused_fields(op, after));
	json_put(refused, "set", half_json(op->set, op->kind == OP_TRASH));
	json_put_int(refused, "times", p->refused.times + 1);
	put_now(r, refused);
	return refused;
}

/* A half that has no other: what could not be made for it. */
static int note_lone(struct worker *r, struct op *op, const struct outcome *o,
	json *take_refused, struct error *e)
{
	const char *row_id = row_of(op, o), *page_id = page_of(op, o);
	const struct base_pair *lone = known_lone(r, row_id, page_id);
	const json *seen = row_id ? op->row : op->page;
	json *line = new_line("lone", row_id, row_id ? NULL : page_id);

	json_put(line, "is",
		half_json(seen ? seen : op->set, seen && is_deleted(seen)));
	put_failed(line, (lone ? lone->failed : 0) + 1);
	if (take_refused)
		json_put(line, "refused", take_refused);
	put_now(r, line);
	return journal_line(r->journal, line, e);
}

/*
 * The answer showed something else than was sent. Both halves are noted as
 * they are, so that neither passes for an edit.
 */
static int note_not_kept(struct worker *r, struct op *op,
	const struct outcome *o, const struct base_pair *p, struct error *e)
{
	const char *row_id = row_of(op, o), *page_id = page_of(op, o);
	const json *source = source_of(op), *after = target_after(op, o);
	const struct base_pair *lone = known_lone(r, row_id, page_id);
	struct halves h = { 0 };
	json *line, *refused;

	if (!after)
		after = is_to_page(op) ? op->page : op->row;
	refused = refused_json(r, op, after, p->line ? p : lone ? lone : p);
	if (!row_id || !page_id || !after || !source)
		return note_lone(r, op, o, refused, e);
	put_sides(&h, op, half_json(after, is_deleted(after)),
		half_json(source, is_deleted(source)));
	line = new_line("pair", row_id, page_id);
	put_halves(line, &h);
	put_checksum(line, p);
	put_sums(line, op, o, p);
	put_flags(line, o, p);
	put_failed(line, p->failed + 1);
	json_put(line, "refused", refused);
	return hand_on(r, op, line, e);
}

/*
 * Certainly not written: what was known before holds on. Where nothing was, a
 * line with nothing but the count takes the place of what was noted as sent.
 */
static int note_failed(struct worker *r, struct op *op, const struct outcome *o,
	const struct base_pair *p, struct error *e)
{
	bool kept_back = o->has_error && o->error.action == API_STOPPED;
	bool failed = o->status == STATUS_FAILED && !kept_back;
	json *line;

	if (!p->line && !o->sent)
		return failed ? note_lone(r, op, o, NULL, e) : 0;
	line = p->line ? json_copy(p->line)
		       : new_line("pair", row_of(op, o), page_of(op, o));
	if (failed)
		put_failed(line, p->failed + 1);
	return hand_on(r, op, line, e);
}

int known_note(struct worker *r, struct op *op, const struct outcome *o,
	struct error *e)
{
	struct base_pair p;
	int rc = 0;

	if (op->kind == OP_SKIP || r->dry_run)
		return 0;
	known_line(r, op, o->status == STATUS_DONE ? o : NULL, &p);
	if (o->status == STATUS_DONE)
		rc = note_done(r, op, o, &p, e);
	else if (is_not_kept(o))
		rc = note_not_kept(r, op, o, &p, e);
	else if (o->status == STATUS_FAILED ||
		 (o->sent && o->status != STATUS_UNKNOWN))
		rc = note_failed(r, op, o, &p, e);
	json_free(p.line);
	return rc;
}
