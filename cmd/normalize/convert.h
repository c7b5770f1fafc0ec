/*
 * One run: fetch streams in, one record stream out.
 *
 * The head of the output holds the heads of both sources, so it can be written
 * only when these are known, and memory must not grow with the tables. So all
 * files are opened and their heads read first; with one stream in each file
 * every record then goes straight through. Where the streams follow one
 * another, records wait in an unlinked temporary file until the second head
 * has come, or the input has ended with one source.
 *
 * A source may come once. Two streams of it, even of the same table, would be
 * two states of it, and nothing says which of them is true.
 */
#ifndef NORMALIZE_CONVERT_H
#define NORMALIZE_CONVERT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sync/side.h"
#include "util/error.h"

/* What a record is: the words of `counts` in the end line. */
enum count_of {
	COUNT_LIVE,
	COUNT_DELETED,
	COUNT_MOVED,
	COUNT_UNREACHABLE,
	COUNTS,
};

struct counts {
	uint64_t records, problems;
	uint64_t state[SIDES][COUNTS];
};

/*
 * Reads all operands ("-" is standard input). `snapshot` is the file of the
 * snapshot, which is replaced when all was read (keep.h); NULL: none. On -1 the
 * output, if any, has no end line, so that no reader takes it for whole.
 */
int convert(char *const *operands, size_t n, const char *snapshot, FILE *out,
	struct counts *totals, struct error *e);

#endif
