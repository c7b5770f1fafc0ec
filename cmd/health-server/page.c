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

/* "<" is in the texts of JSON alone, where it could end the element. */
int page_add(
	struct buf *documents, const char *name, const char *text, size_t len)
{
	int rc = buf_addf(
		documents, "%s\"%s\":", documents->len ? "," : "", name);

	for (size_t i = 0; i < len && rc == 0; i++)
		rc = text[i] == '<' ? buf_adds(documents, "\\u003c")
				    : buf_addc(documents, text[i]);
	return rc;
}

void page_print(struct buf *out, const struct buf *documents)
{
	static const char empty[] = "type=\"application/json\">{";
	const char *page = (const char *)page_html;
	const char *rest = strstr(page, empty) + sizeof empty - 1;

	buf_add(out, page, (size_t)(rest - page));
	buf_add(out, documents->data, documents->len);
	buf_adds(out, rest);
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
