/* Hex digits: util/hex.h. */
#include "util/hex.h"

#include "test.h"

static void test_there_and_back(void)
{
	char out[3] = "??";
	unsigned char byte;

	for (int b = 0; b < 256; b++) {
		byte = (unsigned char)b;
		check(hex_put(out, &byte, 1) == out + 2);
		check_int(hex_value(out[0]) * 16 + hex_value(out[1]), b);
		check(!strpbrk(out, "ABCDEF"));
	}
	check(hex_put(out, &byte, 0) == out);
}

static void test_values(void)
{
	check_int(hex_value('a'), 10);
	check_int(hex_value('F'), 15);
	for (const char *c = "/:@G`g \xFF"; *c; c++)
		check_int(hex_value(*c), -1);
	check_int(hex_value('\0'), -1);
}

int main(void)
{
	run(test_there_and_back);
	run(test_values);
	return test_end();
}
