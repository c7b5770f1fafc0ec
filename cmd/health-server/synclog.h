/*
 * The newest lines of logs/sync.log; runs/event_log.h describes their format.
 */
#ifndef HEALTH_SERVER_SYNCLOG_H
#define HEALTH_SERVER_SYNCLOG_H

#include "util/json.h"

/*
 * An array of {"time","level","run","program","message"}, oldest first, at most
 * `most`; lines of level debug and lines that can't be read are left out. Empty
 * where there is no such file.
 */
json *synclog_tail(const char *path, size_t most);

#endif
