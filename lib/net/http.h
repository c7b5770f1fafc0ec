/*
 * One HTTP exchange with one API: the only place that calls libcurl.
 *
 * A client is a connection that is reused, the fixed headers (including the
 * keys) and the limits. Keys go to the configured host and nowhere else: over
 * verified TLS, or in plain text to a loopback address. A redirect is treated
 * as an answer and never followed; there is no netrc and there are no cookies.
 * The proxy is the one that curl's environment variables name, but a loopback
 * address never goes through a proxy.
 *
 * TLS is at least 1.2, whatever the library's default is, and its session keys
 * are never written to a file, whatever SSLKEYLOGFILE says.
 *
 * An exchange never retries: see net/api.h. But libcurl does, silently: where a
 * reused connection breaks before the first byte of an answer, it sends the
 * request again, up to five times, whatever its method (Curl_retry_request in
 * its lib/transfer.c; no option turns this off). Nobody knows then whether the
 * first one was carried out, so a page could be created twice, and an edit made
 * between two PATCHes could be overwritten. libcurl can't do so without
 * rewinding the body. So:
 *
 *   The body of a read is in memory (CURLOPT_POSTFIELDS), and libcurl may
 *   repeat it. Any other body comes from a read callback without a seek
 *   function, so the repeat fails before a byte of it is sent
 *   (CURLE_SEND_FAIL_REWIND): HTTP_LOST, and the caller decides.
 *
 *   After an exchange that failed, the easy handle is replaced, because
 *   libcurl 8.7.0 and newer remembers the need to rewind in the old one, which
 *   makes all later requests fail or hang, curl_easy_reset() or not
 *   (https://github.com/curl/curl/issues/17139 and
 *   https://github.com/curl/curl/issues/18206). Replacing it costs nothing:
 *   the connection is closed by then.
 *
 * The program ignores SIGPIPE (util/stop.h), because TLS writes could raise it.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <stdatomic.h>
#include <stdbool.h>

#include "util/buf.h"
#include "util/error.h"
#include "util/times.h"

#define HTTP_CONNECT_SECONDS 10
#define HTTP_SILENT_SECONDS 60 /* without a byte for so long: given up */
#define HTTP_IDLE_SECONDS 10
#define HTTP_BODY_MAX (64u << 20)

struct http_config {
	/*
	 * Scheme, host, port, and the prefix of every path; no "/" at the end.
	 */
	const char *url;
	bool plain_http; /* http is allowed, to any host */
	long timeout;	 /* seconds for a whole exchange */
	size_t body_max; /* bytes of a decoded answer; 0: HTTP_BODY_MAX */
	/* While *stop is not 0, reads end; NULL: never. */
	const atomic_int *stop;
};

struct http {
	void *curl;
	char *url;
	bool plain_http;
	long timeout;
	struct curl_slist *headers;
	char *key; /* no message may show it */
	const atomic_int *stop;
	struct buf body;
	usec last; /* when the previous exchange ended */
};

/*
 * RC_CONFIG where the URL is neither https nor a loopback address, unless plain
 * http is allowed.
 */
int http_init(
	struct http *h, const struct http_config *config, struct error *e);
/* Adds a header to every request. */
void http_add_header(struct http *h, const char *name, const char *value);
/* The key of the service, "name: <scheme><key>"; wiped by http_fini(). */
void http_add_key(
	struct http *h, const char *name, const char *scheme, const char *key);
/*
 * Overwrites the key in a text from outside, wherever it occurs, and also a key
 * at the end that a length limit has cut. http_exchange() does so in the
 * headers of every answer, and in the body of an answer that is not a success,
 * before any part is extracted.
 */
void http_hide_key(const struct http *h, char *text);
void http_fini(struct http *h);

struct http_request {
	const char *method;
	const char *path; /* from "/" on, with the query, percent-encoded */
	const char *body; /* JSON; NULL: none */
	const char *const *headers; /* "Name: value", up to NULL; or NULL */
	/*
	 * Changes nothing there: it is abandoned in flight on a stop, and
	 * libcurl may repeat it.
	 */
	bool read;
	/*
	 * Must not be carried out twice. It doesn't use a connection that has
	 * been idle for long, because that may be closed.
	 */
	bool once;
};

enum http_outcome {
	HTTP_ANSWERED,	/* status, headers and the whole body arrived */
	HTTP_NOT_SENT,	/* no connection: the server has not seen it */
	HTTP_LOST,	/* sent at least in part, the answer is lost or cut */
	HTTP_TOO_LARGE, /* the answer is beyond body_max */
	HTTP_UNTRUSTED, /* no valid certificate: nothing was sent */
	HTTP_ABANDONED, /* abandoned because of a stop */
};

struct http_answer {
	enum http_outcome outcome;
	int status;	  /* 0 where not even that arrived */
	const char *body; /* valid up to the client's next exchange */
	size_t body_len;
	usec retry_after; /* from now, as the server asks; -1: it doesn't */
	usec date;	  /* the server's clock, to the second; USEC_NONE */
	char content_type[64], content_range[64];
	char request_id[64];
	char location[256]; /* scheme and host of a redirect only */
	bool edge;	    /* Cloudflare answered, not the API behind it */
	bool timed_out, unresolved; /* details of LOST and NOT_SENT */
	char why[256];		    /* libcurl's own message, without any key */
	long ms;
};

void http_exchange(struct http *h, const struct http_request *request,
	struct http_answer *answer);

/*
 * The wait that a Retry-After asks for: seconds, with or without a fraction, or
 * a date, which is compared with `date`, the server's own clock (NULL: ours).
 * -1: it is neither. An absurdly long one becomes a hundred years.
 */
usec http_retry_after(const char *text, const char *date);

/* Appends s percent-encoded for a path segment or a query value. */
int http_escape(struct buf *out, const char *s);

#endif
