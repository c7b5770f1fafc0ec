/* SHA-256, by OpenSSL. */
#ifndef UTIL_SHA256_H
#define UTIL_SHA256_H

#include <stddef.h>

#define SHA256_BYTES 32
#define SHA256_TEXT_SIZE (2 * SHA256_BYTES + 1)

void sha256(const void *data, size_t len, unsigned char out[SHA256_BYTES]);

/* Of what comes piece by piece, such as the lines of a stream. */
struct evp_md_ctx_st;
struct evp_md_ctx_st *sha256_begin(void);
void sha256_add(struct evp_md_ctx_st *sum, const void *data, size_t len);
/* With its LF. */
void sha256_add_line(struct evp_md_ctx_st *sum, const char *text, size_t len);
/* In hex digits; takes the sum. */
const char *sha256_end(
	struct evp_md_ctx_st *take_sum, char out[SHA256_TEXT_SIZE]);
/* One that isn't wanted any more, or NULL. */
void sha256_abort(struct evp_md_ctx_st *take_sum);

#endif
