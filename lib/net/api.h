/*
 * What the clients of both APIs share: calls with retries, the errors they end
 * in, and counters. How to judge an answer is specific to each API and is
 * written down in notion/errors.c and supabase/errors.c, as tables: by the
 * error's `code` first, by the HTTP status second. An answer that no rule
 * matches counts as an outage or a wrong setting, never as a bug of ours.
 *
 * A call is repeated, at most `retries` times:
 *   after 429, and 529 in the service's own words, whatever the method: such a
 *     request wasn't carried out;
 *     the wait that the answer asks for (Retry-After, or a field of its error)
 *     is honoured up to max_wait; if it is longer, the call ends; no other
 *     client of the service in this run sends anything before that time
 *     (net/rate.h)
 *   after 409 from Notion ("Conflict occurred while saving"): the same
 *   after no connection: the server has not seen it
 *   after 5xx, a time-out, a lost, cut or unreadable answer, or one that some
 *     gateway gave: only where the call is `repeatable`; otherwise it ends with
 *     outcome_unknown
 * A redirect ends every call, and leaves the outcome of a write unknown: it may
 * lead to a page of a gateway's.
 * Without Retry-After the wait is random between 0 and min(cap, base * 2^n)
 * ("full jitter"). Waits end when the program is stopped; those over five
 * seconds are announced.
 */
#ifndef NET_API_H
#define NET_API_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "net/http.h"
#include "net/inflight.h"
#include "net/rate.h"
#include "net/service_clock.h"
#include "util/error.h"
#include "util/json.h"
#include "util/uuid.h"

/* What the caller must do about an error. */
enum api_action {
	API_RETRY, /* temporary: again in the next run, or after a check */
	/* Permanent for this record; go on with others. Else: RC_CONFIG. */
	API_BAD_RECORD,
	API_NOT_FOUND,	 /* the record is gone, or hidden from us */
	API_CHANGED,	 /* recheck() said no before a repeat */
	API_OUTAGE,	 /* stop: RC_TEMPORARY */
	API_CREDENTIALS, /* stop: RC_CREDENTIALS */
	API_CONFIG,	 /* stop: RC_CONFIG */
	API_BUG,	 /* stop: RC_BUG, our request was malformed */
	API_STOPPED,	 /* the program was asked to stop */
	/* Repeated, whatever the method, unless its outcome is unknown; ends as
	 * API_OUTAGE. */
	API_WAIT,
};

#define API_MESSAGE_MAX 500

struct api_error {
	enum api_action action;
	/* The request may have been carried out: check before a repeat. */
	bool outcome_unknown;
	/* Notion carried it out and only failed to answer (503). */
	char committed_id[UUID_SIZE];
	int status;    /* HTTP; 0: no answer */
	char code[64]; /* the API's, or "network", "timeout", "not-json", … */
	char message[API_MESSAGE_MAX + 1]; /* valid UTF-8, no key */
	usec wait;	   /* asked for by the service; -1: it is not */
	bool smaller;	   /* fewer rows in one answer may help */
	bool no_new_pages; /* Notion takes no new pages, and edits go on */
	char hint[1024];   /* how to fix it, "" where that isn't known */
};

/* Trying other records is pointless: every action but the first four. */
bool api_error_stops(const struct api_error *a);
/*
 * Fills e from `a` with "what: message (HTTP status, code)" and the exit code;
 * returns -1. API_STOPPED is RC_TEMPORARY; the program ends by its signal.
 */
int api_fail(const struct api_error *a, struct error *e, const char *what);
/* {"code","http","message"}, as in a result line. */
json *api_error_json(const struct api_error *a);

struct api_counters {
	uint64_t requests; /* sent, including repeats */
	uint64_t retries;
	uint64_t limited;     /* 429 and 529 */
	uint64_t waited_ms;   /* between tries, and for the rate budget */
	uint64_t by_class[6]; /* [0]: no answer, [2]: 2xx, … */
};

/* Of several clients of a service. */
void api_counters_add(struct api_counters *to, const struct api_counters *more);
/* requests, waited_ms and limited, for the end of a fetch stream. */
void api_counters_to_end(const struct api_counters *c, json *end);

/* The answer of a call that succeeded; the caller frees body. */
struct api_answer {
	int status;
	json *body; /* NULL where the answer has none */
	char content_range[64];
};

