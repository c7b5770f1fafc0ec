/* Unit tests that are one program, each under its own name: `make TOGETHER=1`.
 */
#include <stdio.h>
#include <string.h>

#define TEST(name) int name##_main(int argc, char **argv);
#include "together.inc"
#undef TEST

static const struct {
	const char *name;
	int (*start)(int argc, char **argv);
} tests[] = {
#define TEST(name) { #name, name##_main },
#include "together.inc"
#undef TEST
};

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	const char *name = slash ? slash + 1 : argv[0];

	for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
		if (strcmp(name, tests[i].name) == 0)
			return tests[i].start(argc, argv);
	fprintf(stderr, "%s: no test is called that\n", name);
	return 2;
}
