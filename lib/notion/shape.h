/*
 * The shape that the sync needs a Notion data source to have: its properties
 * by name and type, and the options of Type. Compares a data source with it,
 * and makes the smallest change that leads to it, without removing or changing
 * anything else.
 *
 * Facts: https://developers.notion.com/reference/update-data-source-properties
 * An options array in an update replaces the list: options left out are
 * deleted, from the pages too. So every existing option is sent as well, with
 * its id, name and colour, as in the recorded traffic.
 */
#ifndef NOTION_SHAPE_H
#define NOTION_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "settings/field_names.h"
#include "util/error.h"
#include "util/json.h"

#define SHAPE_PROPERTIES 7
/* An update with more options is reported to be refused. */
#define SHAPE_OPTIONS_MAX 100

enum shape_state {
	SHAPE_READY,
	SHAPE_LEFT_OUT,	  /* optional, missing, and not wanted */
	SHAPE_MISSING,	  /* to be added */
	SHAPE_OTHER_NAME, /* the title: to be renamed */
	SHAPE_OPTIONS,	  /* Type lacks options: to be added */
	SHAPE_WRONG_TYPE, /* can't be fixed from here */
};

struct shape_property {
	const char *name, *type; /* as they should be; borrowed from names */
	bool holds_type;	 /* of the decision: any of four types fits */
	bool shows_row;		 /* a url, or a text */
	enum shape_state state;
	char *id;  /* NULL: missing */
	char *is;  /* the other name, or the wrong type */
	json *add; /* names of the options that Type lacks */
	/*
	 * Type lacks them and there is no room: the first page that uses one
	 * creates it.
	 */
	bool full;
	size_t options;	 /* existing ones, which stay */
	char place[200]; /* where its name is set; "": nowhere */
	char *twin; /* a property whose name differs only in case or blanks */
};

/*
 * Decision, Type, Date, Checksum, Synced; and where they are there, wanted or
 * set, the checkbox that pauses a page, and the property that shows its row.
 */
struct notion_shape {
	struct shape_property properties[SHAPE_PROPERTIES];
	size_t n;
	size_t due;   /* properties to be added, renamed or given options */
	size_t wrong; /* of a wrong type */
};

/* What is wanted. */
struct shape_wish {
	const struct field_names *names; /* NULL: the usual ones */
	bool synced, paused; /* these optional ones, where they are missing */
};

void notion_shape_read(struct notion_shape *s, const json *data_source,
	const struct shape_wish *wish);
void notion_shape_fini(struct notion_shape *s);

/*
 * RC_CONFIG for the first property of a wrong type; 0 where there is none. The
 * data source is the one that was read.
 */
int notion_shape_fault(
	const struct notion_shape *s, const json *data_source, struct error *e);
/* {"properties":{…}} with the changes that are due; the caller frees it. */
json *notion_shape_change(
	const struct notion_shape *s, const json *data_source);
/* The properties of a new data source. */
json *notion_shape_new(const struct shape_wish *wish);

/*
 * Checks that everything that existed before still exists: RC_ATTENTION, naming
 * the first property or option that was removed or changed.
 */
int notion_shape_kept(const json *before, const json *after, struct error *e);

#endif
