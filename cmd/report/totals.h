/* What one run did, by side and op. */
#ifndef REPORT_TOTALS_H
#define REPORT_TOTALS_H

#include "runs/records.h"

/* A small table for people; nothing where the run did nothing. r may be NULL.
 */
void print_work_table(const struct run *r);
/* "3 created, 2 updated in Notion; 1 created in Supabase", or "no changes". */
void print_work(const struct run *r);
/* Requests to both services, sent by the run. */
int64_t run_requests(const struct run *r);
/* "created", "updated", … for an op's name; the name itself if unknown. */
const char *op_past(const char *op);

#endif
