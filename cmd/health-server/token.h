/* Proofs that a request brings, compared in a time that tells nothing. */
#ifndef HEALTH_SERVER_TOKEN_H
#define HEALTH_SERVER_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the header (NULL: none) is "Bearer <token>". */
bool token_is_right(const char *authorization, const char *token);
/*
 * Whether the header is "sha256=<hex>", the HMAC-SHA256 of the body under the
 * secret, as Notion signs: https://developers.notion.com/reference/webhooks
 */
bool signature_is_right(const char *signature, const char *secret,
	const void *body, size_t len);

#endif
