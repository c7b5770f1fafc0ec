/*
 * Files that others rely on: replaced whole or not at all, and locks.
 */
#ifndef UTIL_FILE_H
#define UTIL_FILE_H

#include <stdio.h>

#include "util/buf.h"
#include "util/error.h"

/*
 * Replacing a file so that a reader, and the next run after a crash at any
 * instant, finds the old or the new content: written beside it (same name,
 * ".new" behind), flushed, renamed, the folder flushed. Mode 0600 or less. A
 * file or a link that stands under that name is removed, never written through.
 */
struct file_replace {
	char *path, *new_path;
	FILE *out;
};

int file_replace_begin(
	struct file_replace *f, const char *path, struct error *e);
int file_replace_commit(struct file_replace *f, struct error *e);
/* Removes what was begun; nothing after a commit. */
void file_replace_abort(struct file_replace *f);
/* All three steps for a content at hand. */
int file_replace_with(
	const char *path, const char *data, size_t len, struct error *e);

/*
 * Opens a file that is written in place, O_RDWR with `flags` besides, made with
 * mode 0600 where it isn't there. Never through a link: whoever may write into
 * the folder could lead it to any file. -1 with RC_LOCAL.
 */
int file_open_own(const char *path, int flags, struct error *e);

/* All of it, or RC_LOCAL. */
int file_write(int fd, const char *path, const char *data, size_t len,
	struct error *e);

/* The whole file; RC_LOCAL where it can't be read or is longer than b->max. */
int file_read(const char *path, struct buf *b, struct error *e);
/* The rest of what is open as fd, which stays open; path is for messages. */
int file_read_from(int fd, const char *path, struct buf *b, struct error *e);
/*
 * The same of a regular file, without ever waiting: anything else in its place
 * (a FIFO that nobody writes to, a device) is RC_LOCAL.
 */
int file_read_regular(const char *path, struct buf *b, struct error *e);
/* Makes the folder and those above it; those that are there are fine. */
int file_make_dirs(const char *path, struct error *e);
/* "dir/name", allocated. */
char *path_join(const char *dir, const char *name);

/*
 * An advisory lock that dies with its holder. The file is opened close-on-exec,
 * for a child that inherited it would keep the lock. Returns the descriptor to
 * keep open; -1 with RC_TEMPORARY where somebody else holds it.
 */
int file_lock(const char *path, struct error *e);

#endif
