#include "sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

static void set_text(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from ? from : "");
}

struct decision sim_content(const char value[FIELDS][SIM_TEXT])
{
	return (struct decision){ { value[FIELD_DECISION], value[FIELD_TYPE],
		value[FIELD_DATE] } };
}

void sim_store(struct sim_record *r)
{
	struct decision c = sim_content(r->value);

	decision_checksum(&c, r->stored);
}

struct sim_record *sim_find(struct sim *s, enum side side, const char *id)
{
	for (size_t i = 0; id && i < s->n[side]; i++)
		if (strcmp(s->at[side][i].id, id) == 0)
			return &s->at[side][i];
	return NULL;
}

const struct sim_line *sim_find_line(const struct sim *s, const char *row_id)
{
	for (size_t i = 0; i < s->n_lines; i++)
		if (strcmp(s->line[i].row_id, row_id) == 0)
			return &s->line[i];
	return NULL;
}

/* --- planning ------------------------------------------------------------- */

static void put_time(json *to, const char *key, usec t)
{
	char text[TIME_SIZE];

	json_put_str(to, key, time_format(t, text));
}

static json *record_line(const struct sim_record *r, enum side side)
{
	json *line = json_object();
	struct decision c = sim_content(r->value);

	json_put_str(line, "kind", "record");
	json_put_str(line, "source", side_name(side));
	json_put_str(line, side == SUPABASE ? "row_id" : "page_id", r->id);
	if (*r->state) {
		json_put_str(line, "state", r->state);
		return line;
	}
	if (*r->link)
		json_put_str(line, "page_id", r->link);
	decision_put(line, &c, ALL_FIELDS);
	json_put_str(line, "stored_checksum", *r->stored ? r->stored : NULL);
	json_put_bool(line, "synced", r->synced);
	json_put_bool(line, "own", r->own);
	json_put_bool(line, "deleted", r->deleted);
	if (r->paused)
		json_put_bool(line, "paused", true);
	if (r->more_types)
		json_add(json_put(line, "extra_types", json_array()),
			json_string("Further"));
	put_time(line, "created_at", r->created);
	put_time(line, "edited_at", r->edited);
	return line;
}

static json *head_line(const struct sim *s)
{
	static const char usual[] =
		"{\"sources\":{\"supabase\":{\"scope\":\"t\",\"mode\":\"full\""
		"},\"notion\":{\"scope\":\"d\",\"mode\":\"full\",\"properties\""
		":{\"Decision\":\"title\"},\"type_options\":[\"Policy\","
		"\"Ops\"]}}}";
	struct error e;
	json *head = json_parse(usual, strlen(usual), JSON_STRICT, &e);
	json *sources = json_get(head, "sources");
	json *properties = json_get(json_get(sources, "notion"), "properties");

	json_put_bool(
		json_get(sources, "supabase"), "soft_delete", s->soft_delete);
	if (s->has_checksum)
		json_put_str(properties, "Checksum", "c");
	if (s->has_synced)
		json_put_str(properties, "Synced", "s");
	return head;
}

static void must(int rc, const struct error *e)
{
	if (rc == 0)
		return;
	fprintf(stderr, "sim: %s\n", e->text);
	abort();
}

static void add_side(
	struct sides *w, const struct sim *s, enum side side, uint64_t *shuffle)
{
	size_t n = s->n[side], from = shuffle && n ? rnd(shuffle) % n : 0;
	struct error e;

	for (size_t i = 0; i < n; i++) {
		size_t at = shuffle ? n - 1 - (from + i) % n : i;
		json *line = record_line(&s->at[side][at], side);

		must(sides_add(w, line, &e), &e);
		json_free(line);
	}
}

static void make_world(struct sides *w, const struct sim *s, uint64_t *shuffle)
{
	json *head = head_line(s);
	struct error e;

	*w = (struct sides){ 0 };
	must(sides_head(w, head, &e), &e);
	json_free(head);
	add_side(w, s, shuffle ? NOTION : SUPABASE, shuffle);
	add_side(w, s, shuffle ? SUPABASE : NOTION, shuffle);
	must(sides_seal(w, &e), &e);
}

static json *known_half(const struct sim_known *k, enum side side)
{
	struct decision c = sim_content(k->value[side]);
	json *half = decision_json(&c, ALL_FIELDS);

	json_put_bool(half, "deleted", k->deleted[side]);
	return half;
}

static void put_known(json *to, const struct sim_known *k)
{
	json_put(to, "row_is", known_half(k, SUPABASE));
	json_put(to, "page_is", known_half(k, NOTION));
}

