/*
 * The properties of a data source and their options.
 */
#ifndef SANDBOX_NOTION_SCHEMA_H
#define SANDBOX_NOTION_SCHEMA_H

#include "sandbox/notion/error.h"

#define OPTION_UNITS_MAX 100

/* Found by id, encoded or not, or by name. */
json *property_find(const json *properties, const char *key);
/* "\kxk" as "%5Ckxk"; allocated. */
char *property_id(const json *property);
const char *property_type(const json *property);

/* The options of a select, multi_select or status; NULL for other types. */
json *property_options(const json *property);
json *option_by_id(const json *property, const char *id);
/* Found by name, ignoring case. */
json *option_by_name(const json *property, const char *name);
/*
 * A new option by itself, and one added to the property's list. color may be
 * NULL.
 */
json *option_make(const char *name, const char *color);
json *option_add(json *property, const char *name, const char *color);
/* -1 for a comma, an empty name or one over 100 UTF-16 units. */
int option_name_check(
	const char *name, const char *path, struct notion_error *e);

/* Creates the properties of a new data source from a request's object. */
int properties_create(const json *given, const char *path, json **out,
	struct notion_error *e);
/* Adds, renames, changes and removes properties as a PATCH says. */
int properties_update(json **properties, const json *given, const char *path,
	struct notion_error *e);

#endif
