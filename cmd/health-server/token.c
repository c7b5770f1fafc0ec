#include "token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "util/alloc.h"

#define SHA256_BYTES 32
#define SIGNATURE_PREFIX "sha256="
#define SIGNATURE_LEN (sizeof SIGNATURE_PREFIX - 1 + 2 * SHA256_BYTES)

struct signature {
	EVP_PKEY *key;
	EVP_MD_CTX *mac;
	char claimed[SIGNATURE_LEN + 1];
};

/* Compares digests, so that not even the length can be measured. */
static bool same_text(const char *a, const char *b)
{
	unsigned char x[SHA256_BYTES] = { 0 }, y[SHA256_BYTES] = { 1 };

	EVP_Digest(a, strlen(a), x, NULL, EVP_sha256(), NULL);
	EVP_Digest(b, strlen(b), y, NULL, EVP_sha256(), NULL);
	return CRYPTO_memcmp(x, y, sizeof x) == 0;
}

bool token_is_bearer(const char *authorization)
{
	return authorization && strncasecmp(authorization, "Bearer ", 7) == 0;
}

bool token_is_same(const char *given, const char *token)
{
	return given && same_text(given, token);
}

bool token_is_right(const char *authorization, const char *token)
{
	if (!token_is_bearer(authorization))
		return false;
	authorization += 7;
	return same_text(authorization + strspn(authorization, " "), token);
}

struct signature *signature_begin(const char *header, const char *secret)
{
	static const char hex[] = "0123456789abcdef";
	const size_t prefix = sizeof SIGNATURE_PREFIX - 1;
	struct signature *s;

	if (!header || strlen(header) != SIGNATURE_LEN ||
		strncmp(header, SIGNATURE_PREFIX, prefix) != 0 ||
		strspn(header + prefix, hex) != 2 * SHA256_BYTES)
		return NULL;
	s = xcalloc(1, sizeof *s);
	strcpy(s->claimed, header);
	s->key = EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, NULL,
		(const unsigned char *)secret, strlen(secret));
	s->mac = EVP_MD_CTX_new();
	if (s->key && s->mac &&
		EVP_DigestSignInit(s->mac, NULL, EVP_sha256(), NULL, s->key) ==
			1)
		return s;
	signature_free(s);
	return NULL;
}

void signature_add(struct signature *s, const void *data, size_t len)
{
	EVP_DigestSignUpdate(s->mac, data, len);
}

bool signature_is_right(struct signature *s)
{
	unsigned char mac[SHA256_BYTES];
	char expected[SIGNATURE_LEN + 1] = SIGNATURE_PREFIX;
	size_t len = sizeof mac;

	if (EVP_DigestSignFinal(s->mac, mac, &len) != 1 || len != sizeof mac)
		return false;
	for (size_t i = 0; i < SHA256_BYTES; i++)
		sprintf(expected + sizeof SIGNATURE_PREFIX - 1 + 2 * i, "%02x",
			mac[i]);
	return same_text(s->claimed, expected);
}

void signature_free(struct signature *s)
{
	if (!s)
		return;
	EVP_MD_CTX_free(s->mac);
	EVP_PKEY_free(s->key);
	free(s);
}
