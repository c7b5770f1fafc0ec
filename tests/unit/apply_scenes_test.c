/*
 * apply from its plan to its results: what it asks, writes and says.
 */
#include <stddef.h>

#include "scenes.h"

static const char *const left[] = { "base.ndjson", "base.ndjson.journal",
	"settling.ndjson", NULL };

const struct scenes scenes_of = {
	.name = "apply_scenes",
	.program = "apply",
	.folder = "tests/scenes",
	.left = left,
};
