/*
 * The pool of json_use_pool(): what is given back goes to a list of pieces of
 * its size, and is taken from there again. malloc() does the same, but a line
 * has more values than it keeps at hand.
 *
 * Each piece begins with its class, because free() isn't told its size: pieces
 * of class n have n * UNIT bytes, and those of class 0 come from malloc().
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "util/alloc.h"
#include "util/json.h"

#if defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#ifdef __SANITIZE_ADDRESS__

void json_use_pool(void)
{
	/* A sanitizer must see each value by itself. */
}

#else

#define UNIT 16u
#define CLASSES 32u /* nodes, keys and most texts */
#define CHUNK_SIZE 65536u

struct piece {
	uintptr_t class;
	/* While it is free; else the user's memory, for any type. */
	_Alignas(max_align_t) struct piece *next;
};

static_assert(UNIT % _Alignof(max_align_t) == 0,
	"pieces that lie side by side are aligned");

static struct {
	struct piece *free[CLASSES];
	char *at; /* the rest of the last chunk */
	size_t left;
} pool;

static struct piece *new_piece(size_t class)
{
	size_t size = class * UNIT;
	struct piece *p;

	if (size > pool.left) {
		pool.at = xmalloc(CHUNK_SIZE);
		pool.left = CHUNK_SIZE;
	}
	p = (struct piece *)(void *)pool.at;
	p->class = class;
	pool.at += size;
	pool.left -= size;
	return p;
}

static void *take(size_t size)
{
	/* It has room for `next`, and is of class 1 or more. */
	size_t total =
		offsetof(struct piece, next) + (size > UNIT ? size : UNIT);
	size_t class = (total + UNIT - 1) / UNIT;
	struct piece *p;

	if (class >= CLASSES) {
		p = xmalloc(total);
		p->class = 0;
	} else if ((p = pool.free[class])) {
		pool.free[class] = p->next;
	} else {
		p = new_piece(class);
	}
	return &p->next;
}

static void give_back(void *memory)
{
	struct piece *p;

	if (!memory)
		return;
	p = (struct piece *)(void *)((char *)memory -
				     offsetof(struct piece, next));
	if (p->class == 0) {
		free(p);
		return;
	}
	p->next = pool.free[p->class];
	pool.free[p->class] = p;
}

void json_use_pool(void)
{
	cJSON_Hooks hooks = { .malloc_fn = take, .free_fn = give_back };

	cJSON_InitHooks(&hooks);
}

#endif