struct api_call {
	const char *method, *path;
	const json *body;	    /* NULL: none */
	const char *const *headers; /* "Name: value", up to NULL; or NULL */
	bool read;		    /* changes nothing there */
	bool repeatable; /* doing it twice is the same as once; reads are */
	/*
	 * Called before every repeat, because the record may have been edited
	 * meanwhile; it may make calls of its own. Nonzero: API_CHANGED.
	 */
	int (*recheck)(void *arg);
	/*
	 * Called each time right before it is sent, when all waiting is over;
	 * it may call other services. Nonzero: API_CHANGED.
	 */
	int (*last_look)(void *arg);
	void *recheck_arg; /* for both */
	/*
	 * Whether the body of a 2xx (NULL: there is none) answers this call at
	 * all, or else something other than was asked; then it fills in code
	 * and message, and that counts like an answer that can't be read.
	 * NULL: any JSON will do.
	 */
	bool (*is_answer)(
		const void *asked, const json *body, struct api_error *a);
	const void *asked; /* for is_answer */
};

struct api;

/*
 * Judges an answer that is not a success: fills in action, outcome_unknown,
 * code, message and hint. body is NULL where the answer is not JSON.
 */
typedef void api_judge(const struct api *api, const struct http_answer *answer,
	const json *body, struct api_error *a);

/* What a code or a status means; a code that ends in "*" is a prefix. */
struct api_rule {
	const char *code; /* NULL: a rule for these statuses */
	int status, status_last;
	enum api_action action;
	bool carried_out; /* may have been carried out, in spite of the error */
	bool smaller;
	const char *hint;
};

/* The first rule for the code, else the first for the status; or NULL. */
const struct api_rule *api_rule_find(
	const struct api_rule *rules, size_t n, const char *code, int status);
/*
 * Fills in status, code and message; where the service gave no message, the
 * message says what kind of answer it was, with the start of a plain text.
 */
void api_describe(const struct http_answer *answer, const char *message,
	const char *code, struct api_error *a);
#define API_PART_MAX 240
/* Appends "; name: text" to the message, as far as it fits; no key in it. */
void api_append_text(const struct api *api, struct api_error *a,
	const char *name, const char *text);
/*
 * A 4xx whose body is not a JSON object: something on the way refused the
 * request, or kept the service's answer back. (404 is what a wrong URL gets.)
 */
bool api_is_from_gateway(const struct http_answer *answer, const json *body);
/* Treats that as an outage, whatever the status says. */
void api_judge_gateway(struct api_error *a);
/*
 * For an error that isn't in the service's own words. It says nothing of what
 * the service did: filters of answers block when the work is done. So its
 * outcome is unknown, but for 407, 413, 420 and 429, with which nothing passes
 * a request on, and for a status from 500 on, which has a rule of its own.
 */
void api_judge_foreign(struct api_error *a);
/* For is_answer(): fills in code and message; false. */
bool api_no_answer(struct api_error *a, const char *code, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
/* Copies a text from the service: valid UTF-8, one line, cut to size. */
void api_copy_text(char *out, size_t size, const char *text);

struct api {
	struct http http;
	const char *name; /* "Notion", for messages */
	api_judge *judge;
	const char *subject;	 /* for judge: the table, as SQL names it */
	const void *details;	 /* for judge: what else it must know */
	const char *unresolved;	 /* hint where the host has no address */
	struct rate *rate;	 /* shared by all clients; NULL: no budget */
	struct inflight *flight; /* NULL: this client is the only one */
	long retries;
	long max_wait; /* seconds, the longest Retry-After to sit out */
	long backoff_ms, backoff_cap_ms; /* 1000, 30000 */
	const atomic_int *stop;
	uint64_t random;
	struct api_counters counters;
	/* The service's clock minus ours, to the second; USEC_NONE: unknown. */
	usec skew;
	struct service_clock *clock; /* one for all clients of the service */
	struct service_clock own_clock;
};

/*
 * The caller has set up http before. SYNC_BACKOFF_MS in the environment sets
 * the base of the back-off, for tests; RC_CONFIG where it is not a number.
 */
int api_init(struct api *api, const char *name, long retries, long max_wait,
	struct error *e);
void api_fini(struct api *api);

/*
 * 0 with a 2xx answer whose body is JSON or empty, and a->outcome_unknown where
 * an earlier try may have been carried out too; -1 with `a` filled.
 */
int api_call(struct api *api, const struct api_call *call,
	struct api_answer *answer, struct api_error *a);

/*
 * The time by the service's clock, taken from the Date header of its answers,
 * or by this machine's clock until the first answer. Times that are written to
 * the service, or compared with its times, come from here. See
 * net/service_clock.h.
 */
usec api_now(const struct api *api);
bool api_now_is_known(const struct api *api);
/* This client uses the clock of that one, which outlives it. */
void api_share_clock(struct api *api, const struct api *with);

#endif
