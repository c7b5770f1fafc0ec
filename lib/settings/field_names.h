/*
 * The names that a team has given the columns of its table and the properties
 * of its database: fields.json, or the file that SYNC_FIELDS names. Nobody
 * needs it; where it says nothing of a field, the usual name holds.
 *
 *   {"supabase": {"decision": "title", "date": "decided_on"},
 *    "notion": {"decision": "Name", "type": "Kind"}}
 *
 * Keys of "supabase": id, decision, type, date, link, checksum, synced,
 * created, updated, deleted. Keys of "notion": decision, type, date, checksum,
 * synced.
 *
 * Everywhere in the code a column and a property go by their usual names
 * ("notion_page_id", "Checksum"): only what speaks to a service, or to people,
 * asks here for the other ones.
 */
#ifndef SETTINGS_FIELD_NAMES_H
#define SETTINGS_FIELD_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "util/env_file.h"
#include "util/error.h"
#include "util/json.h"

#define FIELDS_FILE "fields.json"
#define COLUMN_NAMES 10
#define PROPERTY_NAMES 5
#define COLUMN_NAME_MAX 63 /* as PostgreSQL cuts them */

/* All zero: every name is the usual one, and nothing more is asked for. */
struct field_names {
	char *file;		    /* NULL: there is none */
	char *column[COLUMN_NAMES]; /* NULL: the usual one */
	char *property[PROPERTY_NAMES];
	/* Not fields, and settings of their own: */
	char *paused;	     /* SYNC_PAUSED_PROPERTY; "-": none */
	char *link;	     /* SYNC_LINK_PROPERTY; NULL: none */
	char *link_template; /* SYNC_LINK_TEMPLATE; NULL: the row's id alone */
};

/*
 * Reads SYNC_FIELDS, else fields.json beside .env where there is one, and the
 * three settings. RC_CONFIG with the file, the key, what is wrong with it and
 * what would be right.
 */
int field_names_load(
	struct field_names *n, const struct env_file *f, struct error *e);
/* The same of a text alone; `file` is for messages. */
int field_names_parse(struct field_names *n, const char *file, const char *text,
	size_t len, struct error *e);
void field_names_fini(struct field_names *n);

/*
 * The name of a column or property that usually is called so; `usual` itself
 * where it has no other, or is not one of them. n may be NULL.
 */
const char *column_name(const struct field_names *n, const char *usual);
const char *property_name(const struct field_names *n, const char *usual);
/* The file names it: then it must be there. */
bool column_is_named(const struct field_names *n, const char *usual);
bool property_is_named(const struct field_names *n, const char *usual);
/* Where the name of a column or property is set: "fields.json, supabase.date".
 * For a message; cut where it is too long. */
void field_names_place(const struct field_names *n, bool column,
	const char *usual, char *out, size_t size);

/*
 * Where pages are paused; NULL: nowhere, also where the usual name is that of a
 * field or of the link. Given: it must be there.
 */
const char *paused_property(const struct field_names *n, bool *given);

/*
 * The names that are not the usual ones, {"decision":"title"}, for the head of
 * a stream; NULL: there are none.
 */
json *own_columns(const struct field_names *n);
json *own_properties(const struct field_names *n);

#endif
