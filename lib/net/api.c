#include "net/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "util/opt.h"

#define ANNOUNCED_MS 5000
#define SLICE_MS 200 /* how soon a wait notices that it must end */
#define REQUEST_MAX (8u << 20)
#define LOCKED_MAX (5 * USEC_SECOND) /* a wait for the lock of the budget */
#define LARGE (1u << 20) /* an answer of fewer rows may be easier to read */

int api_init(struct api *api, const char *name, long retries, long max_wait,
	struct error *e)
{
	const char *base = getenv("SYNC_BACKOFF_MS");

	api->name = name;
	api->retries = retries;
	api->max_wait = max_wait;
	api->skew = USEC_NONE;
	clock_init(&api->own_clock);
	api->clock = &api->own_clock;
	api->backoff_ms = 1000;
	api->backoff_cap_ms = 30000;
	api->random = (uint64_t)time_now() ^ ((uint64_t)getpid() << 40) ^
		      (uintptr_t)api;
	if (base && parse_number(base, 0, 60000, &api->backoff_ms) < 0)
		return fail(e, RC_CONFIG,
			"SYNC_BACKOFF_MS is not a whole number from 0 to "
			"60000");
	return 0;
}

void api_fini(struct api *api)
{
	http_fini(&api->http);
}

static void set_error(struct api_error *a, enum api_action action,
	const char *code, const char *message)
{
	a->action = action;
	api_copy_text(a->code, sizeof a->code, code);
	api_copy_text(a->message, sizeof a->message, message);
}

/* No answer arrived, or only part of one. */
static void judge_transport(const struct api *api, const struct api_call *call,
	const struct http_answer *h, struct api_error *a)
{
	switch (h->outcome) {
	case HTTP_NOT_SENT:
		set_error(a, API_WAIT,
			h->unresolved ? "unresolved" : "unreachable", h->why);
		if (h->unresolved && api->unresolved)
			api_copy_text(a->hint, sizeof a->hint, api->unresolved);
		break;
	case HTTP_UNTRUSTED:
		set_error(a, API_CONFIG, "certificate", h->why);
		api_copy_text(a->hint, sizeof a->hint,
			"nothing was sent; check this machine's clock, the "
			"ca-certificates package and the host name");
		break;
	case HTTP_TOO_LARGE:
		set_error(a, API_RETRY, "too-large",
			"the answer is larger than this program accepts");
		a->outcome_unknown = !call->read;
		a->smaller = true;
		break;
	case HTTP_ABANDONED:
		set_error(a, API_STOPPED, "stopped", "stopped by a signal");
		break;
	default:
		set_error(a, API_RETRY, h->timed_out ? "timeout" : "network",
			h->why);
		a->outcome_unknown = !call->read;
		a->smaller = h->timed_out;
		break;
	}
}

/* To a gateway's own page, perhaps, when the service has done the work. */
static void judge_redirect(const struct api_call *call,
	const struct http_answer *h, struct api_error *a)
{
	a->action = API_CONFIG;
	a->outcome_unknown = !call->read;
	snprintf(a->code, sizeof a->code, "redirect");
	snprintf(a->message, sizeof a->message,
		"redirects to %.200s, which is not followed: set the URL to "
		"the service itself",
		h->location[0] ? h->location : "another place");
}

/* 2xx, yet useless: cut off, or a page from something in between. */
static void judge_unreadable(const struct api_call *call,
	const struct http_answer *h, const char *why, struct api_error *a)
{
	char message[256];

	snprintf(message, sizeof message,
		"the answer of %zu bytes (%.60s) can't be read: %.120s",
		h->body_len,
		h->content_type[0] ? h->content_type : "no content type", why);
	set_error(a, API_RETRY, "not-json", message);
	a->smaller = h->body_len > LARGE;
	a->outcome_unknown = !call->read;
}

static int judge(struct api *api, const struct api_call *call,
	const struct http_answer *h, struct api_answer *out,
	struct api_error *a)
{
	struct error why = { .text = "it is empty" };
	json *body = NULL;

	*a = (struct api_error){ .status = h->status, .wait = h->retry_after };
	if (h->outcome == HTTP_ANSWERED && h->body_len > 0)
		body = json_parse(
			h->body, h->body_len, JSON_MARK_UNREADABLE, &why);
	if (h->outcome != HTTP_ANSWERED) {
		judge_transport(api, call, h, a);
	} else if (h->status >= 300 && h->status < 400) {
		judge_redirect(call, h, a);
	} else if (h->status < 200 || h->status > 299) {
		api->judge(api, h, body, a);
		a->outcome_unknown = a->outcome_unknown && !call->read;
	} else if (!body && (h->body_len > 0 || call->read)) {
		judge_unreadable(call, h, why.text, a);
	} else if (call->is_answer && !call->is_answer(call->asked, body, a)) {
		a->action = API_RETRY;
		a->outcome_unknown = !call->read;
	} else {
		out->status = h->status;
		out->body = body;
		memcpy(out->content_range, h->content_range,
			sizeof out->content_range);
		return 0;
	}
	json_free(body);
	http_hide_key(&api->http, a->message);
	http_hide_key(&api->http, a->code);
	http_hide_key(&api->http, a->hint);
	return -1;
}

