#include "settings/hold.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define OPS_ARE \
	"there are create, update, trash, restore, each alone or with " \
	":notion or :supabase behind it, and none"

static const char *const ops[HELD_OPS] = {
	[HOLD_CREATE] = "create",
	[HOLD_UPDATE] = "update",
	[HOLD_TRASH] = "trash",
	[HOLD_RESTORE] = "restore",
};

static const char *const sides[HELD_SIDES] = {
	[HOLD_NOTION] = "notion",
	[HOLD_SUPABASE] = "supabase",
};

const char *held_op_name(enum held_op o)
{
	return ops[o];
}

const char *held_side_name(enum held_side s)
{
	return sides[s];
}

/* The place of a word of that length; -1. */
static int place_of(
	const char *word, size_t len, const char *const *words, int n)
{
	for (int i = 0; i < n; i++)
		if (strlen(words[i]) == len && memcmp(words[i], word, len) == 0)
			return i;
	return -1;
}

/* One word of the list: "trash", "trash:notion". */
static int add_one(struct hold *h, const char *word, size_t len)
{
	const char *colon = memchr(word, ':', len);
	size_t op_len = colon ? (size_t)(colon - word) : len;
	int op = place_of(word, op_len, ops, HELD_OPS), side = -1;

	if (colon)
		side = place_of(colon + 1, len - op_len - 1, sides, HELD_SIDES);
	if (op < 0 || (colon && side < 0))
		return -1;
	for (int s = 0; s < HELD_SIDES; s++)
		h->of[op][s] |= !colon || s == side;
	return 0;
}

int hold_add(struct hold *h, const char *list, const char *in,
	enum exit_code rc, struct error *e)
{
	if (strcmp(list, "none") == 0)
		return 0;
	for (;;) {
		size_t len = strcspn(list, ",");

		if (add_one(h, list, len) < 0)
			return fail(e, rc,
				"%s: \"%.*s\" is not an op that can be held: "
				"%s",
				in, (int)(len > 60 ? 60 : len), list, OPS_ARE);
		if (!list[len])
			return 0;
		list += len + 1;
	}
}

int hold_direction(struct hold *h, const char *word, const char *in,
	enum exit_code rc, struct error *e)
{
	enum held_side held;

	if (strcmp(word, "both") == 0)
		return 0;
	if (strcmp(word, "to-notion") == 0)
		held = HOLD_SUPABASE;
	else if (strcmp(word, "to-supabase") == 0)
		held = HOLD_NOTION;
	else
		return fail(e, rc,
			"%s: \"%.60s\" is not a direction: there are "
			"to-notion, to-supabase and both",
			in, word);
	for (int o = 0; o < HELD_OPS; o++)
		h->of[o][held] = true;
	return 0;
}

json *hold_json(const struct hold *h)
{
	json *held = json_array();
	char word[40];

	for (enum held_op o = 0; o < HELD_OPS; o++)
		for (enum held_side s = 0; s < HELD_SIDES; s++) {
			if (!h->of[o][s])
				continue;
			snprintf(word, sizeof word, "%s:%s", held_op_name(o),
				held_side_name(s));
			json_add(held, json_string(word));
		}
	return held;
}
