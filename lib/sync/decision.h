/*
 * A decision: the three values that both sides hold of a record. This is the
 * one home of their names, their normal forms, their equality and their
 * checksum (doc/semantics.md, section 2): a further field would be a line of
 * the table in decision.c, and how the two services read and write it.
 *
 * NULL and "" are the same value everywhere.
 */
#ifndef SYNC_DECISION_H
#define SYNC_DECISION_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"
#include "util/json.h"

enum field {
	FIELD_DECISION,
	FIELD_TYPE,
	FIELD_DATE,
	FIELDS,
};

/* What sort of value a field holds. */
enum field_kind {
	KIND_TITLE,  /* text of any length: the name of the record */
	KIND_OPTION, /* one word of a list that grows */
	KIND_DAY,    /* YYYY-MM-DD */
};

/* A set of fields. PRESENCE stands in it for "deleted or not". */
#define FIELD_BIT(f) (1u << (f))
#define ALL_FIELDS (FIELD_BIT(FIELDS) - 1)
#define PRESENCE FIELD_BIT(FIELDS)

const char *field_name(enum field f);	/* the key in the streams */
const char *field_column(enum field f); /* in the Supabase table */
/* In the Notion database; the title's name is free there. */
const char *field_property(enum field f);
enum field_kind field_kind(enum field f);

/* The form in which two equal values are the same text; allocated. */
char *field_normal(enum field f, const char *value);
bool field_equal(enum field f, const char *a, const char *b);
/* Whether a value that is there can be one: a day must be in the calendar. */
bool field_is_valid(enum field f, const char *value);
/* Appends the value for a message: "text", cut to `columns`, or: nothing. */
void field_show(struct buf *out, const char *value, size_t columns);

/* The array of the names in a set, "deleted" for PRESENCE; and back. */
json *fields_json(unsigned fields);
unsigned fields_parse(const json *names);

struct decision {
	const char *value[FIELDS]; /* borrowed */
};

/*
 * Reads the members of an object. *fields (which may be NULL) are those that
 * are there, a null one too. -1 where one is neither a text nor null, or a day
 * is not one; such a value is like none.
 */
int decision_parse(struct decision *d, unsigned *fields, const json *object);
/* Puts the fields of the set into an object, empty ones as null. */
void decision_put(json *object, const struct decision *d, unsigned fields);
json *decision_json(const struct decision *d, unsigned fields);

/* The fields in which they are not equal; 0: equal. */
unsigned decision_diff(const struct decision *a, const struct decision *b);
/* Those in which they are not the same to the letter. */
unsigned decision_changes(const struct decision *a, const struct decision *b);
/* `was`, with the fields of the set taken from `set`. */
struct decision decision_with(const struct decision *was,
	const struct decision *set, unsigned fields);

/*
 * The checksum: what both sides store as last agreed. Lower-case hex SHA-256 of
 * the UTF-8 bytes of folded(decision)|folded(type)|YYYY-MM-DD. Equal up to case
 * and white space means equal here.
 */
#define CHECKSUM_LEN 64
#define CHECKSUM_SIZE (CHECKSUM_LEN + 1)

void decision_checksum(const struct decision *d, char out[CHECKSUM_SIZE]);
/* Sixty-four lower-case hex digits. */
bool checksum_is_valid(const char *s);

/* What one half of a pair holds, or was last known to hold. */
struct held {
	struct decision is;
	bool deleted; /* soft-deleted, in the trash */
};

/* As decision_parse(), with the member "deleted". */
int held_parse(struct held *h, const json *object);
json *held_json(const struct held *h);
/* The fields in which they differ, with PRESENCE. */
unsigned held_diff(const struct held *a, const struct held *b);

#endif
