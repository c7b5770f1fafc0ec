#include "sync/checksum.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "util/alloc.h"
#include "util/text.h"

void checksum_of(const char *decision, const char *type, const char *date,
	char out[CHECKSUM_SIZE])
{
	char *d = text_folded(decision), *t = text_folded(type);
	char *text = xasprintf("%s|%s|%s", d, t, date ? date : "");
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (!EVP_Digest(text, strlen(text), digest, &len, EVP_sha256(), NULL))
		len = 0;
	for (unsigned i = 0; i < len; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
	out[2 * len] = '\0';
	free(text);
	free(t);
	free(d);
}

bool checksum_is_valid(const char *s)
{
	return s && strlen(s) == CHECKSUM_LEN &&
	       strspn(s, "0123456789abcdef") == CHECKSUM_LEN;
}
