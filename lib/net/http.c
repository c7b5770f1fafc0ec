#include "net/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>
#include <openssl/crypto.h>

#include "util/alloc.h"
#include "util/url.h"
#include "util/version.h"

/* Shorter prefixes of a key are the same for all keys of its kind. */
#define KEY_PART_MIN 6

/* What the callbacks need of one exchange. */
struct transfer {
	struct http *http;
	const struct http_request *request;
	size_t sent; /* bytes of the body handed to libcurl */
	bool too_large;
};

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	if (buf_add(&t->http->body, data, size * n) == 0)
		return size * n;
	t->too_large = true;
	return 0;
}

/*
 * For everything but reads: without a seek function, libcurl can't silently
 * send it twice.
 */
static size_t on_send(char *out, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	size_t left = strlen(t->request->body) - t->sent, room = size * n;

	if (left > room)
		left = room;
	/* Bytes: NOLINTNEXTLINE(bugprone-not-null-terminated-result) */
	memcpy(out, t->request->body + t->sent, left);
	t->sent += left;
	return left;
}

static int on_progress(void *arg, curl_off_t dltotal, curl_off_t dlnow,
	curl_off_t ultotal, curl_off_t ulnow)
{
	const struct transfer *t = arg;

	(void)dltotal, (void)dlnow, (void)ultotal, (void)ulnow;
	return t->request->read && t->http->stop && *t->http->stop != 0;
}

/* A new easy handle, replacing the old one if there was one. */
static int set_up(struct http *h)
{
	bool loopback = url_is_loopback(h->url);
	CURL *curl = curl_easy_init();

	if (!curl)
		return -1;
	curl_easy_cleanup(h->curl);
	h->curl = curl;
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR,
		loopback || h->plain_http ? "http,https" : "https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(
		curl, CURLOPT_USERAGENT, "vaultsync/" VAULTSYNC_VERSION);
	curl_easy_setopt(
		curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(
		curl, CURLOPT_CONNECTTIMEOUT, (long)HTTP_CONNECT_SECONDS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, h->timeout);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(
		curl, CURLOPT_LOW_SPEED_TIME, (long)HTTP_SILENT_SECONDS);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_send);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	if (loopback)
		curl_easy_setopt(curl, CURLOPT_PROXY, "");
	return 0;
}

int http_init(struct http *h, const struct http_config *config, struct error *e)
{
	*h = (struct http){
		.timeout = config->timeout,
		.plain_http = config->plain_http,
		.stop = config->stop,
		.body = BUF_INIT(
			config->body_max ? config->body_max : HTTP_BODY_MAX),
	};
	if (strncmp(config->url, "https://", 8) != 0 &&
		(strncmp(config->url, "http://", 7) != 0 ||
			!(config->plain_http || url_is_loopback(config->url))))
		return fail(e, RC_CONFIG,
			"%s: keys are sent only over https or to this machine "
			"itself",
			config->url);
	unsetenv("SSLKEYLOGFILE"); /* before libcurl looks */
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		return fail(e, RC_BUG, "libcurl can't be started");
	h->url = xstrdup(config->url);
	if (set_up(h) < 0) {
		curl_global_cleanup();
		free(h->url);
		h->url = NULL;
		return fail(e, RC_BUG, "libcurl can't be started");
	}
	http_add_header(h, "Accept", "application/json");
	http_add_header(h, "Expect", "");
	return 0;
}

static struct curl_slist *append(struct curl_slist *list, const char *line)
{
	return xcheck(curl_slist_append(list, line));
}

void http_add_header(struct http *h, const char *name, const char *value)
{
	char *line = xasprintf("%s:%s%s", name, *value ? " " : "", value);

	h->headers = append(h->headers, line);
	OPENSSL_cleanse(line, strlen(line));
	free(line);
}

void http_add_key(
	struct http *h, const char *name, const char *scheme, const char *key)
{
	char *value = xasprintf("%s%s", scheme, key);

	http_add_header(h, name, value);
	OPENSSL_cleanse(value, strlen(value));
	free(value);
	if (!h->key)
		h->key = xstrdup(key);
}

static void hide_key(const struct http *h, char *text, size_t len)
{
	size_t n = h->key ? strlen(h->key) : 0, part;

	if (n == 0)
		return;
	for (size_t i = 0; i + n <= len; i++)
		if (memcmp(text + i, h->key, n) == 0)
			memset(text + i, '*', n);
	for (part = n - 1; part >= KEY_PART_MIN; part--) {
		if (part > len || memcmp(text + len - part, h->key, part) != 0)
			continue;
		memset(text + len - part, '*', part);
		return;
	}
}

