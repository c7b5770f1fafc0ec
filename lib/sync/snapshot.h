/*
 * The snapshot: what Notion held when it was last read, kept in the state
 * folder from run to run. normalize writes it, and both notion-fetch and
 * normalize read it (doc/semantics.md, section 9). Losing it costs one full
 * reading and nothing else.
 *
 * It is a stream "snapshot": a head with an id of its own and the head of the
 * fetch stream that was read (`notion`); the lines about pages exactly as
 * normalize prints them, records and problems; and an end with their count and
 * their SHA-256 (`sum`). Whoever reads it needs the id in a line and a word
 * about it, and no more: the lines are passed on as they are, which is what
 * makes a snapshot cheap.
 */
#ifndef SYNC_SNAPSHOT_H
#define SYNC_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "util/error.h"
#include "util/file.h"
#include "util/json.h"
#include "util/uuid.h"

struct sha256;

enum snapshot_kind {
	KEPT_LIVE,    /* a page, archived or not */
	KEPT_DELETED, /* in the trash */
	KEPT_MISSING, /* moved or unreachable */
	KEPT_PROBLEM, /* a page that can't be understood */
	KEPT_UNREAD,  /* one that couldn't be read, and shall be tried again */
};

struct snapshot_line {
	const char *text; /* without its LF; until the next line */
	size_t len;
	char page_id[UUID_SIZE];
	enum snapshot_kind kind;
};

struct snapshot_reader {
	const char *path;
	FILE *in;
	char *buffer; /* of in */
	json *head;
	char *text;
	size_t cap;
	uint64_t count;
	struct sha256 *sum;
};

/*
 * Opens it and reads its head: 1; 0 where there is none; -1: RC_STREAM where it
 * is damaged, RC_LOCAL where it can't be read.
 */
int snapshot_open(struct snapshot_reader *r, const char *path, struct error *e);
/*
 * 1 with the next line; 0 at the end, where count and sum are right and nothing
 * follows; -1 (RC_STREAM) anywhere else: what was read may be wrong then.
 */
int snapshot_next(
	struct snapshot_reader *r, struct snapshot_line *line, struct error *e);
void snapshot_close(struct snapshot_reader *r);

/* The fetch head in it; and its own id, NULL in a damaged one. */
const json *snapshot_fetch_head(const struct snapshot_reader *r);
const char *snapshot_id(const struct snapshot_reader *r);

/* Replaces the file whole or not at all: see util/file.h. */
struct snapshot_writer {
	struct file_replace file;
	char id[UUID_SIZE];
	uint64_t count;
	struct sha256 *sum;
};

int snapshot_begin(struct snapshot_writer *w, const char *path,
	const json *fetch_head, struct error *e);
/* A line without its LF. */
int snapshot_add(struct snapshot_writer *w, const char *text, size_t len,
	struct error *e);
int snapshot_commit(struct snapshot_writer *w, struct error *e);
/* Leaves the file as it was; does nothing after a commit, or before a begin. */
void snapshot_abort(struct snapshot_writer *w);

#endif
