/*
 * plan from its records to its words: what people, and programs, are told.
 */
#include <stddef.h>

#include "scenes.h"

static const char *const left[] = { NULL };

const struct scenes scenes_of = {
	.name = "plan_scenes",
	.program = "plan",
	.folder = "tests/scenes/plan",
	.left = left,
};
