/*
 * What lib/util/error.h promises, for tools that read one file at a time: a
 * function that fails has returned -1. `make analyze` includes this first.
 */
#ifndef ANALYSIS_CONTRACTS_H
#define ANALYSIS_CONTRACTS_H

#include "util/error.h"

#define fail(...) (fail(__VA_ARGS__), -1)
#define fail_errno(...) (fail_errno(__VA_ARGS__), -1)
#define fail_at(...) (fail_at(__VA_ARGS__), -1)

#endif
