#include "page.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

const unsigned char page_html[] = {
#include "page.inc"
};
const size_t page_html_len = sizeof page_html - 1; /* followed by a NUL */

#define HASH_SIZE 64

/* The base64 of the SHA-256 of the text between two tags. */
static void hash_between(const char *from, const char *to, char out[HASH_SIZE])
{
	const char *page = (const char *)page_html;
	const char *start = strstr(page, from), *end;
	unsigned char hash[32];

	*out = '\0';
	if (!start)
		return;
	start += strlen(from);
	end = strstr(start, to);
	if (!end)
		return;
	EVP_Digest(
		start, (size_t)(end - start), hash, NULL, EVP_sha256(), NULL);
	EVP_EncodeBlock((unsigned char *)out, hash, sizeof hash);
}

void page_policy(char out[POLICY_MAX])
{
	char style[HASH_SIZE], script[HASH_SIZE];

	hash_between("<style>", "</style>", style);
	hash_between("<script>", "</script>", script);
	snprintf(out, POLICY_MAX,
		"default-src 'none'; style-src 'sha256-%s'; "
		"script-src 'sha256-%s'; connect-src 'self'; "
		"img-src data:; base-uri 'none'; form-action 'none'; "
		"frame-ancestors 'none'",
		style, script);
}
