/*
 * A service that answers with what the fuzzer says, below the two clients and
 * in place of the network: the linker gives them this http_exchange(). Each
 * part whose name begins with a digit is an answer: its status, maybe words
 * behind it ("range=0-9/20", "wait=2", "edge", "text"), and the body. "lost",
 * "large" and "untrusted" are answers too; after the last, nothing is sent.
 */
#ifndef TESTS_FUZZ_SERVICE_H
#define TESTS_FUZZ_SERVICE_H

#include "fuzz.h"
#include "net/api.h"

/* Before each input. */
void service_begin(const uint8_t *data, size_t size);
/* Frees what was answered last, and gives how often it was asked. */
size_t service_end(void);

/* What a call that failed tells, and one that didn't. */
void must_be_told(const struct api_error *a);

#endif
