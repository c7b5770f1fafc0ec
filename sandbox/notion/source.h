/*
 * Notion's databases and data sources, and the schema of a data source.
 *
 * A property is stored as {"id","name","description","type","<type>":{…}}, in
 * an array, with its id not encoded. Options are part of the property, and page
 * values refer to them by id, so that a renamed or removed option shows
 * everywhere.
 */
#ifndef SANDBOX_NOTION_SOURCE_H
#define SANDBOX_NOTION_SOURCE_H

#include "sandbox/notion/error.h"
#include "sandbox/world.h"

struct database {
	char id[UUID_SIZE], parent[UUID_SIZE];
	json *title, *description, *icon, *cover;
	bool is_inline, in_trash, locked;
	usec created, edited;
};

struct source {
	char id[UUID_SIZE], database[UUID_SIZE];
	json *title, *description, *icon, *cover;
	json *properties;
	bool in_trash;
	usec created, edited;
	char created_by[UUID_SIZE], edited_by[UUID_SIZE];
};

/* false: there is none. All of them must be freed with …_fini(). */
bool database_load(struct world *w, const char *id, struct database *d);
void database_save(struct world *w, const struct database *d);
void database_fini(struct database *d);
bool source_load(struct world *w, const char *id, struct source *s);
void source_save(struct world *w, const struct source *s);
void source_fini(struct source *s);

/* `old`: in the form of version 2025-09-03, with `archived`. */
json *database_json(struct world *w, const struct database *d, bool old);
json *source_json(struct world *w, const struct source *s, bool old);

#endif