json *sim_line_json(const struct sim_line *l)
{
	struct decision c = sim_content(l->value);
	json *line = json_object(), *sent;

	json_put_str(line, "kind", "pair");
	json_put_str(line, "row_id", l->row_id);
	json_put_str(line, "page_id", l->page_id);
	json_put_str(line, "checksum", *l->checksum ? l->checksum : NULL);
	if (l->noted) {
		put_known(line, &l->known);
	} else if (!l->sent) {
		decision_put(line, &c, ALL_FIELDS);
		json_put_bool(line, "deleted", l->deleted);
	}
	json_put_str(
		line, "row_sum", *l->sum[SUPABASE] ? l->sum[SUPABASE] : NULL);
	json_put_str(line, "page_sum", *l->sum[NOTION] ? l->sum[NOTION] : NULL);
	if (l->sent) {
		sent = json_put(line, "sent", json_object());
		json_put_str(sent, "to", side_name(l->sent_to));
		json_put_str(
			sent, "checksum", *l->sent_sum ? l->sent_sum : NULL);
		put_known(sent, &l->then);
	}
	return line;
}

static void make_base(struct base *b, const struct sim *s)
{
	*b = (struct base){ 0 };
	for (size_t i = 0; i < s->n_lines; i++)
		base_add(b, sim_line_json(&s->line[i]));
	base_fold(b);
}

json *sim_plan(
	const struct sim *s, const struct policy *policy, uint64_t *shuffle)
{
	struct sides w;
	struct base b = { 0 };
	struct op_list ops = { 0 };
	json *lines = json_array();

	make_world(&w, s, shuffle);
	if (policy->use_base)
		make_base(&b, s);
	decide(&w, &b, policy, &ops);
	for (size_t i = 0; i < ops.n; i++)
		json_add(lines, op_line(&ops.at[i], i + 1));
	op_list_fini(&ops);
	base_fini(&b);
	sides_fini(&w);
	return lines;
}

/* --- applying ------------------------------------------------------------- */

static void set_values(struct sim_record *r, const json *set)
{
	for (enum field f = 0; f < FIELDS; f++)
		if (json_get(set, field_name(f)))
			set_text(r->value[f], SIM_TEXT,
				json_str(set, field_name(f)));
}

static void set_marks(const struct sim *s, struct sim_record *r, enum side side,
	const json *op)
{
	const char *checksum = json_str(op, "checksum");

	if (checksum && (side == SUPABASE || s->has_checksum))
		set_text(r->stored, CHECKSUM_SIZE, checksum);
	if (json_get(op, "synced") && (side == SUPABASE || s->has_synced))
		r->synced = json_true(op, "synced");
}

static struct sim_record *fresh(struct sim *s, enum side side, const char *id)
{
	struct sim_record *r = &s->at[side][s->n[side]];

	if (s->n[side]++ >= SIM_MAX)
		abort();
	*r = (struct sim_record){ .created = s->now };
	set_text(r->id, UUID_SIZE, id);
	return r;
}

/* The id that apply gives to the row of a page. */
static void row_id_for(struct sim *s, const char *page_id, char id[UUID_SIZE])
{
	for (unsigned i = 0;; i++) {
		uuid_row_for_page(page_id, i, id);
		if (!sim_find(s, SUPABASE, id))
			return;
	}
}

static struct sim_record *create(struct sim *s, const json *op, enum side side,
	struct sim_record *row, struct sim_record *page, bool half)
{
	char id[UUID_SIZE];
	struct sim_record *made;

	if (side == NOTION)
		snprintf(id, sizeof id, "cccccccc-0000-4000-8000-%012x",
			++s->made);
	else
		row_id_for(s, page->id, id);
	made = fresh(s, side, id);
	made->own = side == NOTION;
	if (side == SUPABASE)
		set_text(made->link, UUID_SIZE, page->id);
	if (side == NOTION && !half) {
		set_text(row->link, UUID_SIZE, made->id);
		set_marks(s, row, SUPABASE, op);
	}
	return made;
}

static struct sim_line *line_for(
	struct sim *s, const char *row_id, const char *page_id)
{
	struct sim_line *l = (struct sim_line *)sim_find_line(s, row_id);

	if (l && strcmp(l->page_id, page_id) == 0)
		return l;
	if (!l)
		l = &s->line[s->n_lines++];
	if (s->n_lines > SIM_MAX)
		abort();
	*l = (struct sim_line){ 0 };
	set_text(l->row_id, UUID_SIZE, row_id);
	set_text(l->page_id, UUID_SIZE, page_id);
	return l;
}

