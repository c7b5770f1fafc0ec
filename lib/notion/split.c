#include "notion/split.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/order.h"
#include "util/text.h"

#define GRAMS_MAX (1u << 20) /* looked at, in all titles together */
#define OPERAND_MAX 1000     /* bytes of a text to compare with */

/* --- filters -------------------------------------------------------------- */

static json *filter(const char *property, const char *type, const char *op,
	json *take_value)
{
	json *f = json_object();

	json_put_str(f, "property", property);
	json_put(json_put(f, type, json_object()), op, take_value);
	return f;
}

json *notion_time_filter(const char *property, const char *op, usec t)
{
	json *f = json_object();
	char text[TIME_SIZE], cut[TIME_SIZE + 8];

	/* In milliseconds, as in all of Notion's own times. */
	snprintf(cut, sizeof cut, "%.23sZ", time_format(t, text));
	json_put_str(f, "timestamp", property);
	json_put_str(json_put(f, property, json_object()), op, cut);
	return f;
}

static bool is_used(const json *used, const json *f)
{
	for (const json *u = json_first(used); u; u = json_next(u))
		if (json_equal(u, f))
			return true;
	return false;
}

/*
 * Pages with the value and pages without. An empty property may count as
 * neither, so it is asked for too.
 */
static json *three_parts(const char *property, const char *type,
	const char *with, const char *without, const char *value,
	const json *used)
{
	json *parts = json_array(), *empty, *not_empty;

	json_add(parts, filter(property, type, with, json_string(value)));
	json_add(parts, filter(property, type, without, json_string(value)));
	empty = filter(property, type, "is_empty", json_bool(true));
	not_empty = filter(property, type, "is_not_empty", json_bool(true));
	if (is_used(used, not_empty))
		json_free(empty);
	else
		json_add(parts, empty);
	json_free(not_empty);
	return parts;
}

/* --- which filters split best --------------------------------------------- */

/* The best split so far; its value is the share of the smaller part. */
struct choice {
	const struct sample *sample;
	const struct notion_schema *schema;
	const json *used;
	json *parts;
	size_t worth;
};

static bool is_fair(const struct choice *c)
{
	return c->parts && c->worth * 8 >= c->sample->n;
}

static size_t smaller(size_t part, size_t n)
{
	return part < n - part ? part : n - part;
}

/* A split that was used before separates nothing, whatever the sample says. */
static void offer(struct choice *c, size_t worth, json *take_parts)
{
	if (worth <= c->worth || is_used(c->used, json_first(take_parts)) ||
		is_used(c->used, json_next(json_first(take_parts)))) {
		json_free(take_parts);
		return;
	}
	json_free(c->parts);
	c->parts = take_parts;
	c->worth = worth;
}

static int compare_times(const void *a, const void *b)
{
	usec x = *(const usec *)a, y = *(const usec *)b;

	return order_of(x, y);
}

