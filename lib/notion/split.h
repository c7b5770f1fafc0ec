/*
 * Splitting a listing that Notion cuts: chooses, from a sample of its pages,
 * the filters that split it best. Pure: no request is made here.
 *
 * The filters of every split are exhaustive by their meaning: before a time or
 * not, a text in the title or not. So nothing depends on how Notion compares
 * texts; where it does so differently than we think, a part is larger than
 * expected and is split again.
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

/* schema NULL: only the title of a page is known. */
void sample_add(
	struct sample *s, const json *page, const struct notion_schema *schema);
void sample_clear(struct sample *s);

/* {"timestamp":<property>,<property>:{<op>:<time>}}, in milliseconds. */
json *notion_time_filter(const char *property, const char *op, usec t);

/*
 * An array of filters that together match every page, or NULL where nothing
 * distinguishes the sample's pages. `used` are the filters that the pages have
 * already passed. fair: only where the smaller part has at least an eighth of
 * the sample.
 */
json *split_choose(const struct sample *s, const struct notion_schema *schema,
	const json *used, bool fair);

#endif