static void known_as(struct sim_known *k, enum side side,
	const char (*value)[SIM_TEXT], bool deleted)
{
	memcpy(k->value[side], value, sizeof k->value[side]);
	k->deleted[side] = deleted;
}

/* What the line says so far; false: nothing. */
static bool known_so_far(const struct sim_line *l, struct sim_known *k)
{
	if (l && l->noted) {
		*k = l->known;
	} else if (l && !l->sent) {
		known_as(k, SUPABASE, l->value, l->deleted);
		known_as(k, NOTION, l->value, l->deleted);
	} else {
		return false;
	}
	return true;
}

/*
 * The rule of cmd/apply/known.h, told once more: what is known when the op has
 * left both halves as they are now.
 */
static bool known_after(struct sim_known *k, const struct sim_line *l,
	const struct sim_record *half[SIDES], enum side side, enum op_kind kind,
	const json *set, bool later_to_source)
{
	struct decision c[SIDES] = { sim_content(half[SUPABASE]->value),
		sim_content(half[NOTION]->value) };
	const struct sim_record *r = half[side];
	unsigned differ = decision_diff(&c[SUPABASE], &c[NOTION]);
	bool alike = half[SUPABASE]->deleted == half[NOTION]->deleted;

	if (kind == OP_TRASH && alike) {
		known_as(k, SUPABASE, r->value, true);
		known_as(k, NOTION, r->value, true);
		return true;
	}
	if (alike && !differ) {
		for (enum side x = 0; x < SIDES; x++)
			known_as(k, x, half[x]->value, half[x]->deleted);
		return true;
	}
	if (!known_so_far(l, k)) {
		for (enum side x = 0; x < SIDES && later_to_source; x++)
			known_as(k, x, half[other_side(side)]->value, false);
		return later_to_source;
	}
	for (enum field f = 0; f < FIELDS; f++)
		for (enum side x = 0; x < SIDES; x++)
			if (json_get(set, field_name(f)) &&
				!(differ & FIELD_BIT(f)))
				memcpy(k->value[x][f], half[x]->value[f],
					SIM_TEXT);
	if (alike)
		k->deleted[SUPABASE] = k->deleted[NOTION] = r->deleted;
	return true;
}

/* A later op of the pair writes the half that this one leaves. */
static bool later_to_source(const json *op)
{
	for (const json *next = json_next(op); next; next = json_next(next))
		if (text_same(json_str(next, "page_id"),
			    json_str(op, "page_id")) &&
			json_get(next, "set") && !json_get(next, "would") &&
			!text_same(json_str(next, "target"),
				json_str(op, "target")))
			return true;
	return false;
}

/* What the line can't explain was written by somebody else. */
static bool is_trusted(const struct sim_line *l, const char *row_sum,
	const char *page_sum, const struct sim_record *page)
{
	struct base_pair p;
	bool trusted;

	if (strcmp(l->page_id, page->id) != 0 ||
		base_pair_parse(&p, sim_line_json(l)) < 0)
		return false;
	trusted = base_explains(&p, *row_sum ? row_sum : NULL, SUPABASE) &&
		  base_explains(&p, *page_sum ? page_sum : NULL, NOTION);
	json_free(p.line);
	return trusted;
}

static void note(struct sim *s, struct sim_record *row, struct sim_record *page,
	char was[SIDES][CHECKSUM_SIZE], const json *op, enum op_kind kind,
	enum side side, bool half)
{
	const struct sim_record *halves[SIDES] = { row, page };
	struct sim_line *l = (struct sim_line *)sim_find_line(s, row->id);
	struct sim_known k, before = { 0 };
	struct decision c, of_page;
	bool was_known;

	if (l && !is_trusted(l, was[SUPABASE], was[NOTION], page))
		l = NULL;
	if (!known_after(&k, l, halves, side, kind, json_get(op, "set"),
		    later_to_source(op)))
		return;
	was_known = known_so_far(l, &before);
	l = line_for(s, row->id, page->id);
	if (half) {
		l->noted = was_known;
		l->known = before;
		l->sent = true;
		l->sent_to = side;
		l->then = k;
		set_text(l->sent_sum, CHECKSUM_SIZE, json_str(op, "checksum"));
		return;
	}
	l->sent = false;
	l->noted = true;
	l->known = k;
	set_text(l->sum[SUPABASE], CHECKSUM_SIZE, row->stored);
	set_text(l->sum[NOTION], CHECKSUM_SIZE, page->stored);
	c = sim_content(k.value[SUPABASE]);
	of_page = sim_content(k.value[NOTION]);
	if (decision_diff(&c, &of_page) == 0)
		decision_checksum(&c, l->checksum);
}

