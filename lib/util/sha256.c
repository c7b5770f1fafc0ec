#include "util/sha256.h"

#include <pthread.h>
#include <stdlib.h>

#include <openssl/evp.h>

#include "util/alloc.h"
#include "util/hex.h"

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

EVP_MD_CTX *sha256_begin(void)
{
	EVP_MD_CTX *sum = xcheck(EVP_MD_CTX_new());

	pthread_once(&once, find_algorithm);
	EVP_DigestInit_ex(sum, algorithm, NULL);
	return sum;
}

void sha256_add(EVP_MD_CTX *sum, const void *data, size_t len)
{
	EVP_DigestUpdate(sum, data, len);
}

void sha256_add_line(EVP_MD_CTX *sum, const char *text, size_t len)
{
	EVP_DigestUpdate(sum, text, len);
	EVP_DigestUpdate(sum, "\n", 1);
}

const char *sha256_end(EVP_MD_CTX *take_sum, char out[SHA256_TEXT_SIZE])
{
	unsigned char bytes[SHA256_BYTES];

	EVP_DigestFinal_ex(take_sum, bytes, NULL);
	*hex_put(out, bytes, SHA256_BYTES) = '\0';
	EVP_MD_CTX_free(take_sum);
	return out;
}

void sha256_abort(EVP_MD_CTX *take_sum)
{
	EVP_MD_CTX_free(take_sum);
}
