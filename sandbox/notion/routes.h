/*
 * The Notion side: what its routes share.
 */
#ifndef SANDBOX_NOTION_ROUTES_H
#define SANDBOX_NOTION_ROUTES_H

#include "sandbox/notion/page.h"
#include "sandbox/world.h"

#define SEGMENTS_MAX 5

struct notion {
	struct world *world;
	const struct request *request;
	struct reply *answer;
	char *segments[SEGMENTS_MAX]; /* of the path, after /v1, decoded */
	size_t n_segments;
	struct pairs params;
	json *body;   /* NULL: there was none */
	json *filter; /* filter_properties; NULL: all */
	bool old;     /* Notion-Version 2025-09-03 */
	struct notion_error error;
};

void notion_serve(struct world *w, struct request *q, struct reply *a);

/* Routes: -1 with n->error filled in. id is checked and has dashes. */
typedef int notion_route(struct notion *n, const char *id);
notion_route route_me, route_users, route_user;
notion_route route_database_get, route_database_patch, route_database_post;
notion_route route_source_get, route_source_patch, route_source_post;
notion_route route_query;
notion_route route_page_get, route_page_patch, route_page_post;
notion_route route_page_move, route_property, route_block_delete;
notion_route route_block_children;

/* A page_size from its text, or the default; -1 where it is wrong. */
int page_size_of(struct notion *n, const json *body, int64_t *size);
/* 404 for a page that doesn't exist or isn't shared. */
int find_page(struct notion *n, const char *id, struct page *p);
/* The page's data source; false for a page under a page. */
bool page_source(struct notion *n, const struct page *p, struct source *s);
/*
 * The user that the connection acts as: its bot, or the person who owns the
 * token.
 */
const char *own_user(const struct notion *n);
/* A UUID from a body; -1 with the path named. */
int take_uuid(
	struct notion *n, const char *path, const json *v, char out[UUID_SIZE]);

#endif
