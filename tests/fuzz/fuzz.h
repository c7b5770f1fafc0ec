/*
 * What the harnesses share. A harness is one .c file with an entry point of
 * libFuzzer: it hands the input to a reader of the project, and asks of what
 * comes back what its header promises.
 *
 * Where more than one text is read, the input is in parts: a part begins with a
 * line "@name" and has what follows it up to the next such line, so that people
 * can read a seed and write one. No line of JSON begins so.
 *
 * All files are in a folder of this process, which is removed at its end.
 * run.sh has it in memory; a system call costs more than most of what is asked
 * here, so a harness makes few.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "util/buf.h"
#include "util/error.h"
#include "util/json.h"

#define OUTPUT_MAX ((size_t)64 << 20)
/* Ids of a row, a page and so on that seeds have too. */
#define FUZZ_ID "aaaaaaaa-0000-4000-8000-000000000001"

/* The entry points that libFuzzer knows. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(
	uint8_t *data, size_t size, size_t max, unsigned seed);

/* A property that must hold, whatever the input is: else it is a finding. */
#define must(holds) \
	((holds) ? (void)0 : fuzz_broken(__FILE__, __LINE__, #holds))
_Noreturn void fuzz_broken(const char *file, int line, const char *what);

struct part {
	const char *name; /* not ended by a NUL */
	size_t name_len;
	const char *text;
	size_t len;
};

/* Reads the next part: `at` begins as 0. False at the end. */
bool fuzz_next_part(
	const uint8_t *data, size_t size, size_t *at, struct part *out);
/* The first part of that name; an empty text where there is none. */
struct part fuzz_part(const uint8_t *data, size_t size, const char *name);
bool fuzz_has_part(const uint8_t *data, size_t size, const char *name);
/* A copy that ends with a NUL, and at the first one in it; to be freed. */
char *fuzz_text(const char *text, size_t len);

/*
 * Below the folder of this process, until the next call with that name; the
 * path is allocated.
 */
char *fuzz_path(const char *name);
char *fuzz_file(const char *name, const char *text, size_t len);
/* The same for a part of the input; NULL where it has no part of that name. */
char *fuzz_part_file(const uint8_t *data, size_t size, const char *name);
/* Removes all files and folders below it. */
void fuzz_clear(const char *name);
/*
 * A descriptor that reads this text, until the next call; it stays open. The
 * text has no path.
 */
int fuzz_open(const char *text, size_t len);
/*
 * Makes the folder of that name a log folder: each part of the input that can
 * be one is a file of it, by its path ("last_run.json", "sync.log",
 * "runs/20261125T194500Z-108/plan.ndjson"). Gives its path, allocated.
 */
char *fuzz_log_folder(const uint8_t *data, size_t size, const char *name);

/* The message of an error is one line of UTF-8, and its code one of ours. */
void must_be_error(const struct error *e);
/* Frees both. */
void must_be_same(char *take_a, char *take_b);
/* As text; frees it. NULL stays NULL. */
char *fuzz_print(json *take_value);

#endif
