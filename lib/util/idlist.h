/*
 * Things in the order of their ids, and found by them. The first characters of
 * an id are kept as a number beside it, so that sorting and searching seldom
 * touch the ids, which lie all over the memory.
 */
#ifndef UTIL_IDLIST_H
#define UTIL_IDLIST_H

#include <stddef.h>
#include <stdint.h>

struct id_item {
	uint64_t lead;
	const char *id;
	void *of;
	size_t order; /* of things with one id; in a sorted list, the place */
};

/* An empty one is { 0 }; the ids and the things are borrowed. */
struct id_list {
	struct id_item *at;
	size_t n, cap;
};

void id_list_add(struct id_list *l, const char *id, void *of);
/* By id, in the order of strcmp(); things of one id as they were added. */
void id_list_sort(struct id_list *l);
/*
 * In a sorted list: the first of the *n items with that id, one after another;
 * NULL where there is none.
 */
const struct id_item *id_list_find(
	const struct id_list *l, const char *id, size_t *n);
/* In a sorted list: an id that two things have; NULL where each has its own. */
const char *id_list_repeated(const struct id_list *l);
/* Of a sorted list, only the things stay that were added last with their id. */
void id_list_keep_latest(struct id_list *l, void (*drop)(void *of));
void id_list_fini(struct id_list *l);

#endif
