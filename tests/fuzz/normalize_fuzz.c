/*
 * Fetch streams into normalize: the parts "supabase", "notion" (or both in one)
 * and "snapshot". What comes out is whole, plan takes every line of it, and it
 * is the same the second time.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "../../cmd/normalize/convert.h"
#include "../../cmd/plan/sides.h"
#include "util/alloc.h"
#include "util/stream.h"

/* The records, or the error's text. */
static char *normalize(const uint8_t *data, size_t size, bool *done,
	struct counts *totals, uint64_t *lines)
{
	char *all[2], *names[2], *snapshot, *out = NULL;
	size_t n = 0, len = 0;
	FILE *f = open_memstream(&out, &len);
	struct error e;

	all[0] = fuzz_part_file(data, size, "supabase");
	all[1] = fuzz_part_file(data, size, "notion");
	snapshot = fuzz_part_file(data, size, "snapshot");
	for (int i = 0; i < 2; i++)
		if (all[i])
			names[n++] = all[i];
	*totals = (struct counts){ 0 };
	*done = n > 0 && convert(names, n, snapshot, f, totals, &e) == 0;
	fclose(f);
	if (n > 0 && !*done) {
		must_be_error(&e);
		must(e.code == RC_STREAM || e.code == RC_LOCAL ||
			e.code == RC_CONFIG);
		free(out);
		out = xstrdup(e.text);
	}
	*lines = totals->records + totals->problems;
	free(all[0]);
	free(all[1]);
	free(snapshot);
	return out;
}

static void must_be_records(const char *text, uint64_t lines)
{
	struct sides w = { 0 };
	struct stream_reader r;
	struct error e;
	json *line;

	stream_reader_init(
		&r, fuzz_open(text, strlen(text)), "records", STREAM_STRICT);
	must(stream_read_head(&r, "records", &line, &e) == 1);
	json_free(line);
	for (;;) {
		int got = stream_read(&r, &line, &e);

		must(got >= 0);
		if (got > 0 && sides_add(&w, line, &e) < 0) {
			fprintf(stderr, "%s: %.*s\n", e.text, (int)r.text_len,
				r.text);
			must(!"plan takes every line of normalize");
		}
		json_free(line);
		if (got == 0)
			break;
	}
	must(r.count == lines);
	must(stream_read_eof(&r, &e) == 0);
	stream_reader_fini(&r);
	sides_fini(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct counts totals, again;
	uint64_t lines, more;
	bool done, as_well;
	char *first = normalize(data, size, &done, &totals, &lines);

	if (done)
		must_be_records(first, lines);
	must_be_same(first, normalize(data, size, &as_well, &again, &more));
	must(done == as_well && lines == more);
	return 0;
}