void http_hide_key(const struct http *h, char *text)
{
	hide_key(h, text, strlen(text));
}

static void free_headers(struct curl_slist *list)
{
	for (struct curl_slist *l = list; l; l = l->next)
		OPENSSL_cleanse(l->data, strlen(l->data));
	curl_slist_free_all(list);
}

void http_fini(struct http *h)
{
	if (h->curl) {
		curl_easy_cleanup(h->curl);
		curl_global_cleanup();
	}
	free_headers(h->headers);
	if (h->key)
		OPENSSL_cleanse(h->key, strlen(h->key));
	free(h->key);
	free(h->url);
	buf_fini(&h->body);
	*h = (struct http){ 0 };
}

static struct curl_slist *headers_of(
	const struct http *h, const struct http_request *request)
{
	struct curl_slist *list = NULL;

	for (const struct curl_slist *l = h->headers; l; l = l->next)
		list = append(list, l->data);
	for (const char *const *x = request->headers; x && *x; x++)
		list = append(list, *x);
	return list;
}

static bool was_idle(const struct http *h)
{
	return time_monotonic() - h->last > HTTP_IDLE_SECONDS * USEC_SECOND;
}

static void set_request(struct http *h, struct transfer *t)
{
	const struct http_request *r = t->request;
	CURL *curl = h->curl;
	bool fresh;

	if (r->body) {
		curl_easy_setopt(curl, CURLOPT_POST, 1L);
		curl_easy_setopt(
			curl, CURLOPT_POSTFIELDS, r->read ? r->body : NULL);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
			(curl_off_t)strlen(r->body));
		curl_easy_setopt(curl, CURLOPT_READDATA, t);
	} else {
		curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	}
	/* Neither a read nor able to rewind: only a new connection is safe. */
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, r->method);
	fresh = (!r->read && !r->body) || (r->once && was_idle(h));
	curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, t);
}

static enum http_outcome outcome_of(
	const struct http *h, CURLcode code, const struct transfer *t)
{
	long sent = 0;

	switch (code) {
	case CURLE_OK:
		return HTTP_ANSWERED;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
		return HTTP_UNTRUSTED;
	case CURLE_ABORTED_BY_CALLBACK:
		return HTTP_ABANDONED;
	default:
		break;
	}
	if (t->too_large)
		return HTTP_TOO_LARGE;
	curl_easy_getinfo(h->curl, CURLINFO_REQUEST_SIZE, &sent);
	return sent == 0 && t->sent == 0 && code != CURLE_SEND_FAIL_REWIND
		       ? HTTP_NOT_SENT
		       : HTTP_LOST;
}

