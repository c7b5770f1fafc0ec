/* Making what the page shows fit: texts have no bound where they come from. */
#ifndef HEALTH_SERVER_CUT_H
#define HEALTH_SERVER_CUT_H

#include "util/json.h"

#define CUT_TEXT 4000 /* bytes of each text, where they fit */

/*
 * A copy whose longer texts have `most` bytes each, cut between characters,
 * with "… [cut]" behind.
 */
json *cut_copy(const json *v, size_t most);
/* The same with obj[key] in its place; nothing where there is none. */
void cut_member(json *obj, const char *key, size_t most);

#endif
