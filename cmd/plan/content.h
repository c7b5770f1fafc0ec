/*
 * What both sides hold of a decision: three values; and the two sides, so that
 * the rules can be written once for both directions.
 *
 * NULL and "" are the same value. Two values are equal in the sense of the
 * semantics, section 2: the decision in text form, the type in folded form.
 */
#ifndef PLAN_CONTENT_H
#define PLAN_CONTENT_H

#include <stdbool.h>

#include "sync/checksum.h"
#include "util/json.h"

enum side {
	SUPABASE,
	NOTION,
	SIDES,
};

enum field {
	DECISION,
	TYPE,
	DATE,
	FIELDS,
};

/* A set of fields. */
#define BIT(f) (1u << (f))
#define ALL_FIELDS (BIT(FIELDS) - 1)

struct content {
	const char *value[FIELDS]; /* borrowed */
};

const char *side_name(enum side s);  /* the word in the streams */
const char *side_title(enum side s); /* "Supabase", "Notion" */
const char *field_name(enum field f);

static inline enum side other_side(enum side s)
{
	return s == SUPABASE ? NOTION : SUPABASE;
}

bool value_equal(enum field f, const char *a, const char *b);
/* The fields in which they are not equal; 0: equal. */
unsigned content_diff(const struct content *a, const struct content *b);
void content_checksum(const struct content *c, char out[CHECKSUM_SIZE]);
/* The fields of the set, empty ones as null. */
void content_put(json *object, const struct content *c, unsigned fields);
json *content_json(const struct content *c, unsigned fields);
/* The array of the fields' names. */
json *fields_json(unsigned fields);

/* Equal strings, or both not there; "" is not there. */
bool same_text(const char *a, const char *b);

#endif
