/*
 * Parting a listing that Notion cuts: from a sample of its pages the filters
 * that part it best. Pure: no request is made here.
 *
 * Every parting is exhaustive by what its filters mean: before a time or not,
 * a text or not in the title. So nothing rests on how Notion compares texts;
 * where it does so otherwise than we think, a part is larger than expected and
 * is parted again.
 */
#ifndef NOTION_SPLIT_H
#define NOTION_SPLIT_H

#include "notion/schema.h"
#include "util/times.h"
#include "util/uuid.h"

struct sample_page {
	char id[UUID_SIZE];
	usec edited;
	char *title, *type, *date; /* NULL: empty, or not asked for */
	bool synced;
};

/* Pages in the order of their listing. An empty one is { 0 }. */
struct sample {
	struct sample_page *pages;
	size_t n, cap;
};

/* schema NULL: the title alone is known of a page. */
void sample_add(
	struct sample *s, const json *page, const struct notion_schema *schema);
void sample_clear(struct sample *s);

/* {"timestamp":<property>,<property>:{<op>:<time>}}, in milliseconds. */
json *notion_time_filter(const char *property, const char *op, usec t);

/*
 * An array of filters that together hold every page, or NULL where nothing
 * tells the sample's pages apart. `used` are those that the pages have met by
 * now. fair: only where the smaller part has an eighth of the sample.
 */
json *split_choose(const struct sample *s, const struct notion_schema *schema,
	const json *used, bool fair);

#endif
