#include "convert.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keep.h"
#include "notion/schema.h"
#include "record.h"
#include "util/alloc.h"
#include "util/json.h"
#include "util/sha256.h"
#include "util/stream.h"

/*
 * A line of a plan can hold the texts of a record seven times: what is written
 * and what was, what both agree on, both halves as they are expected, and of a
 * conflict the value that lost and that of the base.
 */
#define RECORD_MAX (STREAM_LINE_MAX / 8)

struct input {
	struct stream_reader reader;
	const char *source; /* of the stream that is read now */
	int fd;
};

struct state {
	struct stream_writer writer; /* to the spool, then to out */
	FILE *out, *spool;	     /* spool: NULL once it isn't needed */
	json *sources;		     /* the fetch heads by source */
	struct notion_schema schema;
	struct counts *totals;
	struct keep keep;
	struct sha256 *rows; /* the sum of the rows' lines */
};

static const char *known_source(const char *s)
{
	static const char *const all[] = { "supabase", "notion" };

	for (size_t i = 0; s && i < sizeof all / sizeof all[0]; i++)
		if (strcmp(all[i], s) == 0)
			return all[i];
	return NULL;
}

/* Checks a head and keeps it under its source. */
static int take_head(
	struct state *s, struct input *in, json *take_head, struct error *e)
{
	const char *source = known_source(json_str(take_head, "source"));
	int rc = -1;

	if (!source)
		stream_refuse(&in->reader, e,
			"the head's source is neither supabase nor notion");
	else if (json_get(s->sources, source))
		stream_refuse(&in->reader, e,
			"a second %s stream; give each source once", source);
	else if (strcmp(source, "notion") == 0 &&
		 notion_schema_from_head(&s->schema, take_head, e) < 0)
		fail_at(e, "%s:%" PRIu64, in->reader.name, in->reader.line);
	else
		rc = 0;
	if (rc < 0) {
		json_free(take_head);
		return -1;
	}
	in->source = source;
	json_put(s->sources, source, take_head);
	return strcmp(source, "notion") == 0
		       ? keep_begin(&s->keep, take_head, e)
		       : 0;
}

static int copy(FILE *from, FILE *to, struct error *e)
{
	char chunk[65536];
	size_t n;

	if (fflush(from) != 0 || fseek(from, 0, SEEK_SET) != 0)
		return fail_errno(e, "temporary file");
	while ((n = fread(chunk, 1, sizeof chunk, from)) > 0)
		if (fwrite(chunk, 1, n, to) != n)
			return fail_errno(e, "write");
	return ferror(from) ? fail_errno(e, "temporary file") : 0;
}

/* Writes the head and what has waited; from now on lines go to out. */
static int begin_output(struct state *s, struct error *e)
{
	json *head = stream_head("records"), *sources = json_object();
	const json *supabase = json_get(s->sources, "supabase");
	const json *notion = json_get(s->sources, "notion");

	if (supabase)
		json_put(sources, "supabase", json_copy(supabase));
	if (notion)
		json_put(sources, "notion", json_copy(notion));
	json_put(head, "sources", sources);
	s->writer.out = s->out;
	if (stream_write(&s->writer, head, e) < 0)
		return -1;
	if (s->spool) {
		if (copy(s->spool, s->out, e) < 0)
			return -1;
		fclose(s->spool);
		s->spool = NULL;
	}
	return 0;
}

static bool is_output_begun(const struct state *s)
{
	return s->writer.out == s->out;
}

/* Where lines go before the head can be written. */
static int begin_spool(struct state *s, struct error *e)
{
	s->spool = tmpfile();
	if (!s->spool)
		return fail_errno(e, "temporary file");
	s->writer.out = s->spool;
	return 0;
}

/*
 * After each head: to the output once both are known, to the spool before,
 * which is at most once, since a second stream has the second head.
 */
static int begin(struct state *s, struct error *e)
{
	if (is_output_begun(s))
		return 0;
	if (json_count(s->sources) == 2)
		return begin_output(s, e);
	return begin_spool(s, e);
}

