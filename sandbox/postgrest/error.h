/*
 * PostgREST's errors: {"code","details","hint","message"}, with the HTTP
 * status that its source (Error.hs, mapSQLtoHTTP) gives each code.
 */
#ifndef SANDBOX_POSTGREST_ERROR_H
#define SANDBOX_POSTGREST_ERROR_H

#include "sandbox/exchange.h"
#include "util/error.h"

struct rest_error {
	int status; /* 0: by the code */
	char code[12];
	char message[600], details[600], hint[400]; /* "": null */
};

/* Fills in e and returns -1. */
int rest_fail(struct rest_error *e, const char *code, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
/* Adds details to an error; returns -1. */
int rest_details(struct rest_error *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
void rest_answer_error(
	struct reply *a, const struct rest_error *e, bool anonymous);

#endif
