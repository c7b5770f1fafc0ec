/* Proofs that a request brings, compared in a time that tells nothing. */
#ifndef HEALTH_SERVER_TOKEN_H
#define HEALTH_SERVER_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether the header (NULL: none) is "Bearer <token>"; the scheme's name has no
 * case: https://www.rfc-editor.org/rfc/rfc9110#section-11.1
 */
bool token_is_right(const char *authorization, const char *token);

/*
 * A signature as Notion makes it, "sha256=<hex>", the HMAC-SHA256 of the body
 * under the secret: https://developers.notion.com/reference/webhooks
 * It is computed while the body comes in, which isn't kept for it.
 */
struct signature;

/* NULL where the header isn't of that form, or is NULL. */
struct signature *signature_begin(const char *header, const char *secret);
void signature_add(struct signature *s, const void *data, size_t len);
bool signature_is_right(struct signature *s);
void signature_free(struct signature *s);

#endif
