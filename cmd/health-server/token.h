/* Tokens and signatures of requests, compared in constant time. */
#ifndef HEALTH_SERVER_TOKEN_H
#define HEALTH_SERVER_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether the header (NULL: none) is "Bearer <token>"; the name of the scheme
 * is case-insensitive: https://www.rfc-editor.org/rfc/rfc9110#section-11.1
 */
bool token_is_right(const char *authorization, const char *token);
/* Whether the header has that scheme. */
bool token_is_bearer(const char *authorization);
/* Whether what was given (NULL: nothing) is the token itself. */
bool token_is_same(const char *given, const char *token);

/*
 * A signature as Notion creates it, "sha256=<hex>", the HMAC-SHA256 of the body
 * with the secret: https://developers.notion.com/reference/webhooks It is
 * computed while the body arrives, so the body needn't be kept.
 */
struct signature;

/* NULL where the header doesn't have that form, or is NULL. */
struct signature *signature_begin(const char *header, const char *secret);
void signature_add(struct signature *s, const void *data, size_t len);
bool signature_is_right(struct signature *s);
void signature_free(struct signature *s);

#endif