/* The line as a record or a problem; NULL for a kind that has no place here. */
static json *record_of(
	const struct state *s, const char *source, const json *line)
{
	const char *kind = json_str(line, "kind");

	if (strcmp(source, "supabase") == 0)
		return strcmp(kind, "row") == 0
			       ? record_of_row(json_get(line, "row"),
					 json_get(s->sources, source))
			       : NULL;
	if (strcmp(kind, "page") == 0)
		return record_of_page(json_get(line, "page"), &s->schema);
	if (strcmp(kind, "missing") == 0)
		return record_of_missing(line);
	if (strcmp(kind, "problem") == 0)
		return record_of_problem(line);
	return NULL;
}

static const char *const count_words[COUNTS] = {
	[COUNT_LIVE] = "live",
	[COUNT_DELETED] = "deleted",
	[COUNT_MOVED] = "moved",
	[COUNT_UNREACHABLE] = "unreachable",
};

static void count(struct counts *totals, const json *record)
{
	const char *state = json_str(record, "state");
	enum count_of is =
		json_true(record, "deleted") ? COUNT_DELETED : COUNT_LIVE;
	enum side side;

	if (strcmp(json_str(record, "kind"), "problem") == 0) {
		totals->problems++;
		return;
	}
	for (enum count_of c = 0; state && c < COUNTS; c++)
		if (strcmp(count_words[c], state) == 0)
			is = c;
	totals->records++;
	if (side_parse(json_str(record, "source"), &side) == 0)
		totals->state[side][is]++;
}

/* A source's line is mostly longer than its record, so few are measured. */
static bool is_too_large(const struct input *in, const json *record)
{
	struct buf text = BUF_INIT(RECORD_MAX);
	bool is;

	if (in->reader.text_len <= RECORD_MAX)
		return false;
	is = json_print(record, &text) < 0;
	buf_fini(&text);
	return is;
}

static int write_record(struct state *s, const struct input *in,
	json *take_record, struct error *e)
{
	bool is_page = strcmp(in->source, "notion") == 0;
	struct problem p;
	char *id = NULL;
	int rc;

	if (is_too_large(in, take_record)) {
		problem(&p, "poison",
			"a record may take half a MiB at "
			"most, as a line of JSON");
		take_record = record_to_problem(take_record, &p);
	}
	count(s->totals, take_record);
	if (is_page)
		id = xstrdup(json_str(take_record, "page_id"));
	rc = stream_write(&s->writer, take_record, e);
	if (rc < 0 && s->spool)
		fail_at(e, "temporary file");
	if (rc == 0 && is_page)
		keep_line(
			&s->keep, id, s->writer.text.data, s->writer.text.len);
	free(id);
	return rc;
}

static int convert_line(struct state *s, const struct input *in,
	const json *line, struct error *e)
{
	json *record = record_of(s, in->source, line);

	if (s->rows && strcmp(in->source, "supabase") == 0)
		sha256_add_line(s->rows, in->reader.text, in->reader.text_len);
	if (!record)
		return stream_refuse(&in->reader, e,
			"unknown kind \"%.100s\" in a %s stream",
			json_str(line, "kind"), in->source);
	return write_record(s, in, record, e);
}

static int check_end_source(
	const struct input *in, const json *end, struct error *e)
{
	const char *source = json_str(end, "source");

	if (source && strcmp(source, in->source) != 0)
		return stream_refuse(&in->reader, e,
			"the end of a %.100s stream after the head of %s",
			source, in->source);
	return 0;
}

/* One stream after its head, to its end. */
static int read_body(struct state *s, struct input *in, struct error *e)
{
	json *line;
	int got, rc = 0;

	while (rc == 0) {
		got = stream_read(&in->reader, &line, e);
		if (got < 0)
			return -1;
		rc = got ? convert_line(s, in, line, e)
			 : check_end_source(in, line, e);
		json_free(line);
		if (got == 0)
			break;
	}
	return rc;
}

