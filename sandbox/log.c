#include <stdlib.h>
#include <string.h>

#include "sandbox/fault.h"
#include "util/alloc.h"
#include "util/text.h"

void log_clear(struct world *w)
{
	for (size_t i = 0; i < w->n_log; i++)
		free(w->log[i]);
	w->n_log = w->log_bytes = 0;
}

/* A key is logged as whether it was accepted, never as it is. */
static json *headers_json(const struct request *q)
{
	json *out = json_object();

	for (size_t i = 0; i < q->headers.n; i++) {
		const char *name = q->headers.items[i].name;
		const char *value = q->headers.items[i].value;
		bool secret = strcmp(name, "authorization") == 0 ||
			      strcmp(name, "apikey") == 0;

		if (utf8_valid(name, strlen(name)) &&
			utf8_valid(value, strlen(value)))
			json_put_str(out, name, secret ? q->auth : value);
	}
	if (!json_get(out, "authorization"))
		json_put_str(out, "authorization", "absent");
	if (!json_get(out, "apikey"))
		json_put_str(out, "apikey", "absent");
	return out;
}

static json *body_json(const struct request *q)
{
	struct error e;
	json *v;

	if (!q->body.len)
		return json_string(NULL);
	v = json_parse(q->body.data, q->body.len, JSON_MARK_UNREADABLE, &e);
	if (v)
		return v;
	if (memchr(q->body.data, '\0', q->body.len) ||
		!utf8_valid(q->body.data, q->body.len))
		return json_string("(not text)");
	return json_string(q->body.data);
}

/* A key may be in the query too. */
static char *without_key(const struct request *q)
{
	struct buf out = BUF_INIT(1u << 20);
	const char *s = q->query;

	while (*s) {
		size_t len = strcspn(s, "&");

		if (strncmp(s, "apikey=", 7) == 0)
			buf_addf(&out, "apikey=%s", q->auth);
		else
			buf_add(&out, s, len);
		s += len;
		if (*s)
			buf_addc(&out, *s++);
	}
	return out.data ? buf_take(&out) : xstrdup("");
}

static void put_text(json *out, const char *key, const char *text)
{
	json_put_str(
		out, key, utf8_valid(text, strlen(text)) ? text : "(not text)");
}

/* Drops the older half when the log has reached its maximum. */
static void make_room(struct world *w, size_t len)
{
	size_t half = w->n_log / 2;

	if (w->log_bytes + len <= LOG_BYTES_MAX || !half)
		return;
	for (size_t i = 0; i < half; i++) {
		w->log_bytes -= strlen(w->log[i]);
		free(w->log[i]);
	}
	memmove(w->log, w->log + half, (w->n_log - half) * sizeof *w->log);
	w->n_log -= half;
}

void log_request(struct world *w, const struct request *q,
	const struct reply *a, const json *fault)
{
	struct buf line = BUF_INIT(LOG_BYTES_MAX);
	json *out = json_object();
	char *query = without_key(q);
	char at[TIME_SIZE];

	json_put_int(out, "n", (int64_t)q->n);
	json_put_str(out, "at", time_format(world_now(w), at));
	json_put_str(out, "api", api_name(q->api));
	put_text(out, "method", q->method);
	put_text(out, "path", q->path);
	put_text(out, "query", query);
	json_put(out, "headers", headers_json(q));
	json_put(out, "body", body_json(q));
	json_put_int(out, "status", a->status);
	json_put(out, "fault", json_copy(fault));
	json_print(out, &line);
	json_free(out);
	free(query);
	make_room(w, line.len);
	w->log = grow(w->log, w->n_log, &w->cap_log, sizeof *w->log);
	w->log_bytes += line.len;
	w->log[w->n_log++] = buf_take(&line);
}