/* The first header with this name, as ASCII, cut to size; "": there is none. */
static bool header(CURL *curl, const char *name, char *out, size_t size)
{
	struct curl_header *found;

	out[0] = '\0';
	if (curl_easy_header(curl, name, 0, CURLH_HEADER, -1, &found) !=
		CURLHE_OK)
		return false;
	snprintf(out, size, "%s", found->value);
	for (char *c = out; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return true;
}

#define WAIT_SECONDS_MAX (100LL * 366 * 86400)

/* "120" or "1.5"; -1 for anything else. */
static usec read_seconds(const char *s)
{
	usec whole = 0, fraction = 0, digit = USEC_SECOND / 10;

	if (*s < '0' || *s > '9')
		return -1;
	for (; *s >= '0' && *s <= '9'; s++)
		if (whole < WAIT_SECONDS_MAX)
			whole = whole * 10 + (*s - '0');
	if (*s == '.')
		for (s++; *s >= '0' && *s <= '9'; s++, digit /= 10)
			fraction += (*s - '0') * digit;
	if (s[strspn(s, " \t")] != '\0')
		return -1;
	if (whole > WAIT_SECONDS_MAX)
		whole = WAIT_SECONDS_MAX;
	return whole * USEC_SECOND + fraction;
}

usec http_retry_after(const char *text, const char *date)
{
	usec wait = read_seconds(text);
	time_t then, from;

	if (wait >= 0)
		return wait;
	then = curl_getdate(text, NULL);
	if (then < 0)
		return -1;
	from = date ? curl_getdate(date, NULL) : -1;
	if (from < 0)
		from = time(NULL);
	if (then <= from)
		return 0;
	/* In 64 bits: time_t may have 32. */
	wait = (usec)then - from;
	return (wait > WAIT_SECONDS_MAX ? WAIT_SECONDS_MAX : wait) *
	       USEC_SECOND;
}

static usec retry_after(CURL *curl)
{
	char text[64], date[64];

	if (!header(curl, "retry-after", text, sizeof text))
		return -1;
	return http_retry_after(
		text, header(curl, "date", date, sizeof date) ? date : NULL);
}

/* Where a redirect points to, without path and query. */
static void read_location(CURL *curl, char *out, size_t size)
{
	char *host;

	header(curl, "location", out, size);
	host = strstr(out, "://");
	if (host)
		host[3 + strcspn(host + 3, "/?#")] = '\0';
}

static usec read_date(CURL *curl)
{
	char text[64];
	time_t t = header(curl, "date", text, sizeof text)
			   ? curl_getdate(text, NULL)
			   : -1;

	return t < 0 ? USEC_NONE : (usec)t * USEC_SECOND;
}

static void read_headers(CURL *curl, struct http_answer *a)
{
	char ray[8];

	header(curl, "content-type", a->content_type, sizeof a->content_type);
	header(curl, "content-range", a->content_range,
		sizeof a->content_range);
	if (!header(curl, "x-notion-request-id", a->request_id,
		    sizeof a->request_id))
		header(curl, "sb-request-id", a->request_id,
			sizeof a->request_id);
	read_location(curl, a->location, sizeof a->location);
	a->retry_after = retry_after(curl);
	a->date = read_date(curl);
	a->edge = header(curl, "cf-ray", ray, sizeof ray) &&
		  a->request_id[0] == '\0' && !strstr(a->content_type, "json");
}

static void read_answer(
	const struct http *h, CURLcode code, struct http_answer *a)
{
	long status = 0;

	curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &status);
	a->status = (int)status;
	a->body = buf_str(&h->body);
	a->body_len = h->body.len;
	a->timed_out = code == CURLE_OPERATION_TIMEDOUT;
	a->unresolved = code == CURLE_COULDNT_RESOLVE_HOST;
	read_headers(h->curl, a);
}

/*
 * The handle, ready for the next exchange and free of pointers into this one.
 */
static void leave(struct http *h, CURLcode code)
{
	if (code != CURLE_OK && set_up(h) == 0)
		return;
	curl_easy_setopt(h->curl, CURLOPT_ERRORBUFFER, NULL);
	curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, NULL);
	curl_easy_setopt(h->curl, CURLOPT_POSTFIELDS, NULL);
}

/* The body of a successful answer is data, and is left unchanged. */
static void hide_in_answer(struct http *h, struct http_answer *a)
{
	bool success = a->outcome == HTTP_ANSWERED && a->status >= 200 &&
		       a->status < 300;

	http_hide_key(h, a->why);
	http_hide_key(h, a->content_type);
	http_hide_key(h, a->content_range);
	http_hide_key(h, a->request_id);
	http_hide_key(h, a->location);
	if (!success && h->body.data)
		hide_key(h, h->body.data, h->body.len);
}

void http_exchange(struct http *h, const struct http_request *request,
	struct http_answer *answer)
{
	struct transfer t = { .http = h, .request = request };
	struct curl_slist *headers = headers_of(h, request);
	char *url = xasprintf("%s%s", h->url, request->path);
	char why[CURL_ERROR_SIZE] = "";
	usec start = time_monotonic();
	CURLcode code;

	*answer = (struct http_answer){ .retry_after = -1 };
	buf_reset(&h->body);
	curl_easy_setopt(h->curl, CURLOPT_ERRORBUFFER, why);
	curl_easy_setopt(h->curl, CURLOPT_URL, url);
	curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, headers);
	set_request(h, &t);
	code = curl_easy_perform(h->curl);
	answer->outcome = outcome_of(h, code, &t);
	read_answer(h, code, answer);
	snprintf(answer->why, sizeof answer->why, "%s",
		why[0] ? why : curl_easy_strerror(code));
	hide_in_answer(h, answer);
	leave(h, code);
	free_headers(headers);
	free(url);
	h->last = time_monotonic();
	answer->ms = (long)((h->last - start) / 1000);
}

int http_escape(struct buf *out, const char *s)
{
	size_t before = out->len;

	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || strchr("-._~", c);

		if ((plain ? buf_addc(out, *s) : buf_addf(out, "%%%02X", c)) ==
			0)
			continue;
		if (out->data)
			out->data[out->len = before] = '\0';
		return -1;
	}
	return 0;
}
