#include "sync/decision.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/hex.h"
#include "util/sha256.h"
#include "util/text.h"
#include "util/times.h"

static char *as_it_is(const char *s)
{
	return xstrdup(s ? s : "");
}

static void put_as_it_is(struct buf *to, const char *s)
{
	buf_adds(to, s ? s : "");
}

/* The three fields. Nothing else lists them. */
static const struct {
	const char *name, *column, *property;
	enum field_kind kind;
	/* The form that is compared, and the form that the checksum is of. */
	char *(*normal)(const char *s);
	void (*put_folded)(struct buf *to, const char *s);
	bool (*equal)(const char *a, const char *b);
} table[FIELDS] = {
	[FIELD_DECISION] = { "decision", "decision", "Decision", KIND_TITLE,
		text_form, text_fold, text_equal },
	[FIELD_TYPE] = { "type", "type", "Type", KIND_OPTION, text_folded,
		text_fold, text_equal_folded },
	[FIELD_DATE] = { "date", "date", "Date", KIND_DAY, as_it_is,
		put_as_it_is, text_same },
};

#define DELETED "deleted"

const char *field_name(enum field f)
{
	return table[f].name;
}

const char *field_column(enum field f)
{
	return table[f].column;
}

const char *field_property(enum field f)
{
	return table[f].property;
}

enum field_kind field_kind(enum field f)
{
	return table[f].kind;
}

char *field_normal(enum field f, const char *value)
{
	return table[f].normal(value);
}

bool field_equal(enum field f, const char *a, const char *b)
{
	return table[f].equal(a, b);
}

bool field_is_valid(enum field f, const char *value)
{
	return table[f].kind != KIND_DAY || date_is_valid(value);
}

void field_show(struct buf *out, const char *value, size_t columns)
{
	if (text_is_empty(value)) {
		buf_adds(out, "nothing");
		return;
	}
	buf_addc(out, '"');
	text_show(out, value, columns);
	buf_addc(out, '"');
}

json *fields_json(unsigned fields)
{
	json *names = json_array();

	for (enum field f = 0; f < FIELDS; f++)
		if (fields & FIELD_BIT(f))
			json_add(names, json_string(table[f].name));
	if (fields & PRESENCE)
		json_add(names, json_string(DELETED));
	return names;
}

unsigned fields_parse(const json *names)
{
	unsigned fields = 0;

	for (const json *v = json_first(names); v; v = json_next(v)) {
		for (enum field f = 0; f < FIELDS; f++)
			if (text_same(json_text(v), table[f].name))
				fields |= FIELD_BIT(f);
		if (text_same(json_text(v), DELETED))
			fields |= PRESENCE;
	}
	return fields;
}

int decision_parse(struct decision *d, unsigned *fields, const json *object)
{
	unsigned there = 0;
	int rc = 0;

	*d = (struct decision){ { NULL } };
	for (enum field f = 0; f < FIELDS; f++) {
		const json *v = json_get(object, table[f].name);
		const char *text = json_text(v);

		if (v)
			there |= FIELD_BIT(f);
		if (text ? !field_is_valid(f, text) : !json_is_null(v))
			rc = -1;
		else
			d->value[f] = text;
	}
	if (fields)
		*fields = there;
	return rc;
}

void decision_put(json *object, const struct decision *d, unsigned fields)
{
	for (enum field f = 0; f < FIELDS; f++) {
		const char *value = d->value[f];

		if (fields & FIELD_BIT(f))
			json_put_str(object, table[f].name,
				value && *value ? value : NULL);
	}
}

json *decision_json(const struct decision *d, unsigned fields)
{
	json *object = json_object();

	decision_put(object, d, fields);
	return object;
}

unsigned decision_diff(const struct decision *a, const struct decision *b)
{
	unsigned differ = 0;

	for (enum field f = 0; f < FIELDS; f++)
		if (!table[f].equal(a->value[f], b->value[f]))
			differ |= FIELD_BIT(f);
	return differ;
}

unsigned decision_changes(const struct decision *a, const struct decision *b)
{
	unsigned differ = 0;

	for (enum field f = 0; f < FIELDS; f++)
		if (!text_same(a->value[f], b->value[f]))
			differ |= FIELD_BIT(f);
	return differ;
}

struct decision decision_with(
	const struct decision *was, const struct decision *set, unsigned fields)
{
	struct decision d = *was;

	for (enum field f = 0; f < FIELDS; f++)
		if (fields & FIELD_BIT(f))
			d.value[f] = set->value[f];
	return d;
}

void decision_checksum(const struct decision *d, char out[CHECKSUM_SIZE])
{
	unsigned char digest[SHA256_BYTES];
	struct buf text = BUF_INIT(SIZE_MAX / 2);

	for (enum field f = 0; f < FIELDS; f++) {
		if (f > 0)
			buf_addc(&text, '|');
		table[f].put_folded(&text, d->value[f]);
	}
	sha256(text.data, text.len, digest);
	*hex_put(out, digest, sizeof digest) = '\0';
	buf_fini(&text);
}

bool checksum_is_valid(const char *s)
{
	size_t n = 0;

	while (s && hex_is_lower(s[n]))
		n++;
	return n == CHECKSUM_LEN && s[n] == '\0';
}

int held_parse(struct held *h, const json *object)
{
	h->deleted = json_true(object, DELETED);
	return decision_parse(&h->is, NULL, object);
}

json *held_json(const struct held *h)
{
	json *object = decision_json(&h->is, ALL_FIELDS);

	json_put_bool(object, DELETED, h->deleted);
	return object;
}

unsigned held_diff(const struct held *a, const struct held *b)
{
	return decision_diff(&a->is, &b->is) |
	       (a->deleted != b->deleted ? PRESENCE : 0);
}
