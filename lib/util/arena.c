#define _DEFAULT_SOURCE /* madvise() */

#include "util/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "util/alloc.h"

#define CHUNK_MIN ((size_t)1 << 14)
#define CHUNK_MAX ((size_t)1 << 21) /* a huge page */
#define ALIGNMENT _Alignof(max_align_t)

#if defined __has_feature
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define EACH_BY_ITSELF 1
#else
#define EACH_BY_ITSELF 0
#endif

struct arena_chunk {
	_Alignas(max_align_t) struct arena_chunk *before;
};

static size_t aligned(size_t size)
{
	return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* A chunk of that size; one of the largest size in a huge page, if possible. */
static void *chunk_alloc(size_t size)
{
	void *chunk;

	if (size != CHUNK_MAX)
		return xmalloc(size);
	chunk = xcheck(aligned_alloc(CHUNK_MAX, CHUNK_MAX));
#ifdef MADV_HUGEPAGE
	madvise(chunk, CHUNK_MAX, MADV_HUGEPAGE);
#endif
	return chunk;
}

static void add_chunk(struct arena *a, size_t needed)
{
	size_t size = a->next > CHUNK_MIN ? a->next : CHUNK_MIN;
	struct arena_chunk *chunk;

	needed += sizeof *chunk;
	if (EACH_BY_ITSELF || needed > size)
		size = needed;
	else if (size < CHUNK_MAX)
		a->next = size * 2;
	chunk = chunk_alloc(size);
	chunk->before = a->last;
	a->last = chunk;
	a->at = (char *)(chunk + 1);
	a->left = size - sizeof *chunk;
}

void *arena_alloc(struct arena *a, size_t size)
{
	void *p;

	size = EACH_BY_ITSELF ? size : aligned(size);
	if (EACH_BY_ITSELF || size > a->left)
		add_chunk(a, size);
	p = a->at;
	a->at += size;
	a->left -= size;
	return p;
}

void arena_fini(struct arena *a)
{
	while (a->last) {
		struct arena_chunk *before = a->last->before;

		free(a->last);
		a->last = before;
	}
	*a = (struct arena){ 0 };
}

/* Which of the texts before it says the same; i where none does. */
static size_t first_alike(
	const char **const texts[], const size_t len[], size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (*texts[k] && len[k] == len[i] &&
			memcmp(*texts[k], *texts[i], len[i]) == 0)
			return k;
	return i;
}

void *arena_keep(
	struct arena *a, size_t room, const char **const texts[], size_t n)
{
	size_t size = room, alike[ARENA_TEXTS], len[ARENA_TEXTS];
	char *piece, *at;

	for (size_t i = 0; i < n; i++) {
		if (!*texts[i])
			continue;
		len[i] = strlen(*texts[i]) + 1;
		alike[i] = first_alike(texts, len, i);
		if (alike[i] == i)
			size += len[i];
	}
	piece = arena_alloc(a, size);
	at = piece + room;
	for (size_t i = 0; i < n; i++) {
		if (!*texts[i])
			continue;
		if (alike[i] < i) {
			*texts[i] = *texts[alike[i]];
			continue;
		}
		*texts[i] = memcpy(at, *texts[i], len[i]);
		at += len[i];
	}
	return piece;
}
