/*
 * Text forms: how two texts are compared, measured and displayed. The rules are
 * those of the checksum (doc/semantics.md, section 2): they decide what counts
 * as a change.
 *
 * All text is UTF-8 without NUL, which the JSON guard checked when it was read.
 * NULL and "" are the same value throughout this module.
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
/* Appends the folded form; out must have room for it. */
void text_fold(struct buf *out, const char *s);

bool text_same(const char *a, const char *b);	      /* to the letter */
bool text_equal(const char *a, const char *b);	      /* in text form */
bool text_equal_folded(const char *a, const char *b); /* in folded form */
/* Only white space, or nothing at all. */
bool text_is_empty(const char *s);

/*
 * Length in UTF-16 code units, in which Notion counts its limits.
 * https://developers.notion.com/reference/request-limits
 */
size_t text_utf16_len(const char *s);
/* The longest start of s with at most `units` UTF-16 units, in bytes. */
size_t text_utf16_prefix(const char *s, size_t units);

/*
 * Texts from outside, made safe to show on a line that people read: on a
 * terminal, in a log, in a message or on a page. Characters that could end or
 * hide a line, control a terminal, or reorder what is read are escaped as
 * \u{XXXX}: control characters (C0 and C1), line and paragraph separators, and
 * bidirectional and other formatting characters except the two joiners. A byte
 * that is not UTF-8 becomes \xXX. The result is valid UTF-8, and escaping it a
 * second time changes nothing.
 */
#define TEXT_SHOWN_SIZE 16

/*
 * The first character of s, and the columns it takes. Returns how many bytes of
 * s it was; 0 at the end. Allocates nothing.
 */
size_t text_show_char(
	const char *s, char shown[TEXT_SHOWN_SIZE], size_t *columns);
/*
 * Appends s, cut to `columns` with "…" (0: not cut). Returns the columns used.
 */
size_t text_show(struct buf *out, const char *s, size_t columns);
/* Prints s; its line breaks stay, because they are the caller's own. */
void text_put(FILE *out, const char *s);

#endif
