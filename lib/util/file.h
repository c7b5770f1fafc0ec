/*
 * Files that others rely on: replaced whole or not at all.
 */
#ifndef UTIL_FILE_H
#define UTIL_FILE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

#include "util/buf.h"
#include "util/error.h"

/*
 * Replacing a file so that a reader, and the next run after a crash at any
 * instant, finds the old or the new content: written to a second file beside it
 * (the same name with ".new" appended), flushed, renamed, and the folder
 * flushed. Mode 0600 or less. A file or a link that already has that name is
 * removed, never written through.
 */
struct file_replace {
	char *path, *new_path;
	FILE *out;
};

int file_replace_begin(
	struct file_replace *f, const char *path, struct error *e);
int file_replace_commit(struct file_replace *f, struct error *e);
/* Removes what was begun; does nothing after a commit. */
void file_replace_abort(struct file_replace *f);
/* All three steps for content that is already in memory. */
int file_replace_with(
	const char *path, const char *data, size_t len, struct error *e);

/*
 * Opens a file that is written in place, with O_RDWR and `flags`; it is created
 * with mode 0600 where it doesn't exist. Never through a link: anyone who may
 * write to the folder could point it at any file. -1 with RC_LOCAL.
 */
int file_open_own(const char *path, int flags, struct error *e);
/* Makes the file, or sets its time to now, by the same rule. */
int file_touch_own(const char *path, struct error *e);

/* Writes all of it, or fails with RC_LOCAL. */
int file_write(int fd, const char *path, const char *data, size_t len,
	struct error *e);

/* The whole file; RC_LOCAL where it can't be read or is longer than b->max. */
int file_read(const char *path, struct buf *b, struct error *e);
/* The rest of the file open as fd, which stays open; path is for messages. */
int file_read_from(int fd, const char *path, struct buf *b, struct error *e);
/*
 * The same for a regular file, without ever waiting: anything else in its place
 * (a FIFO that nobody writes to, a device) is RC_LOCAL.
 */
int file_read_regular(const char *path, struct buf *b, struct error *e);
/*
 * Whether the file, or the folder, is what it was when `then` was filled in; it
 * is filled in again. What isn't there is the same as long as it isn't.
 */
bool file_is_same(const char *path, struct stat *then);
/* Creates the folder and its parents; those that exist are fine. */
int file_make_dirs(const char *path, struct error *e);
/* "dir/name", allocated. */
char *path_join(const char *dir, const char *name);

#endif
