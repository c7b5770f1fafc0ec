/*
 * Text forms: how two texts are compared, measured and shown. The rules are
 * those of the checksum (see checksum.h): they decide what counts as a change.
 *
 * All text is UTF-8 without NUL, checked by the JSON guard at the door. NULL
 * and "" are the same value everywhere here.
 *
 * text form:   NFC; every run of Unicode white space (property White_Space of
 *              PropList.txt) is one space; trimmed; case kept.
 * folded form: text form, full case folding (statuses C and F of
 *              CaseFolding.txt, so that "ß" equals "ss"), NFC again.
 */
#ifndef COMMON_TEXT_H
#define COMMON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

bool utf8_valid(const char *s, size_t len);
/* Bytes of the valid UTF-8 character at s, 1 to 4; 0 where there is none. */
size_t utf8_char_len(const char *s, size_t left);

/* Both return an allocated text, never NULL. */
char *text_form(const char *s);
char *text_folded(const char *s);

bool text_equal(const char *a, const char *b);	      /* in text form */
bool text_equal_folded(const char *a, const char *b); /* in folded form */
/* No character but white space, or nothing at all. */
bool text_is_empty(const char *s);

/*
 * Length in UTF-16 code units, in which Notion counts its limits.
 * https://developers.notion.com/reference/request-limits
 */
size_t text_utf16_len(const char *s);
/* The longest start of s with at most `units` UTF-16 units, in bytes. */
size_t text_utf16_prefix(const char *s, size_t units);

/*
 * Appends s for a terminal: control, bidirectional and other invisible
 * formatting characters as \u{XXXX}, cut to `columns` with "…" (0: not cut).
 * Returns the columns used.
 */
size_t text_show(struct buf *out, const char *s, size_t columns);

#endif
