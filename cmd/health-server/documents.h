/* The two JSON documents of the server, made of a log view. */
#ifndef HEALTH_SERVER_DOCUMENTS_H
#define HEALTH_SERVER_DOCUMENTS_H

#include "control.h"
#include "log_view.h"

/*
 * GET /health, in the form of draft-inadarei-api-health-check-06: `status` is
 * pass (OK), warn (WARNING) or fail (CRITICAL, UNKNOWN: what isn't known to
 * work counts as broken); health-server(1) lists the rest.
 */
json *health_document(
	const struct log_view *s, const struct health *h, bool with_errors);
/* "pass", "warn" or "fail". */
const char *health_status(const struct health *h);
/* The same document where the log folder can't be read. */
json *no_health_document(void);

/*
 * GET /status.json, which the page shows: the document of `report --json`
 * without paths, and "status", "log", "conflicts", "schedule", "control",
 * "version".
 */
json *status_document(
	const struct log_view *s, const struct health *h, struct control *c);

#endif
