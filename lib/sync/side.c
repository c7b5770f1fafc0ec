#include "sync/side.h"

#include <string.h>

static const struct {
	const char *name, *title;
} sides[SIDES] = {
	[SUPABASE] = { "supabase", "Supabase" },
	[NOTION] = { "notion", "Notion" },
};

const char *side_name(enum side s)
{
	return sides[s].name;
}

const char *side_title(enum side s)
{
	return sides[s].title;
}

int side_parse(const char *s, enum side *side)
{
	for (enum side i = 0; s && i < SIDES; i++) {
		if (strcmp(sides[i].name, s) == 0) {
			*side = i;
			return 0;
		}
	}
	return -1;
}
