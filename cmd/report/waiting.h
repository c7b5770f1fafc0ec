/* What waits (views/waiting.h), for people. */
#ifndef REPORT_WAITING_H
#define REPORT_WAITING_H

#include "views/waiting.h"

/* A line each: kind, id, command and reason, with tabs between them. */
void print_what_waits(const struct waiting *all);

#endif
