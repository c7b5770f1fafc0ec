/*
 * A main() for a harness without libFuzzer: runs each file, and each file of a
 * folder, once. With "-runs=N" it goes on with N inputs that mutate.c makes of
 * them, from "-seed=S" on; with "-v" it names each file before. The suite does
 * the first with all seeds, on every compiler.
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/file.h"

#define MUTATED_MAX 16000

int LLVMFuzzerInitialize(int *argc, char ***argv);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

struct input {
	char *path;
	struct buf text;
};

static struct {
	struct input *at;
	size_t n, cap;
} inputs;

static uint64_t state = 1;

static size_t below(size_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (size_t)(state % n);
}

/* What libFuzzer would do: some bytes change, go or come. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max)
{
	size_t at = size ? below(size) : 0, n = 1 + below(8);

	if (n > size - at)
		n = size - at;
	switch (below(3)) {
	case 0:
		for (size_t i = 0; i < n; i++)
			data[at + i] = (uint8_t)below(256);
		return size;
	case 1:
		memmove(data + at, data + at + n, size - at - n);
		return size - n;
	default:
		if (size + n > max)
			return size;
		memmove(data + at + n, data + at, size - at);
		return size + n;
	}
}

static void load(const char *path)
{
	DIR *d = opendir(path);
	const struct dirent *entry;
	struct input one = { .text = BUF_INIT((size_t)16 << 20) };
	struct error e;
	char *below_it;

	while (d && (entry = readdir(d))) {
		if (entry->d_name[0] == '.')
			continue;
		below_it = path_join(path, entry->d_name);
		load(below_it);
		free(below_it);
	}
	if (d) {
		closedir(d);
		return;
	}
	if (file_read(path, &one.text, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		exit(2);
	}
	one.path = xstrdup(path);
	inputs.at = grow(inputs.at, inputs.n, &inputs.cap, sizeof one);
	inputs.at[inputs.n++] = one;
}

/* Of just that size, so that reading past its end is seen. */
static void run_text(const void *text, size_t len)
{
	uint8_t *exact = xmalloc(len ? len : 1);

	memcpy(exact, text, len);
	LLVMFuzzerTestOneInput(exact, len);
	free(exact);
}

/* Before it is run, so that a crash leaves it behind. */
static void keep(const uint8_t *text, size_t len, const char *path)
{
	struct error e;

	if (path && file_replace_with(path, (const char *)text, len, &e) < 0)
		fprintf(stderr, "%s\n", e.text);
}

static void run_mutated(long runs, const char *path)
{
	static uint8_t text[MUTATED_MAX];

	while (runs-- > 0 && inputs.n > 0) {
		const struct input *in = &inputs.at[below(inputs.n)];
		size_t len = in->text.len, times = 1 + below(4);

		if (len > MUTATED_MAX)
			continue;
		memcpy(text, buf_str(&in->text), len);
		while (times--)
			len = LLVMFuzzerCustomMutator(text, len, MUTATED_MAX,
				(unsigned)below(1u << 31));
		keep(text, len, path);
		run_text(text, len);
	}
}

int main(int argc, char **argv)
{
	long runs = 0;
	bool loud = false;

	LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++)
		if (strncmp(argv[i], "-runs=", 6) == 0)
			runs = atol(argv[i] + 6);
		else if (strcmp(argv[i], "-v") == 0)
			loud = true;
		else if (strncmp(argv[i], "-seed=", 6) == 0)
			state = strtoull(argv[i] + 6, NULL, 10) * 2 + 1;
		else
			load(argv[i]);
	for (size_t i = 0; i < inputs.n; i++) {
		if (loud)
			fprintf(stderr, "%s\n", inputs.at[i].path);
		run_text(buf_str(&inputs.at[i].text), inputs.at[i].text.len);
	}
	run_mutated(runs, getenv("FUZZ_INPUT"));
	printf("%s: %zu passed, 0 failed\n", argv[0], inputs.n);
	for (size_t i = 0; i < inputs.n; i++) {
		buf_fini(&inputs.at[i].text);
		free(inputs.at[i].path);
	}
	free(inputs.at);
	return inputs.n > 0 ? 0 : 1;
}
