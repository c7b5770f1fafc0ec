/* Ids: util/uuid.h. */
#include "util/uuid.h"

#include "test.h"

static void test_normalize(void)
{
	static const char *const bad[] = { NULL, "",
		"38c9ce7b60a481288d53d5d4642a0a6",
		"38c9ce7b60a481288d53d5d4642a0a6f0",
		"38c9ce7b-60a4-8128-8d53-d5d4642a0a6g",
		"38c9ce7b-60a48-128-8d53-d5d4642a0a6f",
		"{38c9ce7b60a481288d53d5d4642a0a6f}",
		"38c9ce7b60a4-8128-8d53-d5d4642a0a6f----",
		" 38c9ce7b60a481288d53d5d4642a0a6f",
		"38c9ce7b 60a4 8128 8d53 d5d4642a0a6f" };
	static const char id[] = "38c9ce7b-60a4-8128-8d53-d5d4642a0a6f";
	char out[UUID_SIZE];

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		check_int(uuid_normalize(bad[i], out), -1);
	check_int(uuid_normalize("38C9CE7B60A481288D53D5D4642A0A6F", out), 0);
	check_str(out, id);
	check_int(
		uuid_normalize("38C9ce7b-60a4-8128-8D53-d5d4642a0a6f", out), 0);
	check_str(out, id);
	check(uuid_is_normal(id));
	check(!uuid_is_normal("38C9ce7b-60a4-8128-8d53-d5d4642a0a6f"));
	check(!uuid_is_normal("38c9ce7b60a481288d53d5d4642a0a6f"));
	check(!uuid_is_normal("38c9ce7b-60a4-8128-8d53-d5d4642a0a6f0"));
	check(!uuid_is_normal("38c9ce7b-60a4-8128-8d53-d5d4642a0a6g"));
	check(!uuid_is_normal("38c9ce7b-60a4-8128-8d53-d5d4642a0a6"));
	check(!uuid_is_normal(""));
	/* In place. */
	check_int(uuid_normalize(out, out), 0);
	check_str(out, id);
}

static void test_random(void)
{
	char a[UUID_SIZE], b[UUID_SIZE], c[UUID_SIZE];

	uuid_random(a);
	uuid_random(b);
	check(strcmp(a, b) != 0);
	check_int(uuid_normalize(a, c), 0);
	check_str(a, c);
	check_int(a[14], '4');
	check(strchr("89ab", a[19]) != NULL);
}

/* The wanted values are those of Python's uuid.uuid5(). */
static void test_row_for_page(void)
{
	static const char page[] = "38c9ce7b-60a4-8128-8d53-d5d4642a0a6f";
	char out[UUID_SIZE];

	uuid_row_for_page(page, 0, out);
	check_str(out, "422088b4-8cf0-5653-8a0e-5ad8d4d021b7");
	uuid_row_for_page(page, 1, out);
	check_str(out, "7c4daa17-d614-5edd-8ada-c7b0cb90159e");
	uuid_row_for_page(page, 2, out);
	check_str(out, "d5783189-5fc1-569f-b098-2c0dc29e1544");
}

int main(void)
{
	run(test_normalize);
	run(test_random);
	run(test_row_for_page);
	return test_end();
}
