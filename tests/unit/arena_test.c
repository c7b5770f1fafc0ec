/* Memory that is freed together: util/arena.h. */
#include "util/arena.h"

#include <stdint.h>
#include <stdlib.h>

#include "test.h"

/* Over the largest chunk several times, with pieces larger than a chunk. */
static void test_pieces(void)
{
	struct arena a = { 0 };
	enum {
		N = 60000
	};
	static unsigned char *piece[N];
	bool aligned = true, kept = true;

	for (size_t i = 0; i < N; i++) {
		size_t size = i % 10000 == 9999 ? (size_t)3 << 20 : i % 200;

		piece[i] = arena_alloc(&a, size);
		aligned = aligned &&
			  (uintptr_t)piece[i] % _Alignof(max_align_t) == 0;
		memset(piece[i], (int)(i % 251), size);
	}
	for (size_t i = 0; i < N; i++)
		for (size_t k = 0; k < i % 200; k++)
			kept = kept && piece[i][k] == i % 251;
	check(aligned);
	check(kept);
	arena_fini(&a);
	check(a.last == NULL);
	arena_fini(&a);
}

static void test_keep(void)
{
	char one[] = "one", two[] = "two", again[] = "one", empty[] = "";
	const char *t[] = { one, NULL, two, again, empty };
	const char **const texts[] = { &t[0], &t[1], &t[2], &t[3], &t[4] };
	struct arena a = { 0 };
	char *room = arena_keep(&a, 100, texts, 5);

	memset(room, 'x', 100);
	memset(one, '?', 3);
	memset(two, '?', 3);
	memset(again, '?', 3);
	check_str(t[0], "one");
	check(t[1] == NULL);
	check_str(t[2], "two");
	check(t[3] == t[0]);
	check_str(t[4], "");
	check(arena_keep(&a, 0, texts, 0) != NULL);
	arena_fini(&a);
}

int main(void)
{
	run(test_pieces);
	run(test_keep);
	return test_end();
}