static void by_edit_time(struct choice *c)
{
	size_t n = c->sample->n, best = 0;
	usec *times = xcalloc(n, sizeof *times);
	json *parts;

	for (size_t i = 0; i < n; i++)
		times[i] = c->sample->pages[i].edited;
	qsort(times, n, sizeof *times, compare_times);
	for (size_t i = 1; i < n; i++)
		if (times[i] != times[i - 1] &&
			smaller(i, n) > smaller(best, n))
			best = i;
	if (best > 0) {
		parts = json_array();
		json_add(parts, notion_time_filter("last_edited_time", "before",
					times[best]));
		json_add(parts, notion_time_filter("last_edited_time",
					"on_or_after", times[best]));
		offer(c, smaller(best, n), parts);
	}
	free(times);
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* One text of every page, sorted; "" for none. The caller frees the array. */
static const char **sorted_texts(const struct sample *s, size_t member)
{
	const char **texts = xcalloc(s->n, sizeof *texts);

	for (size_t i = 0; i < s->n; i++) {
		char *const *t =
			(char *const *)((const char *)&s->pages[i] + member);

		texts[i] = *t ? *t : "";
	}
	qsort(texts, s->n, sizeof *texts, compare_texts);
	return texts;
}

/* One whole value against all the others. */
static void by_value(struct choice *c, size_t member, const char *property,
	const char *type, const char *with, const char *without)
{
	const char **texts = sorted_texts(c->sample, member), *best = NULL;
	size_t n = c->sample->n, worth = 0;

	for (size_t i = 0, end; i < n; i = end) {
		for (end = i; end < n && strcmp(texts[end], texts[i]) == 0;)
			end++;
		if (*texts[i] && strlen(texts[i]) <= OPERAND_MAX &&
			smaller(end - i, n) > worth) {
			worth = smaller(end - i, n);
			best = texts[i];
		}
	}
	if (best)
		offer(c, worth,
			three_parts(
				property, type, with, without, best, c->used));
	free(texts);
}

/* Dates before a day, dates from it on, and pages without a date. */
static void by_date(struct choice *c)
{
	const char **days =
		sorted_texts(c->sample, offsetof(struct sample_page, date));
	size_t n = c->sample->n, best = 0;

	for (size_t i = 1; i < n; i++)
		if (strcmp(days[i], days[i - 1]) != 0 &&
			smaller(i, n) > smaller(best, n))
			best = i;
	if (best > 0)
		offer(c, smaller(best, n),
			three_parts(c->schema->field[FIELD_DATE], "date",
				"before", "on_or_after", days[best], c->used));
	free(days);
}

static void by_mark(struct choice *c)
{
	const char *property = c->schema->synced;
	size_t on = 0;
	json *parts;

	for (size_t i = 0; i < c->sample->n; i++)
		on += c->sample->pages[i].synced;
	if (!property || smaller(on, c->sample->n) == 0)
		return;
	parts = json_array();
	json_add(
		parts, filter(property, "checkbox", "equals", json_bool(true)));
	json_add(parts,
		filter(property, "checkbox", "equals", json_bool(false)));
	offer(c, smaller(on, c->sample->n), parts);
}

/* As the kind of property is asked: one of another kind is refused. */
static void by_type(struct choice *c)
{
	enum type_kind kind = c->schema->type_kind;
	bool whole = kind == TYPE_SELECT || kind == TYPE_STATUS;

	by_value(c, offsetof(struct sample_page, type),
		c->schema->field[FIELD_TYPE], type_kind_name(kind),
		whole ? "equals" : "contains",
		whole ? "does_not_equal" : "does_not_contain");
}

static const char *title_id(const struct choice *c)
{
	return c->schema ? c->schema->field[FIELD_DECISION] : "title";
}

static void by_empty_title(struct choice *c)
{
	size_t empty = 0;
	json *parts;

	for (size_t i = 0; i < c->sample->n; i++)
		empty += !c->sample->pages[i].title;
	if (smaller(empty, c->sample->n) == 0)
		return;
	parts = json_array();
	json_add(parts,
		filter(title_id(c), "title", "is_empty", json_bool(true)));
	json_add(parts,
		filter(title_id(c), "title", "is_not_empty", json_bool(true)));
	offer(c, smaller(empty, c->sample->n), parts);
}

/* --- a few letters in the title ------------------------------------------- */

/* Up to three characters, 21 bits each, and the title that has them. */
struct gram {
	uint64_t letters;
	size_t title;
};

struct grams {
	struct gram *items;
	size_t n, cap;
};

static uint64_t code_point(const char **s)
{
	const unsigned char *c = (const unsigned char *)*s;
	size_t len = utf8_char_len(*s, strlen(*s));
	uint64_t v;

	if (len <= 1) {
		*s += 1;
		return *c;
	}
	v = *c & (0x7fu >> len);
	for (size_t i = 1; i < len; i++)
		v = v << 6 | (c[i] & 0x3f);
	*s += len;
	return v;
}

/* Blanks and marks are not asked for: a service may trim or change them. */
static bool is_plain(uint64_t c)
{
	return c > 0x20 && c != 0x7f && (c < 0x80 || c > 0xa0);
}

static void add_grams(struct grams *g, const char *title, size_t at)
{
	uint64_t before = 0, last = 0;

	for (const char *s = title; *s;) {
		uint64_t c = code_point(&s);
		uint64_t some[] = { c, last << 21 | c,
			before << 42 | last << 21 | c };
		size_t n = !is_plain(c) ? 0 : !last ? 1 : !before ? 2 : 3;

		for (size_t i = 0; i < n; i++) {
			g->items =
				grow(g->items, g->n, &g->cap, sizeof *g->items);
			g->items[g->n++] = (struct gram){ some[i], at };
		}
		before = n ? last : 0;
		last = n ? c : 0;
	}
}

static int compare_grams(const void *a, const void *b)
{
	const struct gram *x = a, *y = b;

	if (x->letters != y->letters)
		return x->letters < y->letters ? -1 : 1;
	return order_of((int64_t)x->title, (int64_t)y->title);
}

static void add_code_point(struct buf *out, uint64_t c)
{
	if (c < 0x80) {
		buf_addc(out, (char)c);
	} else if (c < 0x800) {
		buf_addc(out, (char)(0xc0 | c >> 6));
		buf_addc(out, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_addc(out, (char)(0xe0 | c >> 12));
		buf_addc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_addc(out, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_addc(out, (char)(0xf0 | c >> 18));
		buf_addc(out, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_addc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_addc(out, (char)(0x80 | (c & 0x3f)));
	}
}

static void offer_letters(struct choice *c, uint64_t letters, size_t worth)
{
	struct buf text = BUF_INIT(16);
	const uint64_t mask = (1u << 21) - 1;

	for (int shift = 42; shift >= 0; shift -= 21)
		if (letters >> shift & mask)
			add_code_point(&text, letters >> shift & mask);
	offer(c, worth,
		three_parts(title_id(c), "title", "contains",
			"does_not_contain", buf_str(&text), c->used));
	buf_fini(&text);
}

/* How many titles are looked at: all, or every Nth where they are long. */
static size_t step_of(const struct sample *s)
{
	size_t bytes = 0;

	for (size_t i = 0; i < s->n; i++)
		bytes += s->pages[i].title ? strlen(s->pages[i].title) : 0;
	return bytes * 3 / GRAMS_MAX + 1;
}

static void by_letters(struct choice *c)
{
	const struct sample *s = c->sample;
	size_t step = step_of(s), titles = (s->n + step - 1) / step;
	struct grams g = { 0 };

	for (size_t i = 0; i < s->n; i += step)
		if (s->pages[i].title)
			add_grams(&g, s->pages[i].title, i);
	if (g.n)
		qsort(g.items, g.n, sizeof *g.items, compare_grams);
	for (size_t i = 0, end; i < g.n; i = end) {
		size_t with = 0, worth;

		for (end = i;
			end < g.n && g.items[end].letters == g.items[i].letters;
			end++)
			with += end == i ||
				g.items[end].title != g.items[end - 1].title;
		worth = smaller(with, titles) * step;
		if (worth > s->n / 2)
			worth = s->n / 2;
		if (worth > c->worth)
			offer_letters(c, g.items[i].letters, worth);
	}
	free(g.items);
}

/* -------------------------------------------------------------------------- */

json *split_choose(const struct sample *s, const struct notion_schema *schema,
	const json *used, bool fair)
{
	struct choice c = { .sample = s, .schema = schema, .used = used };

	if (s->n < 2)
		return NULL;
	by_edit_time(&c);
	if (!is_fair(&c))
		by_empty_title(&c);
	if (!is_fair(&c))
		by_letters(&c);
	if (!is_fair(&c))
		by_value(&c, offsetof(struct sample_page, title), title_id(&c),
			"title", "equals", "does_not_equal");
	if (!is_fair(&c) && schema) {
		by_type(&c);
		by_date(&c);
		by_mark(&c);
	}
	if (fair && !is_fair(&c)) {
		json_free(c.parts);
		return NULL;
	}
	return c.parts;
}
