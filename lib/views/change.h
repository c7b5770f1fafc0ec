/*
 * A change: a line of a run's results, of a plan or of conflicts.ndjson, as
 * people and programs are told of it. It is the same object wherever one is
 * told of:
 *
 *   run_id, n   the run, and the op's number in its plan
 *   at          when the run ended, or began where it hasn't
 *   op, target  as in the plan (sync/op_names.h)
 *   status      done, failed, unknown, skipped; planned: not carried out
 *   code        of a skip or a failure, else null
 *   title       the record's decision, as far as the line shows it, or null
 *   row_id, page_id, url   null: there is none, or not yet
 *   fields      [{name,was,now}]; was is absent where it isn't known
 *   conflict    {winner,resolved,fields: [{name,supabase,notion}],
 *               supabase_at,notion_at} where there was one; winner null: not
 *               decided; resolved: by a person; a side is absent where its
 *               value isn't known
 *   would       {op,target} of a skip that waits
 *   reason      why, and of a failure the error too
 *   undoes      the run that was taken back by this, in activity and in a
 *               record's story; not there: it is the sync's
 *
 * Values are texts, or null where the field is empty; a date with a time or an
 * end is one text: "2026-01-02 09:00 +01:00 to 2026-01-03".
 */
#ifndef VIEWS_CHANGE_H
#define VIEWS_CHANGE_H

#include "runs/records.h"
#include "util/json.h"
#include "util/times.h"

#define URL_SIZE 64

/*
 * What a view keeps of a line: a copy, in which texts may be shorter. NULL
 * stands for the whole line.
 */
typedef json *view_copy(const json *line);

json *change_json(const json *line, const char *run_id, usec at);

/* Puts undoes, where the run (which may be NULL) took another one back. */
void change_put_undoes(json *change, const struct run *r);

/* The parts of it. */
json *change_fields(const json *set, const json *was);
/* NULL where the line tells of no conflict. */
json *change_conflict(const json *line);
/* The decision's text after the op, as far as the line shows it, or NULL. */
const char *change_title(const json *line);
/*
 * A page's address needs its id alone, without dashes, whatever its title:
 * https://developers.notion.com/guides/data-apis/working-with-page-content
 * NULL where that isn't an id.
 */
const char *page_url(const char *page_id, char out[URL_SIZE]);
/* Puts row_id, page_id and url, null where there is none. */
void put_ids(json *to, const char *row_id, const char *page_id);

/* When a run ended, or began; by its id where it isn't kept. USEC_NONE. */
usec run_when(const struct run_records *l, const char *run_id);
/* json_str(line, key) is exactly that. */
bool line_has(const json *line, const char *key, const char *value);

#endif
