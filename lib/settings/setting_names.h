/*
 * The names that settings have. What else .env has is ignored, since other
 * programs may have settings there too; a name that was only meant to be one of
 * these would be ignored without a word.
 */
#ifndef SETTINGS_SETTING_NAMES_H
#define SETTINGS_SETTING_NAMES_H

#include <stdbool.h>

/*
 * Whether a name in .env is none, but looks like one: it begins with SYNC_, or
 * differs from a setting's name by two letters at most. *meant is the nearest
 * name, NULL where none is near.
 */
bool setting_is_misspelled(const char *name, const char **meant);

#endif