static bool is_stopped(const struct api *api)
{
	return api->stop && *api->stop != 0;
}

static int stopped(struct api_error *a)
{
	set_error(a, API_STOPPED, "stopped", "stopped by a signal");
	return -1;
}

/* Sleeps; -1 as soon as the program is asked to stop. */
static int pause_ms(struct api *api, long ms)
{
	usec start = time_monotonic(), until = start + (usec)ms * 1000, now;

	while ((now = time_monotonic()) < until && !is_stopped(api)) {
		usec left = until - now;

		time_pause(left < SLICE_MS * 1000 ? left : SLICE_MS * 1000);
	}
	api->counters.waited_ms += (uint64_t)(time_monotonic() - start) / 1000;
	return is_stopped(api) ? -1 : 0;
}

/* xorshift64*: good enough to spread clients out. */
static long random_below(struct api *api, long n)
{
	uint64_t x = api->random ? api->random : 1;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	api->random = x;
	return n > 0 ? (long)((x * 0x2545F4914F6CDD1DULL >> 33) %
			       ((uint64_t)n + 1))
		     : 0;
}

static long backoff(struct api *api, long tries)
{
	long most = api->backoff_ms;

	for (long i = 0; i < tries && most < api->backoff_cap_ms; i++)
		most *= 2;
	if (most > api->backoff_cap_ms)
		most = api->backoff_cap_ms;
	return random_below(api, most);
}

static bool may_repeat(const struct api *api, const struct api_call *call,
	long tries, const struct api_error *a)
{
	if (tries >= api->retries)
		return false;
	if (a->action == API_WAIT && !a->outcome_unknown)
		return true;
	if ((a->action != API_RETRY && a->action != API_WAIT) ||
		a->committed_id[0])
		return false;
	return call->read || call->repeatable || !a->outcome_unknown;
}

/*
 * The service asked this client to wait, but means every client of the run.
 * Where it named no time, they all wait as long as this one.
 */
static void hold_all(struct api *api, const struct api_error *a, usec wait)
{
	usec now = time_monotonic();
	bool here = wait > (usec)api->max_wait * USEC_SECOND;

	if (!api->rate || a->action != API_WAIT || a->status == 0)
		return;
	/* More than a day makes no difference, and this can't overflow. */
	if (wait > USEC_DAY)
		wait = USEC_DAY;
	rate_hold(api->rate, now, now + wait, here);
}

static int too_long(const struct api *api, usec wait, struct api_error *a)
{
	size_t n = strlen(a->message);

	snprintf(a->message + n, sizeof a->message - n,
		"; it asks to wait %lld s, but a run waits %ld s at most",
		(long long)((wait + USEC_SECOND - 1) / USEC_SECOND),
		api->max_wait);
	return -1;
}

/*
 * Waits as long as the service asks, else for a random time; -1: don't repeat.
 */
static int wait_before_repeat(struct api *api, long tries, struct api_error *a)
{
	long ms = backoff(api, tries);

	if (a->wait > (usec)api->max_wait * USEC_SECOND)
		return too_long(api, a->wait, a);
	if (a->wait > 0)
		ms = (long)((a->wait + 999) / 1000) +
		     random_below(api, api->backoff_ms / 4);
	else
		hold_all(api, a, (usec)ms * 1000);
	if (ms > ANNOUNCED_MS)
		info("%s: %s (HTTP %d): trying again in %ld s", api->name,
			a->message, a->status, ms / 1000);
	if (pause_ms(api, ms) < 0)
		return stopped(a);
	api->counters.retries++;
	return 0;
}

/*
 * What the service told another client, of this run or of one that shares the
 * budget and may wait longer.
 */
static int held_too_long(const struct api *api, usec left, struct api_error *a)
{
	set_error(a, API_OUTAGE, "held", "another request was told to wait");
	return too_long(api, left, a);
}

/* One of just so long may have begun while this request waited for the lock. */
static bool is_too_long(const struct api *api, usec pause)
{
	return pause > (usec)api->max_wait * USEC_SECOND + LOCKED_MAX;
}

static int take_budget(struct api *api, usec *sent, struct api_error *a)
{
	bool announced = false, paused = false;
	usec left;

	while (!is_stopped(api)) {
		left = api->rate ? rate_take(api->rate, time_monotonic(), sent,
					   &paused)
				 : 0;
		if (left == 0)
			return 0;
		if (left < 0)
			return held_too_long(api, -left, a);
		if (paused && is_too_long(api, left))
			return held_too_long(api, left, a);
		if (!announced && left / 1000 > ANNOUNCED_MS)
			info("%s: %s; continuing in %ld s", api->name,
				paused ? "another request was told to wait"
				       : "this minute's request budget is used "
					 "up",
				(long)(left / USEC_SECOND));
		announced = true;
		pause_ms(api, (long)(left / 1000) + 1);
	}
	return stopped(a);
}

