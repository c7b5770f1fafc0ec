/* SHA-256, by OpenSSL. */
#ifndef UTIL_SHA256_H
#define UTIL_SHA256_H

#include <stddef.h>

#define SHA256_BYTES 32
#define SHA256_TEXT_SIZE (2 * SHA256_BYTES + 1)

void sha256(const void *data, size_t len, unsigned char out[SHA256_BYTES]);

/* Of what comes piece by piece, such as the lines of a stream. */
struct sha256;
struct sha256 *sha256_begin(void);
void sha256_add(struct sha256 *sum, const void *data, size_t len);
/* With its LF. */
void sha256_add_line(struct sha256 *sum, const char *text, size_t len);
/* In hex digits; takes the sum. */
const char *sha256_end(struct sha256 *take_sum, char out[SHA256_TEXT_SIZE]);
/* One that isn't wanted any more, or NULL. */
void sha256_abort(struct sha256 *take_sum);

#endif
