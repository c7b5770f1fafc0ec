/* Things found by their ids: util/idlist.h. */
#include "util/idlist.h"

#include <stdio.h>
#include <stdlib.h>

#include "test.h"

#define MANY 5000

static char ids[MANY][16];
static int things[MANY];

/* Many share their first eight characters, and some the whole id. */
static void fill(struct id_list *l, unsigned seed)
{
	for (int i = 0; i < MANY; i++) {
		seed = seed * 1103515245u + 12345u;
		snprintf(ids[i], sizeof ids[i], "%08x-%x", seed >> 28,
			seed >> 16 & 0xFFF);
		id_list_add(l, ids[i], &things[i]);
	}
	id_list_sort(l);
}

static size_t count(const char *id)
{
	size_t n = 0;

	for (int i = 0; i < MANY; i++)
		n += strcmp(ids[i], id) == 0;
	return n;
}

static void test_order(void)
{
	struct id_list l = { 0 };
	bool sorted = true;

	fill(&l, 7);
	for (size_t i = 1; i < l.n; i++) {
		int order = strcmp(l.at[i - 1].id, l.at[i].id);

		sorted = sorted &&
			 (order < 0 ||
				 (order == 0 && l.at[i - 1].of < l.at[i].of));
	}
	check(sorted);
	check_int(l.n, MANY);
	id_list_fini(&l);
}

static void test_find(void)
{
	struct id_list l = { 0 };
	bool found_all = true;
	size_t n = 1;

	check(id_list_find(&l, "x", &n) == NULL);
	check_int(n, 0);
	id_list_sort(&l);
	fill(&l, 11);
	for (int i = 0; i < MANY; i++) {
		const struct id_item *found = id_list_find(&l, ids[i], &n);
		bool itself = false;

		for (size_t k = 0; found && k < n; k++)
			itself |= found[k].of == &things[i];
		found_all = found_all && itself && n == count(ids[i]);
	}
	check(found_all);
	check(id_list_find(&l, "", &n) == NULL);
	check(id_list_find(&l, "00000000", &n) == NULL);
	check(id_list_find(&l, "zzzzzzzzzzzz", &n) == NULL);
	id_list_fini(&l);
}

static void test_short_and_odd_ids(void)
{
	static const char *const odd[] = { "", "a", "ab", "abcdefgh",
		"abcdefgh0", "abcdefgi", "\xC3\xA9", "\xFF" };
	struct id_list l = { 0 };
	size_t n, all = sizeof odd / sizeof odd[0];

	for (size_t i = all; i-- > 0;)
		id_list_add(&l, odd[i], &things[i]);
	id_list_sort(&l);
	for (size_t i = 0; i < all; i++) {
		check_str(l.at[i].id, odd[i]);
		check(id_list_find(&l, odd[i], &n) == &l.at[i]);
		check_int(n, 1);
	}
	id_list_fini(&l);
}

static void drop(void *of)
{
	*(int *)of = -1;
}

static void test_repeated(void)
{
	/* The first eight characters alone make none of them the same. */
	static const char *const each[] = { "00000000-2", "00000000-1", "0",
		"00000000" };
	struct id_list l = { 0 };

	check(id_list_repeated(&l) == NULL);
	for (size_t i = 0; i < sizeof each / sizeof each[0]; i++)
		id_list_add(&l, each[i], &things[i]);
	id_list_sort(&l);
	check(id_list_repeated(&l) == NULL);
	id_list_add(&l, "00000000-1", &things[9]);
	id_list_sort(&l);
	check_str(id_list_repeated(&l), "00000000-1");
	id_list_fini(&l);
}

/* Twice, with more things added in between. */
static void test_keep_latest(void)
{
	static const char *const id[] = { "b", "a", "b", "c", "b", "a" };
	struct id_list l = { 0 };
	int thing[] = { 0, 1, 2, 0, 0, 0 };

	for (int round = 0; round < 2; round++) {
		for (int i = round * 4; i < (round ? 6 : 4); i++)
			id_list_add(&l, id[i], &thing[i]);
		id_list_sort(&l);
		id_list_keep_latest(&l, drop);
		check_int(l.n, 3);
		for (size_t i = 0; i < l.n; i++) {
			check_int(l.at[i].id[0], 'a' + (int)i);
			check(*(int *)l.at[i].of != -1);
		}
		check_int(thing[0], -1);
		check_int(thing[1], round ? -1 : 1);
		check_int(thing[2], round ? -1 : 2);
		check_int(thing[3], 0);
	}
	id_list_fini(&l);
}

int main(void)
{
	run(test_repeated);
	run(test_keep_latest);
	run(test_order);
	run(test_find);
	run(test_short_and_odd_ids);
	return test_end();
}