static void note_agreed(struct sim *s, const char *row_id, const char *page_id,
	const json *agreed)
{
	struct sim_line *l = line_for(s, row_id, page_id);

	*l = (struct sim_line){ 0 };
	set_text(l->row_id, UUID_SIZE, row_id);
	set_text(l->page_id, UUID_SIZE, page_id);
	for (enum field f = 0; f < FIELDS; f++)
		set_text(
			l->value[f], SIM_TEXT, json_str(agreed, field_name(f)));
	set_text(l->checksum, CHECKSUM_SIZE, json_str(agreed, "checksum"));
	l->deleted = json_true(agreed, "deleted");
}

static void write_half(struct sim *s, const json *op, enum op_kind kind,
	enum side side, struct sim_record *r)
{
	set_values(r, json_get(op, "set"));
	set_marks(s, r, side, op);
	if (side == SUPABASE && kind != OP_TRASH)
		set_text(r->link, UUID_SIZE, json_str(op, "page_id"));
	if (kind == OP_TRASH || kind == OP_RESTORE)
		r->deleted = kind == OP_TRASH;
	r->edited = s->now;
}

void sim_apply(struct sim *s, const json *op, bool half)
{
	const char *row_id = json_str(op, "row_id");
	const char *page_id = json_str(op, "page_id");
	struct sim_record *row = sim_find(s, SUPABASE, row_id);
	struct sim_record *page = sim_find(s, NOTION, page_id), *made;
	char was[SIDES][CHECKSUM_SIZE] = { "", "" };
	enum op_target target;
	enum op_kind kind;
	enum side side;

	if (op_kind_parse(json_str(op, "op"), &kind) < 0 ||
		op_target_parse(json_str(op, "target"), &target) < 0)
		abort();
	side = target == TARGET_NOTION ? NOTION : SUPABASE;
	if (row)
		set_text(was[SUPABASE], CHECKSUM_SIZE, row->stored);
	if (page)
		set_text(was[NOTION], CHECKSUM_SIZE, page->stored);
	if (kind == OP_CREATE) {
		made = create(s, op, side, row, page, half);
		set_values(made, json_get(op, "set"));
		set_marks(s, made, side, op);
		made->edited = s->now;
		row_id = side == SUPABASE ? made->id : row_id;
		page_id = side == NOTION ? made->id : page_id;
	} else if (target == TARGET_NOTION || target == TARGET_SUPABASE) {
		write_half(s, op, kind, side, side == NOTION ? page : row);
	}
	row = sim_find(s, SUPABASE, row_id);
	page = sim_find(s, NOTION, page_id);
	if (kind == OP_SKIP || (kind == OP_CREATE && half))
		return;
	if (row && page && kind != OP_ADOPT && !*page->state)
		note(s, row, page, was, op, kind, side, half);
	else if (json_get(op, "agreed"))
		note_agreed(s, row_id, page_id, json_get(op, "agreed"));
}

static void print_record(const struct sim_record *r, enum side side)
{
	printf("  %s %.13s…%s link=%.36s [%s|%s|%s] stored=%.6s%s%s%s%s %s "
	       "created=%lld edited=%lld\n",
		side_name(side), r->id, r->id + 30, r->link,
		r->value[FIELD_DECISION], r->value[FIELD_TYPE],
		r->value[FIELD_DATE], r->stored, r->synced ? " synced" : "",
		r->deleted ? " deleted" : "", r->own ? " own" : "",
		r->more_types ? " more" : "", r->state,
		(long long)(r->created / USEC_MINUTE),
		(long long)(r->edited / USEC_MINUTE));
}

void sim_print(const struct sim *s)
{
	printf("  soft_delete=%d checksum=%d synced=%d\n", s->soft_delete,
		s->has_checksum, s->has_synced);
	for (enum side side = 0; side < SIDES; side++)
		for (size_t i = 0; i < s->n[side]; i++)
			print_record(&s->at[side][i], side);
	for (size_t i = 0; i < s->n_lines; i++)
		printf("  base %.36s %.36s [%s|%s|%s] %.6s%s\n",
			s->line[i].row_id, s->line[i].page_id,
			s->line[i].value[FIELD_DECISION],
			s->line[i].value[FIELD_TYPE],
			s->line[i].value[FIELD_DATE], s->line[i].checksum,
			s->line[i].deleted ? " deleted" : "");
}
