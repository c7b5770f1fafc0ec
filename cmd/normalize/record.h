/*
 * A line of a fetch stream as a line of the record stream: the same fields for
 * both sides, the checksum of the content, times in UTC. What can't be
 * understood becomes a problem line, with both ids as far as they are known.
 * Texts are never changed here, only compared later.
 */
#ifndef NORMALIZE_RECORD_H
#define NORMALIZE_RECORD_H

#include "notion/schema.h"
#include "sync/problem.h"
#include "util/json.h"

/* All return a new line of kind "record" or "problem", never NULL. */
/* head: of the row's stream: whether there is a deleted_at, and what the table
 * calls its columns, for messages. */
json *record_of_row(const json *row, const json *head);
/*
 * The title is what the line holds: notion-fetch has completed those that the
 * API cuts after NOTION_MENTIONS_INLINE mentions, and a complete title with as
 * many looks the same, so `title_cut` is no reason to doubt it here.
 */
json *record_of_page(const json *page, const struct notion_schema *s);
/* A "missing" line: a linked page that is moved or unreachable. */
json *record_of_missing(const json *line);
/* A "problem" line: a page that couldn't be read. */
json *record_of_problem(const json *line);
/* Takes a record back as a problem, with the ids that it has. */
json *record_to_problem(json *take_record, const struct problem *p);

#endif