/* The stream whose head was read, and all that follow it. */
static int read_input(struct state *s, struct input *in, struct error *e)
{
	json *head;
	int got;

	for (;;) {
		if (begin(s, e) < 0 || read_body(s, in, e) < 0)
			return -1;
		got = stream_read_head(&in->reader, "fetch", &head, e);
		if (got <= 0)
			return got;
		if (take_head(s, in, head, e) < 0)
			return -1;
	}
}

static int open_input(
	struct state *s, struct input *in, const char *operand, struct error *e)
{
	const char *name;
	json *head;
	int got;

	if (stream_open(operand, &in->fd, &name, e) < 0)
		return -1;
	stream_reader_init(&in->reader, in->fd, name, STREAM_MARK_UNREADABLE);
	got = stream_read_head(&in->reader, "fetch", &head, e);
	if (got < 0)
		return -1;
	if (got == 0)
		return stream_refuse(
			&in->reader, e, "empty: a fetch stream has a head");
	return take_head(s, in, head, e);
}

static void close_input(struct input *in)
{
	stream_reader_fini(&in->reader);
	if (in->fd > STDIN_FILENO)
		close(in->fd);
}

/*
 * What the records were made from, so that it can be seen whether it is still
 * the same: the lines of the rows, and the pages, as the new snapshot has them.
 */
static void put_inputs(struct state *s, json *end)
{
	char sum[SHA256_TEXT_SIZE];
	const char *snapshot = keep_id(&s->keep);
	json *inputs;

	if (!snapshot)
		return;
	sha256_end(s->rows, sum);
	s->rows = NULL;
	inputs = json_put(end, "inputs", json_object());
	json_put_str(inputs, "rows", sum);
	json_put_str(inputs, "snapshot", snapshot);
}

/* How many of each kind: the run's record has it from here. */
static json *end_line(struct state *s)
{
	json *end = stream_line("end");
	json *counts = json_put(end, "counts", json_object());

	for (enum side side = 0; side < SIDES; side++) {
		const uint64_t *n = s->totals->state[side];
		json *of = NULL;

		for (enum count_of c = 0; c < COUNTS; c++) {
			if (!n[c])
				continue;
			if (!of)
				of = json_put(
					counts, side_name(side), json_object());
			json_put_int(of, count_words[c], (int64_t)n[c]);
		}
	}
	put_inputs(s, end);
	return end;
}

static int read_all(struct state *s, struct input *inputs,
	char *const *operands, size_t n, struct error *e)
{
	for (size_t i = 0; i < n; i++)
		if (open_input(s, &inputs[i], operands[i], e) < 0)
			return -1;
	for (size_t i = 0; i < n; i++)
		if (read_input(s, &inputs[i], e) < 0)
			return -1;
	if (!is_output_begun(s) && begin_output(s, e) < 0)
		return -1;
	if (keep_complete(&s->keep, &s->writer, s->totals, e) < 0 ||
		stream_write_end(&s->writer, end_line(s), true, e) < 0)
		return -1;
	keep_commit(&s->keep);
	return 0;
}

int convert(char *const *operands, size_t n, const char *snapshot, FILE *out,
	struct counts *totals, struct error *e)
{
	struct input *inputs = xcalloc(n, sizeof *inputs);
	struct state s = {
		.out = out,
		.sources = json_object(),
		.totals = totals,
		.keep = { .path = snapshot },
		.rows = snapshot ? sha256_begin() : NULL,
	};
	int rc;

	*totals = (struct counts){ 0 };
	for (size_t i = 0; i < n; i++)
		inputs[i].fd = -1;
	stream_widen_stdout();
	stream_writer_init(&s.writer, NULL);
	rc = read_all(&s, inputs, operands, n, e);
	for (size_t i = 0; i < n; i++)
		close_input(&inputs[i]);
	if (s.spool)
		fclose(s.spool);
	stream_writer_fini(&s.writer);
	keep_fini(&s.keep);
	sha256_abort(s.rows);
	notion_schema_fini(&s.schema);
	json_free(s.sources);
	free(inputs);
	return rc;
}
