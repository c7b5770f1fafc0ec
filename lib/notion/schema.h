/*
 * Notion's database: the properties of the sync, bound to their ids.
 */
#ifndef NOTION_SCHEMA_H
#define NOTION_SCHEMA_H

#include "settings/field_names.h"
#include "sync/decision.h"
#include "util/error.h"
#include "util/json.h"

/* What a team has made the property of the decision's type. */
enum type_kind {
	TYPE_MULTI_SELECT, /* the first option is the type */
	TYPE_SELECT,
	TYPE_STATUS, /* as a select, but nobody can make an option from here */
	TYPE_TEXT,
	TYPE_KINDS,
};

/* As the API calls it: "multi_select". */
const char *type_kind_name(enum type_kind kind);
/* -1: that is not one of them. */
int type_kind_parse(const char *name, enum type_kind *kind);

/*
 * The properties, bound to their ids once per run, so that a rename
 * between two requests changes nothing. An id is kept as the API gives it:
 * short and percent-encoded ("%5Ckxk"), "title" for the title.
 */
struct notion_schema {
	char *field[FIELDS];
	char *checksum, *synced; /* NULL where the database has none */
	char *paused;		 /* likewise: a checkbox that holds its pair */
	enum type_kind type_kind;
	json *type_options; /* array of option names, in their order */
	char *bot_user;	    /* our connection's user id, NULL: it has none */
	/* Where a page shows its row, NULL: nowhere. */
	char *link;
	bool link_is_url;
	char *link_template; /* with {id}; NULL: the id alone */
	json *own_names;     /* own_properties(); NULL: none */
};

/*
 * From a data source object. RC_CONFIG, with the name of the property, what it
 * is and what it should be, and the properties that there are, where one of the
 * three required ones, or one that the settings name, is missing, or one has a
 * type that can't hold it. The title property is found by its type, because it
 * may have any name, unless the settings name it. The others are found by name.
 * RC_CONFIG, too, where the id of one is the name of another property, because
 * a write could go to either. names: NULL, the usual ones. A property "Paused"
 * that is not a checkbox, and that no setting names, is not ours.
 */
int notion_schema_bind(struct notion_schema *s, const json *data_source,
	const struct field_names *names, struct error *e);
/* From the head of a fetch stream: what notion_schema_to_head() adds. */
int notion_schema_from_head(
	struct notion_schema *s, const json *head, struct error *e);
/*
 * The reverse: adds "properties", "type_options" and "bot_user" to a head, and
 * where it is not as usual "type_kind", "link" and "names".
 */
void notion_schema_to_head(const struct notion_schema *s, json *head);
void notion_schema_fini(struct notion_schema *s);
/*
 * RC_CONFIG for a property that exists with the wrong type; returns -1. `place`
 * is where its name is set; "" where nothing sets it. Set: the message lists
 * the properties that there are.
 */
int notion_wrong_type(struct error *e, const char *name, const char *is,
	const char *should_be, const char *place, const json *properties);
/* What the link property of this row's page shows; allocated. NULL: its id. */
char *notion_link_text(const char *template, const char *row_id);

#endif
