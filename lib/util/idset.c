#include "util/idset.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

static const unsigned char nil[16];

static int digit(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

static void to_bytes(const char *id, unsigned char out[16])
{
	for (size_t i = 0; i < 16; i++) {
		if (*id == '-')
			id++;
		out[i] = (unsigned char)(digit(id[0]) << 4 | digit(id[1]));
		id += 2;
	}
}

/* Mixes all bytes: ids of one database share their first ones. */
static size_t hash(const unsigned char id[16])
{
	uint64_t half[2], h;

	memcpy(half, id, sizeof half);
	h = (half[0] ^ half[1] >> 29) * 0x9E3779B97F4A7C15ULL;
	h = (h ^ h >> 32 ^ half[1]) * 0xC2B2AE3D27D4EB4FULL;
	return (size_t)(h ^ h >> 32);
}

/* The slot that holds the id, or the free one where it belongs. */
static unsigned char *slot_of(const struct idset *s, const unsigned char id[16])
{
	size_t i = hash(id) & (s->cap - 1);

	while (memcmp(s->slots[i], nil, 16) != 0 &&
		memcmp(s->slots[i], id, 16) != 0)
		i = (i + 1) & (s->cap - 1);
	return s->slots[i];
}

static void grow_slots(struct idset *s)
{
	struct idset larger = { .cap = s->cap ? s->cap * 2 : 64 };

	larger.slots = xcalloc(larger.cap, sizeof *larger.slots);
	for (size_t i = 0; i < s->cap; i++)
		if (memcmp(s->slots[i], nil, 16) != 0)
			memcpy(slot_of(&larger, s->slots[i]), s->slots[i], 16);
	free(s->slots);
	s->slots = larger.slots;
	s->cap = larger.cap;
}

bool idset_add(struct idset *s, const char *id)
{
	unsigned char bytes[16], *slot;
	bool is_new;

	to_bytes(id, bytes);
	if (memcmp(bytes, nil, 16) == 0) {
		is_new = !s->has_nil;
		s->has_nil = true;
		return is_new;
	}
	if (s->n * 2 >= s->cap)
		grow_slots(s);
	slot = slot_of(s, bytes);
	is_new = memcmp(slot, nil, 16) == 0;
	if (is_new) {
		memcpy(slot, bytes, 16);
		s->n++;
	}
	return is_new;
}

bool idset_has(const struct idset *s, const char *id)
{
	unsigned char bytes[16];

	to_bytes(id, bytes);
	if (memcmp(bytes, nil, 16) == 0)
		return s->has_nil;
	return s->n > 0 && memcmp(slot_of(s, bytes), nil, 16) != 0;
}

void idset_fini(struct idset *s)
{
	free(s->slots);
	*s = (struct idset){ 0 };
}
