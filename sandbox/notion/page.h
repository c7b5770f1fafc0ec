/* Pages: how they are stored, written and shown. */
#ifndef SANDBOX_NOTION_PAGE_H
#define SANDBOX_NOTION_PAGE_H

#include "sandbox/notion/source.h"
#include "sandbox/world.h"

struct page {
	char id[UUID_SIZE];
	char source[UUID_SIZE]; /* "": it is under a page */
	char parent[UUID_SIZE]; /* that page */
	usec created, edited;	/* truncated to the minute */
	char created_by[UUID_SIZE], edited_by[UUID_SIZE];
	bool in_trash, archived, locked, shared;
	json *icon, *cover;
	json *values; /* property id → the stored value */
};

/* The columns that page_from_row() reads, for use after "select ". */
#define PAGE_COLUMNS \
	"id,source,parent,created,edited,created_by,edited_by,in_trash," \
	"archived,locked,shared,icon,cover,props"

void page_from_row(struct page *p, sqlite3_stmt *s, bool with_values);
void page_fini(struct page *p);
/* false: there is none. The caller checks whether it is shared. */
bool page_load(struct world *w, const char *id, struct page *p);
/*
 * Writes the page; queries see the previous state until query_lag_ms is over.
 */
void page_save(struct world *w, const struct page *p);
void page_erase(struct world *w, const char *id);
/* The title's plain text; NULL: there is no such page. Allocated. */
char *page_title(struct world *w, const char *id);

/*
 * Puts the values of a request's "properties" into the page. A new option is
 * added to the source, which is then saved.
 */
int page_set(struct world *w, struct page *p, struct source *s,
	const json *properties, bool limited, struct notion_error *e);

/*
 * The page object; s is NULL for a page under a page. filter: property ids or
 * names to show, NULL for all. `queried`: as in a query.
 */
json *page_json(struct world *w, const struct page *p, const struct source *s,
	const json *filter, bool old, bool queried);
json *page_parent_json(const struct page *p, const struct source *s);

/* The bare schema of a page under a page: a title. */
json *bare_schema(void);

#endif