static void count(struct api_counters *c, const struct http_answer *h)
{
	int class = h->outcome == HTTP_ANSWERED ? h->status / 100 : 0;

	c->requests++;
	c->by_class[class >= 1 && class <= 5 ? class : 0]++;
	if (h->status == 429 || h->status == 529)
		c->limited++;
}

/* The error of an earlier try is kept. */
static int look(const struct api_call *call, struct api_error *a)
{
	if (!call->last_look || call->last_look(call->recheck_arg) == 0)
		return 0;
	if (!a->code[0])
		set_error(a, API_CHANGED, "changed",
			"not sent: a record was edited meanwhile");
	a->action = API_CHANGED;
	return -1;
}

/* -1 with `a` filled where it was not sent after all. */
static int exchange(struct api *api, const struct api_call *call,
	const struct http_request *request, struct http_answer *h,
	struct api_error *a)
{
	bool conflict = false;
	usec sent = 0;
	int rc;

	if (api->flight)
		inflight_enter(api->flight);
	rc = take_budget(api, &sent, a);
	if (rc == 0) {
		rc = look(call, a);
		if (rc == 0)
			http_exchange(&api->http, request, h);
		if (api->rate)
			rate_done(api->rate, sent, time_monotonic());
		conflict = rc == 0 && h->outcome == HTTP_ANSWERED &&
			   h->status == 409;
	}
	if (api->flight)
		inflight_leave(api->flight, conflict);
	return rc;
}

static void see_clock(struct api *api, const struct http_answer *h)
{
	usec now = time_now();

	if (h->date == USEC_NONE)
		return;
	api->skew = h->date - now;
	clock_seen(api->clock, h->date, now - (usec)h->ms * 1000 - 1000, now);
}

/* One try: 0, or -1 with `a` filled. */
static int send_once(struct api *api, const struct api_call *call,
	const struct http_request *request, struct http_answer *h,
	struct api_answer *out, struct api_error *a)
{
	int rc;

	if (exchange(api, call, request, h, a) < 0)
		return -1;
	count(&api->counters, h);
	see_clock(api, h);
	rc = judge(api, call, h, out, a);
	if (verbosity > 1)
		debug("%s: %s %s: HTTP %d, %ld ms%s%s", api->name,
			request->method, request->path, h->status, h->ms,
			rc < 0 ? ", " : "", rc < 0 ? a->code : "");
	return rc;
}

static int call_with_retries(struct api *api, const struct api_call *call,
	const struct http_request *request, struct api_answer *out,
	struct api_error *a)
{
	struct http_answer h = { .retry_after = -1 };
	bool unknown = false;

	for (long tries = 0;; tries++) {
		if (send_once(api, call, request, &h, out, a) == 0) {
			a->outcome_unknown = unknown;
			return 0;
		}
		/* A later try can't undo what an earlier one did. */
		unknown = unknown || a->outcome_unknown;
		if (a->wait > 0)
			hold_all(api, a, a->wait);
		if (!may_repeat(api, call, tries, a))
			break;
		if (wait_before_repeat(api, tries, a) < 0)
			break;
		if (call->recheck && call->recheck(call->recheck_arg) != 0) {
			a->action = API_CHANGED;
			break;
		}
	}
	a->outcome_unknown = unknown;
	if (a->action == API_WAIT)
		a->action = API_OUTAGE;
	return -1;
}

int api_call(struct api *api, const struct api_call *call,
	struct api_answer *answer, struct api_error *a)
{
	struct buf body = BUF_INIT(REQUEST_MAX);
	struct http_request request = {
		.method = call->method,
		.path = call->path,
		.headers = call->headers,
		.read = call->read,
		.once = !call->read && !call->repeatable,
	};
	int rc;

	*answer = (struct api_answer){ 0 };
	*a = (struct api_error){ 0 };
	if (call->body && json_print(call->body, &body) < 0) {
		set_error(a, API_BAD_RECORD, "too-large",
			"the request is larger than the service accepts");
		buf_fini(&body);
		return -1;
	}
	request.body = call->body ? buf_str(&body) : NULL;
	rc = call_with_retries(api, call, &request, answer, a);
	buf_fini(&body);
	return rc;
}

usec api_now(const struct api *api)
{
	return clock_read(api->clock, time_now());
}

bool api_now_is_known(const struct api *api)
{
	return clock_is_known(api->clock);
}

void api_share_clock(struct api *api, const struct api *with)
{
	api->clock = with->clock;
}

void api_counters_add(struct api_counters *to, const struct api_counters *more)
{
	to->requests += more->requests;
	to->retries += more->retries;
	to->limited += more->limited;
	to->waited_ms += more->waited_ms;
	for (size_t i = 0; i < sizeof to->by_class / sizeof to->by_class[0];
		i++)
		to->by_class[i] += more->by_class[i];
}

void api_counters_to_end(const struct api_counters *c, json *end)
{
	json_put_int(end, "requests", (int64_t)c->requests);
	json_put_int(end, "waited_ms", (int64_t)c->waited_ms);
	json_put_int(end, "limited", (int64_t)c->limited);
}
