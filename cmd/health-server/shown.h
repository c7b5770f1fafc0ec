/* What readers over the network see of a line or a document. */
#ifndef HEALTH_SERVER_SHOWN_H
#define HEALTH_SERVER_SHOWN_H

#include "util/json.h"

/*
 * A copy with long texts cut (cut.h), and the paths in messages masked
 * (mask.h): in "message", "reason" and "why", wherever they are. The values of
 * records stay as they are.
 */
json *shown_copy(const json *v);
/* The same of a document, cut so that it has about `most` bytes. */
json *shown_fitted(const json *v, size_t most);

#endif
