/*
 * One run: fetch streams in, one record stream out.
 *
 * The head of the output holds the heads of both sources, so it can be written
 * only when these are known, and memory must not grow with the tables. So all
 * files are opened and their heads read first; with one stream in each file
 * every record then goes straight through. Where the streams stand one behind
 * another, records wait in an unlinked temporary file until the second head
 * has come, or the input has ended with one source.
 *
 * A source may come once. Two streams of it, even of the same table, would be
 * two states of it, and nothing says which of them holds.
 */
#ifndef NORMALIZE_RUN_H
#define NORMALIZE_RUN_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "error.h"

struct totals {
	uint64_t records, problems;
};

/*
 * Reads all operands ("-" is standard input). On -1 the output, if any, has no
 * end line, so that no reader takes it for whole.
 */
int run(char *const *operands, size_t n, FILE *out, struct totals *totals,
	struct error *e);

#endif
