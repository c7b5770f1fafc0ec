#include "util/idlist.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/order.h"

/* In the order of the texts; what is beyond the end of a short one is 0. */
static uint64_t lead_of(const char *id)
{
	uint64_t lead = 0;

	for (int i = 0; i < 8; i++) {
		lead = lead << 8 | (unsigned char)*id;
		id += *id != '\0';
	}
	return lead;
}

static int compare(const struct id_item *x, const struct id_item *y)
{
	if (x->lead != y->lead)
		return x->lead < y->lead ? -1 : 1;
	return strcmp(x->id, y->id);
}

static int by_id(const void *a, const void *b)
{
	const struct id_item *x = a, *y = b;
	int order = compare(x, y);

	return order ? order : order_of((int64_t)x->order, (int64_t)y->order);
}

void id_list_add(struct id_list *l, const char *id, void *of)
{
	l->at = grow(l->at, l->n, &l->cap, sizeof *l->at);
	l->at[l->n] = (struct id_item){ lead_of(id), id, of, l->n };
	l->n++;
}

/* A side that is listed by id, and a base that was sorted when it was saved. */
static bool is_sorted(const struct id_list *l)
{
	for (size_t i = 1; i < l->n; i++)
		if (by_id(&l->at[i - 1], &l->at[i]) > 0)
			return false;
	return true;
}

void id_list_sort(struct id_list *l)
{
	if (!is_sorted(l))
		qsort(l->at, l->n, sizeof *l->at, by_id);
	for (size_t i = 0; i < l->n; i++)
		l->at[i].order = i;
}

const char *id_list_repeated(const struct id_list *l)
{
	for (size_t i = 1; i < l->n; i++)
		if (compare(&l->at[i - 1], &l->at[i]) == 0)
			return l->at[i].id;
	return NULL;
}

void id_list_keep_latest(struct id_list *l, void (*drop)(void *of))
{
	size_t kept = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (i + 1 < l->n && compare(&l->at[i], &l->at[i + 1]) == 0) {
			drop(l->at[i].of);
			continue;
		}
		l->at[kept] = l->at[i];
		l->at[kept].order = kept;
		kept++;
	}
	l->n = kept;
}

const struct id_item *id_list_find(
	const struct id_list *l, const char *id, size_t *n)
{
	const struct id_item key = { .lead = lead_of(id), .id = id };
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare(&l->at[mid], &key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	*n = 0;
	while (low + *n < l->n && compare(&l->at[low + *n], &key) == 0)
		++*n;
	return *n ? &l->at[low] : NULL;
}

void id_list_fini(struct id_list *l)
{
	free(l->at);
	*l = (struct id_list){ 0 };
}
