/* One record's story (views/story.h), for people. */
#ifndef REPORT_HISTORY_H
#define REPORT_HISTORY_H

#include "runs/records.h"

/*
 * id belongs to a row or a page, with or without dashes. The exit code, or -1:
 * RC_USAGE where it is not an id.
 */
int print_history(const struct run_records *l, const char *id, struct error *e);

#endif
