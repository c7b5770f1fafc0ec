/*
 * Text forms: how two texts are compared, measured and shown. The rules are
 * those of the checksum (doc/semantics.md, section 2): they decide what counts
 * as a change.
 *
 * All text is UTF-8 without NUL, checked by the JSON guard at the door. NULL
 * and "" are the same value everywhere here.
 *
 * text form:   NFC; every run of Unicode white space (property White_Space of
 *              PropList.txt) is one space; trimmed; case kept.
 * folded form: text form, full case folding (statuses C and F of
 *              CaseFolding.txt, so that "ß" equals "ss"), NFC again.
 */
#ifndef UTIL_TEXT_H
#define UTIL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "util/buf.h"

bool utf8_valid(const char *s, size_t len);
/* Bytes of the valid UTF-8 character at s, 1 to 4; 0 where there is none. */
size_t utf8_char_len(const char *s, size_t left);

/* Both return an allocated text, never NULL. */
char *text_form(const char *s);
char *text_folded(const char *s);

bool text_same(const char *a, const char *b);	      /* to the letter */
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
 * Texts from elsewhere as they may stand in a line for people, be it on a
 * terminal, in a log, in a message or on a page. Written out as \u{XXXX} is
 * what could end or hide a line, steer a terminal, or turn around the order of
 * what is read: the controls (C0 and C1), the separators of lines and
 * paragraphs, the bidirectional and other formatting characters but for the two
 * joiners. A byte that is no UTF-8 is \xXX. What is printed by these is valid
 * UTF-8, and printed once more it stays the same.
 */
#define TEXT_SHOWN_SIZE 16

/*
 * The first character of s, and the columns it takes. Returns the bytes of s
 * that it was; 0 at the end. Allocates nothing.
 */
size_t text_show_char(
	const char *s, char shown[TEXT_SHOWN_SIZE], size_t *columns);
/*
 * Appends s, cut to `columns` with "…" (0: not cut). Returns the columns used.
 */
size_t text_show(struct buf *out, const char *s, size_t columns);
/* Prints s; its line breaks stay, for they are the caller's own. */
void text_put(FILE *out, const char *s);

#endif
