/* Shortens what the page shows: the texts of records have no length limit. */
#ifndef HEALTH_SERVER_CUT_H
#define HEALTH_SERVER_CUT_H

#include "util/json.h"

#define CUT_TEXT 4000 /* bytes of each text, where they fit */

/*
 * A copy in which longer texts are cut to `most` bytes, between characters, and
 * end in "… [cut]".
 */
json *cut_copy(const json *v, size_t most);
/* Does the same to obj[key] in place; does nothing where there is none. */
void cut_member(json *obj, const char *key, size_t most);

#endif
