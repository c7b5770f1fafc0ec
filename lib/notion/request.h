/* Internal to the Notion client: single requests. */
#ifndef NOTION_REQUEST_H
#define NOTION_REQUEST_H

#include "notion/client.h"

#define NOTION_PATH_MAX 4096

/*
 * What an answer must be: is_answer of an api_call (net/api.h). Of
 * notion_has_id(), the id is that of the object that was asked for; NULL: any.
 */
typedef bool notion_is(
	const void *asked, const json *body, struct api_error *a);
notion_is notion_has_id, notion_is_object, notion_is_list;

/* A read; *object is never NULL on success. */
int notion_get(struct notion_client *c, const char *path, notion_is *is_answer,
	const void *asked, json **object, struct api_error *a);
/* A call with a JSON body; its is_answer is the caller's. */
int notion_send(struct notion_client *c, struct api_call *call, json **object,
	struct api_error *a);
/*
 * Adds "?key=id&key=id…" for our properties (the title alone for NULL). Ids go
 * into a URL exactly as the API gives them, percent-encoded once:
 * https://github.com/makenotion/notion-sdk-js/pull/402
 */
int notion_add_properties(
	struct buf *path, const char *key, const struct notion_schema *schema);
/* The id of an answer; -1 with `a` filled (API_RETRY) where it has none. */
int notion_object_id(
	const json *object, char id[UUID_SIZE], struct api_error *a);
/* next_cursor of a list, allocated: NULL at its end; -1 for a wrong one. */
int notion_next_cursor(
	const json *list, const char *before, char **next, struct api_error *a);

#endif
