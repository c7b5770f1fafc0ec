/*
 * A request as it arrived, and the reply to it: what the two APIs and the
 * control interface share, without the HTTP library.
 */
#ifndef SANDBOX_EXCHANGE_H
#define SANDBOX_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/json.h"

enum api {
	API_CONTROL,
	API_NOTION,
	API_SUPABASE,
	API_NONE,
};
#define APIS 4

const char *api_name(enum api api);

/* Largest body of each: a seed, Notion's documented 500 KB, a guess. */
#define CONTROL_BODY_MAX (64u << 20)
#define NOTION_BODY_MAX 512000u
#define SUPABASE_BODY_MAX (64u << 20)

struct pair {
	char *name, *value; /* decoded; the value is never NULL */
};

struct pairs {
	struct pair *items;
	size_t n, cap;
};

void pairs_add(struct pairs *p, char *take_name, char *take_value);
/*
 * From a query string: %XX and "+" decoded. -1 for NUL or bytes that are not
 * UTF-8.
 */
int pairs_parse(struct pairs *p, const char *query);
/* The first with that name, or NULL. */
const char *pairs_get(const struct pairs *p, const char *name);
void pairs_fini(struct pairs *p);

/*
 * Decodes %XX (and "+" in a query); NULL for NUL or bytes that are not UTF-8.
 */
char *percent_decode(const char *s, size_t len, bool plus);

struct request {
	enum api api;
	uint64_t n; /* from 1, for the two APIs only */
	char method[16];
	char *target;	      /* as sent: path and query, percent-encoded */
	char *path;	      /* of target, not decoded */
	char *query;	      /* of target; "" where there was none */
	struct pairs headers; /* names in lower case, repeated ones joined */
	struct buf body;
	bool too_large;	  /* the body was longer than its maximum */
	const char *auth; /* for the log: "ok", "bad", "absent" */
};

/* Takes the target apart and sets the maximum of the body. */
void request_init(struct request *q, const char *target);
void request_header(struct request *q, const char *name, const char *value);
const char *request_get_header(const struct request *q, const char *name);
void request_fini(struct request *q);

struct reply {
	int status; /* 0: the connection is closed without a reply */
	const char *type;
	struct buf body;
	struct pairs headers;
	bool no_body;	  /* HEAD, 204: the body is not sent */
	bool failed_code; /* the request changes nothing */
	size_t cut;	  /* the body ends here, SIZE_MAX: it doesn't */
	int64_t silence_ms;
};

void reply_init(struct reply *a);
void reply_fini(struct reply *a);
void reply_header(struct reply *a, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The JSON becomes the body; it is freed. */
void reply_json(struct reply *a, int status, json *take_body);
void reply_text(
	struct reply *a, int status, const char *type, const char *body);

#endif
