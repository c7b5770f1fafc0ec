/*
 * The shape that the sync asks of a Notion data source: five properties by
 * name and type, and the options of Type. Reads how far one has it, and makes
 * the smallest change that gives it, which removes and changes nothing else.
 *
 * Facts: https://developers.notion.com/reference/update-data-source-properties
 * An options array in an update replaces the list: what is left out is
 * deleted, from the pages too. So every option that is there is sent along,
 * with its id, name and colour, as the recorded traffic does.
 */
#ifndef NOTION_SHAPE_H
#define NOTION_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"
#include "util/json.h"

#define SHAPE_PROPERTIES 5
/* More options in one update are refused, as is reported. */
#define SHAPE_OPTIONS_MAX 100

enum shape_state {
	SHAPE_READY,
	SHAPE_LEFT_OUT,	  /* optional, not there, and not wanted */
	SHAPE_MISSING,	  /* to be added */
	SHAPE_OTHER_NAME, /* the title: to be renamed */
	SHAPE_OPTIONS,	  /* Type lacks options: to be added */
	SHAPE_WRONG_TYPE, /* not to be mended from here */
};

struct shape_property {
	const char *name, *type; /* as they should be */
	enum shape_state state;
	char *id;  /* NULL: not there */
	char *is;  /* the other name, or the wrong type */
	json *add; /* names of the options that Type lacks */
	/* Type lacks them and there is no room: the first page to use one
	 * makes it. */
	bool full;
	size_t options; /* that are there and stay */
	char *twin;	/* a property that differs by case or blanks only */
};

/* Decision, Type, Date, Checksum, Synced. */
struct notion_shape {
	struct shape_property properties[SHAPE_PROPERTIES];
	size_t due;   /* properties to be added, renamed, given options */
	size_t wrong; /* of a wrong type */
};

/* synced: whether the optional Synced is wanted where it isn't there. */
void notion_shape_read(
	struct notion_shape *s, const json *data_source, bool synced);
void notion_shape_fini(struct notion_shape *s);

/* RC_CONFIG for the first property of a wrong type; 0 where there is none. */
int notion_shape_fault(const struct notion_shape *s, struct error *e);
/* {"properties":{…}} of what is due; the caller frees it. */
json *notion_shape_change(
	const struct notion_shape *s, const json *data_source);
/* The properties of a data source that is made anew. */
json *notion_shape_new(bool synced);

/*
 * Whether all that was there before is there still: RC_ATTENTION, naming the
 * first property or option that is gone or another.
 */
int notion_shape_kept(const json *before, const json *after, struct error *e);

#endif
