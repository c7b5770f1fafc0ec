/* One line of a run's results (or of a plan not carried out) in words. */
#ifndef REPORT_OP_TEXT_H
#define REPORT_OP_TEXT_H

#include <stdbool.h>

#include "util/json.h"

/*
 * "created in Notion: only in Supabase", "not updated in Supabase, failed: …",
 * "left alone (poison): …", on stdout without a newline.
 */
void print_outcome(const json *line);
/*
 * The fields with their old and new values, and those of a conflict; indented.
 */
void print_values(const json *line);
void print_conflict(const json *conflict);
/* Only the names: "decision, type"; nothing where no field is written. */
void print_field_names(const json *line);

#endif
