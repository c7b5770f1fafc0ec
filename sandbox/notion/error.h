/*
 * Notion's errors: {"object":"error","status","code","message",
 * "additional_data","request_id"}, with the texts that were recorded or
 * reported.
 */
#ifndef SANDBOX_NOTION_ERROR_H
#define SANDBOX_NOTION_ERROR_H

#include "sandbox/exchange.h"
#include "util/error.h"

struct notion_error {
	int status;
	char code[40];
	char message[1400];
	json *additional; /* owned; NULL: none */
};

/* These fill in e and return -1. */
int notion_fail(struct notion_error *e, int status, const char *code,
	const char *fmt, ...) PRINTF_LIKE(4, 5);
/* 400 validation_error */
int notion_invalid(struct notion_error *e, const char *fmt, ...)
	PRINTF_LIKE(2, 3);
/*
 * "body failed validation: <path> should be <what>, instead was `<value>`."
 * with `undefined` for NULL. The path begins with body, path or query.
 */
int notion_should_be(struct notion_error *e, const char *path, const char *what,
	const json *instead);
int notion_should_not_be_there(
	struct notion_error *e, const char *path, const json *instead);
/* ….length should be ≤ `most`, instead was `length`. */
int notion_too_long(
	struct notion_error *e, const char *path, size_t most, size_t length);
/* Refuses a key of the object that is not in the NULL-terminated list. */
int notion_only_keys(struct notion_error *e, const char *path,
	const json *object, const char *const *keys);
/* 404 object_not_found; kind as "page", "database", "data_source". */
int notion_not_found(struct notion_error *e, const char *kind, const char *id);

void notion_answer_error(struct reply *a, struct notion_error *e);

#endif
