/* The growing buffer: util/buf.h. */
#include "util/buf.h"

#include <stdlib.h>

#include "test.h"

static void test_append(void)
{
	struct buf b = BUF_INIT(1000);

	check_str(buf_str(&b), "");
	check_int(buf_add(&b, "", 0), 0);
	check_int(buf_adds(&b, "ab"), 0);
	check_int(buf_addc(&b, 'c'), 0);
	check_int(buf_addf(&b, "%d-%s", 7, "x"), 0);
	check_str(buf_str(&b), "abc7-x");
	check_int(b.len, 6);
	buf_reset(&b);
	check_str(buf_str(&b), "");
	check_int(b.len, 0);
	check_int(buf_add(&b, "a\0b", 3), 0);
	check_int(b.len, 3);
	check_int(b.data[3], 0);
	buf_fini(&b);
	check_str(buf_str(&b), "");
}

/* Exactly the maximum fits; one more byte appends nothing at all. */
static void test_maximum(void)
{
	struct buf b = BUF_INIT(5);

	check_int(buf_adds(&b, "abc"), 0);
	check_int(buf_adds(&b, "def"), -1);
	check_str(buf_str(&b), "abc");
	check_int(buf_addf(&b, "%s", "def"), -1);
	check_str(buf_str(&b), "abc");
	check_int(buf_adds(&b, "de"), 0);
	check_int(buf_addc(&b, 'f'), -1);
	check_int(buf_addf(&b, "%s", ""), 0);
	check_str(buf_str(&b), "abcde");
	buf_fini(&b);
}

static void test_room_and_cut(void)
{
	struct buf b = BUF_INIT(100);
	char *room = buf_room(&b, 100);

	check(room != NULL && buf_room(&b, 101) == NULL);
	memset(room, 'x', 100);
	b.len = 100;
	buf_cut(&b, 101);
	check_int(b.len, 100);
	buf_cut(&b, 3);
	check_str(buf_str(&b), "xxx");
	check(buf_room(&b, 97) == b.data + 3 && buf_room(&b, 98) == NULL);
	buf_fini(&b);
	buf_cut(&b, 0);
	check_str(buf_str(&b), "");
}

static void test_growth(void)
{
	struct buf b = BUF_INIT(1 << 20);
	bool held = true;

	for (int i = 0; i < 100000; i++)
		held = held && buf_addf(&b, "%d", i % 10) == 0;
	check(held);
	check_int(b.len, 100000);
	for (int i = 0; i < 100000; i++)
		held = held && b.data[i] == '0' + i % 10;
	check(held);
	buf_fini(&b);
}

static void test_take(void)
{
	struct buf b = BUF_INIT(100);
	char *s = buf_take(&b);

	check_str(s, "");
	free(s);
	buf_adds(&b, "abc");
	s = buf_take(&b);
	check_str(s, "abc");
	free(s);
	check_str(buf_str(&b), "");
	check_int(buf_adds(&b, "d"), 0);
	check_str(buf_str(&b), "d");
	buf_fini(&b);
}

int main(void)
{
	run(test_append);
	run(test_maximum);
	run(test_room_and_cut);
	run(test_growth);
	run(test_take);
	return test_end();
}
