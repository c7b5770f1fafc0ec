#include "util/uuid.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "util/alloc.h"
#include "util/hex.h"

static int uuid_bytes(const char *s, unsigned char out[16])
{
	bool dashed = s && strlen(s) == 36;

	if (!s || (!dashed && strlen(s) != 32))
		return -1;
	for (int i = 0; i < 16; i++) {
		int hi, lo;

		if (dashed && (i == 4 || i == 6 || i == 8 || i == 10))
			if (*s++ != '-')
				return -1;
		hi = hex_value(s[0]);
		lo = hi < 0 ? -1 : hex_value(s[1]);
		if (lo < 0)
			return -1;
		out[i] = (unsigned char)(hi << 4 | lo);
		s += 2;
	}
	return 0;
}

static void uuid_text(const unsigned char b[16], char out[UUID_SIZE])
{
	static const size_t groups[] = { 4, 2, 2, 2, 6 };

	for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
		if (i > 0)
			*out++ = '-';
		out = hex_put(out, b, groups[i]);
		b += groups[i];
	}
	*out = '\0';
}

int uuid_normalize(const char *s, char out[UUID_SIZE])
{
	unsigned char bytes[16];

	if (uuid_bytes(s, bytes) < 0)
		return -1;
	uuid_text(bytes, out);
	return 0;
}

bool uuid_is_normal(const char *s)
{
	for (size_t i = 0; i < UUID_SIZE - 1; i++) {
		bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (is_dash ? s[i] != '-' : !hex_is_lower(s[i]))
			return false;
	}
	return s[UUID_SIZE - 1] == '\0';
}

static void set_version(unsigned char b[16], int version)
{
	b[6] = (unsigned char)((b[6] & 0x0F) | version << 4);
	b[8] = (unsigned char)((b[8] & 0x3F) | 0x80);
}

/* The system's own source; OpenSSL starts a generator and its providers first,
 * which takes twice as long as all else that normalize does for a few records.
 */
static bool read_random(unsigned char *b, size_t n)
{
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	bool have = fd >= 0 && read(fd, b, n) == (ssize_t)n;

	if (fd >= 0)
		close(fd);
	return have;
}

void uuid_random(char out[UUID_SIZE])
{
	unsigned char b[16];

	if (!read_random(b, sizeof b) && RAND_bytes(b, sizeof b) != 1)
		abort(); /* no source of randomness: nothing is safe */
	set_version(b, 4);
	uuid_text(b, out);
}

static void uuid5(
	const unsigned char space[16], const char *name, unsigned char out[16])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned len = 0;

	if (!ctx || !EVP_DigestInit_ex(ctx, EVP_sha1(), NULL) ||
		!EVP_DigestUpdate(ctx, space, 16) ||
		!EVP_DigestUpdate(ctx, name, strlen(name)) ||
		!EVP_DigestFinal_ex(ctx, digest, &len))
		abort(); /* SHA-1 is part of every OpenSSL */
	EVP_MD_CTX_free(ctx);
	memcpy(out, digest, 16);
	set_version(out, 5);
}

void uuid_row_for_page(
	const char *page_id, unsigned attempt, char out[UUID_SIZE])
{
	static const char url_space[] = "6ba7b811-9dad-11d1-80b4-00c04fd430c8";
	unsigned char space[16], id[16];
	char *name = attempt ? xasprintf("%s/%u", page_id, attempt + 1)
			     : xstrdup(page_id);

	if (uuid_bytes(url_space, id) < 0)
		abort(); /* it is a constant */
	uuid5(id, "https://app.notion.com/", space);
	uuid5(space, name, id);
	uuid_text(id, out);
	free(name);
}
