/*
 * Pages as people and tests create them: from the five values, without the API.
 */
#ifndef SANDBOX_NOTION_SEED_H
#define SANDBOX_NOTION_SEED_H

#include "sandbox/notion/page.h"
#include "sandbox/world.h"

/* Creates the built-in databases, unless the data file has them already. */
void notion_seed_defaults(struct world *w);

/*
 * Creates a page from {"decision","type","date","checksum","synced", …}, or
 * changes the given values of an existing one; `out` gets the id. s is the
 * built-in data source, loaded by the caller, so that a thousand pages load it
 * only once.
 */
int notion_seed_page(struct world *w, struct source *s, const json *line,
	char id[UUID_SIZE], struct notion_error *e);
int notion_edit_page(struct world *w, struct source *s, struct page *p,
	const json *set, struct notion_error *e);

#endif
