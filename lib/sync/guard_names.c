#include "sync/guard_names.h"

#include <string.h>

static const char *const names[GUARDS] = {
	[GUARD_EMPTY_SIDE] = "empty-side",
	[GUARD_MASS_DELETE] = "mass-delete",
	[GUARD_MASS_CREATE] = "mass-create",
	[GUARD_MASS_CHANGE] = "mass-change",
	[GUARD_SCOPE] = "scope",
};

const char *guard_name(enum guard g)
{
	return names[g];
}

static int parse_one(
	const char *name, size_t len, bool allowed[GUARDS], struct error *e)
{
	for (enum guard i = 0; i < GUARDS; i++) {
		if (strlen(names[i]) == len &&
			memcmp(names[i], name, len) == 0) {
			allowed[i] = true;
			return 0;
		}
	}
	return fail(e, RC_USAGE,
		"no guard that can be allowed: %.*s (there are empty-side, "
		"mass-delete, mass-create, mass-change, scope)",
		(int)(len > 60 ? 60 : len), name);
}

int guards_parse(const char *list, bool allowed[GUARDS], struct error *e)
{
	for (;;) {
		size_t len = strcspn(list, ",");

		if (parse_one(list, len, allowed, e) < 0)
			return -1;
		if (!list[len])
			return 0;
		list += len + 1;
	}
}
