/*
 * Pages as people and tests make them: by the five values, without the API.
 */
#ifndef SANDBOX_NOTION_SEED_H
#define SANDBOX_NOTION_SEED_H

#include "sandbox/notion/page.h"
#include "sandbox/world.h"

/* The standing databases, unless the data file has them already. */
void notion_seed_defaults(struct world *w);

/*
 * Makes a page from {"decision","type","date","checksum","synced", …}, or
 * changes those of it that are given; `out` gets the id. s is the standing
 * data source, loaded by the caller, so that a thousand pages load it once.
 */
int notion_seed_page(struct world *w, struct source *s, const json *line,
	char id[UUID_SIZE], struct notion_error *e);
int notion_edit_page(struct world *w, struct source *s, struct page *p,
	const json *set, struct notion_error *e);

#endif
