#include "util/sha256.h"

#include <pthread.h>
#include <stdlib.h>

#include <openssl/evp.h>

/* OpenSSL looks an algorithm up in each call that isn't given it, which takes
 * longer than to hash a record. */
static EVP_MD *algorithm;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void find_algorithm(void)
{
	algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (!algorithm)
		abort(); /* SHA-256 is part of every OpenSSL */
}

void sha256(const void *data, size_t len, unsigned char out[SHA256_BYTES])
{
	pthread_once(&once, find_algorithm);
	if (!EVP_Digest(data, len, out, NULL, algorithm, NULL))
		abort(); /* it can't fail but for want of memory */
}
