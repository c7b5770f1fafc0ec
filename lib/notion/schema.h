/*
 * Notion's database: the five properties of the sync, bound to their ids.
 */
#ifndef NOTION_SCHEMA_H
#define NOTION_SCHEMA_H

#include "sync/decision.h"
#include "util/error.h"
#include "util/json.h"

/*
 * The five properties, bound to their ids once per run, so that a rename
 * between two requests changes nothing. An id is kept as the API gives it:
 * short and percent-encoded ("%5Ckxk"), "title" for the title.
 */
struct notion_schema {
	char *field[FIELDS];
	char *checksum, *synced; /* NULL where the database has none */
	json *type_options;	 /* array of option names, in their order */
	char *bot_user; /* our connection's user id, NULL: it has none */
};

/*
 * From a data source object. RC_CONFIG, with the name of the property, what it
 * is and what it should be, where one of the three required ones is missing or
 * one of the five has the wrong type. The title property is found by its type,
 * because it may have any name. The others are found by name.
 */
int notion_schema_bind(
	struct notion_schema *s, const json *data_source, struct error *e);
/* From the head of a fetch stream: "properties", "type_options", "bot_user". */
int notion_schema_from_head(
	struct notion_schema *s, const json *head, struct error *e);
/* The reverse: adds those three keys to a head. */
void notion_schema_to_head(const struct notion_schema *s, json *head);
void notion_schema_fini(struct notion_schema *s);
/* RC_CONFIG for a property that exists with the wrong type; returns -1. */
int notion_wrong_type(struct error *e, const char *name, const char *is,
	const char *should_be);

#endif
