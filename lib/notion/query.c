#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "notion/limits.h"
#include "notion/request.h"
#include "util/alloc.h"

int notion_next_cursor(
	const json *list, const char *before, char **next, struct api_error *a)
{
	const char *cursor = json_str(list, "next_cursor");

	*next = NULL;
	if (notion_is_list(NULL, list, a)) {
		if (!json_true(list, "has_more"))
			return 0;
		if (cursor && (!before || strcmp(cursor, before) != 0)) {
			*next = xstrdup(cursor);
			return 0;
		}
	}
	a->action = API_RETRY;
	api_no_answer(
		a, "no-list", "the answer is not a list that can be continued");
	return -1;
}

static json *checksum_filter(
	const struct notion_schema *schema, const char *checksum)
{
	json *body = json_object(), *filter, *equals = json_object();

	filter = json_put(body, "filter", json_object());
	json_put_str(filter, "property", schema->checksum);
	json_put_str(equals, "equals", checksum);
	json_put(filter, "rich_text", equals);
	json_put_int(body, "page_size", NOTION_PAGE_SIZE);
	json_put_str(body, "result_type", "page");
	return body;
}

int notion_pages_by_checksum(struct notion_client *c, const char *data_source,
	const struct notion_schema *schema, const char *checksum, json **pages,
	struct api_error *a)
{
	struct buf path = BUF_INIT(NOTION_PATH_MAX);
	json *body = checksum_filter(schema, checksum), *list;
	struct api_call call = { .method = "POST",
		.body = body,
		.read = true,
		.is_answer = notion_is_list };
	char *next = NULL;
	int rc;

	buf_addf(&path, "/v1/data_sources/%s/query", data_source);
	notion_add_properties(&path, "filter_properties%5B%5D", schema);
	call.path = buf_str(&path);
	rc = notion_send(c, &call, &list, a);
	if (rc == 0)
		rc = notion_next_cursor(list, NULL, &next, a);
	*pages = rc == 0 ? json_detach(list, "results") : NULL;
	free(next);
	json_free(list);
	json_free(body);
	buf_fini(&path);
	return rc;
}
