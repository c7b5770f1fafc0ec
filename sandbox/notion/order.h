/*
 * The order of a query's pages. A sort by one timestamp, or no sort, is left to
 * SQLite and its index; any other is done here, over all pages.
 */
#ifndef SANDBOX_NOTION_ORDER_H
#define SANDBOX_NOTION_ORDER_H

#include "sandbox/notion/page.h"

struct order {
	const json *sorts;
	bool in_sql;
	const char *column; /* created, edited, id */
	bool descending;
	bool needs_values;
};

/* A page's place: an array with the value for each sort. */
struct place {
	char id[UUID_SIZE];
	json *key;
};

struct places {
	struct place *items;
	size_t n, cap;
};

int order_check(const json *sorts, const json *schema, struct notion_error *e);
void order_init(struct order *o, const json *sorts);

void places_add(struct places *p, const struct order *o, const json *schema,
	const struct page *page);
/*
 * Sorts the pages, and drops those up to the place of the key and id, if given.
 */
void places_sort(struct places *p, const struct order *o, const json *after,
	const char *after_id);
void places_fini(struct places *p);

#endif
