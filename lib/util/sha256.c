/*
 * Not by EVP: the first digest of a process that comes by it loads OpenSSL's
 * providers and settings, 5 of the 9 million instructions of a plan of one
 * record; and each digest allocates. These functions are called deprecated
 * since OpenSSL 3.0, in favour of providers that others may exchange. What is
 * made here is a checksum, kept in rows and pages: it may not be another.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "util/sha256.h"

#include <stdlib.h>

#include <openssl/sha.h>

#include "util/alloc.h"
#include "util/hex.h"

struct sha256 {
	SHA256_CTX state;
};

void sha256(const void *data, size_t len, unsigned char out[SHA256_BYTES])
{
	SHA256_CTX state;

	SHA256_Init(&state);
	SHA256_Update(&state, data, len);
	SHA256_Final(out, &state);
}

struct sha256 *sha256_begin(void)
{
	struct sha256 *sum = xmalloc(sizeof *sum);

	SHA256_Init(&sum->state);
	return sum;
}

void sha256_add(struct sha256 *sum, const void *data, size_t len)
{
	SHA256_Update(&sum->state, data, len);
}

void sha256_add_line(struct sha256 *sum, const char *text, size_t len)
{
	SHA256_Update(&sum->state, text, len);
	SHA256_Update(&sum->state, "\n", 1);
}

const char *sha256_end(struct sha256 *take_sum, char out[SHA256_TEXT_SIZE])
{
	unsigned char bytes[SHA256_BYTES];

	SHA256_Final(bytes, &take_sum->state);
	*hex_put(out, bytes, SHA256_BYTES) = '\0';
	free(take_sum);
	return out;
}

void sha256_abort(struct sha256 *take_sum)
{
	free(take_sum);
}
