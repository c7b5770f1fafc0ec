/*
 * The content checksum of a decision: what both sides store as last agreed.
 *
 * Lower-case hex SHA-256 of the UTF-8 bytes of
 *     folded(decision)|folded(type)|YYYY-MM-DD
 * with empty text for what is not there (see util/text.h for the folded form).
 * Equal up to case and white space means equal here.
 */
#ifndef SYNC_CHECKSUM_H
#define SYNC_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>

#define CHECKSUM_LEN 64
#define CHECKSUM_SIZE (CHECKSUM_LEN + 1)

/* date is a checked YYYY-MM-DD; each may be NULL. */
void checksum_of(const char *decision, const char *type, const char *date,
	char out[CHECKSUM_SIZE]);

/* Sixty-four lower-case hex digits. */
bool checksum_is_valid(const char *s);

#endif
