/* How long a plan will take: Notion's budget of requests is the narrow place.
 */
#ifndef APPLY_FORECAST_H
#define APPLY_FORECAST_H

#include "ops.h"
#include "util/buf.h"

/*
 * "1,240 pages to create, about 7 minutes at 180 requests a minute"; out stays
 * empty for what takes less than a minute.
 */
void forecast(const struct ops *ops, long rpm, struct buf *out);

#endif
