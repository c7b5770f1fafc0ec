#include "sandbox/exchange.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/alloc.h"
#include "util/text.h"

#define ANSWER_MAX (256u << 20)

const char *api_name(enum api api)
{
	static const char *const names[] = { "control", "notion", "supabase",
		"none" };

	return names[api];
}

void pairs_add(struct pairs *p, char *take_name, char *take_value)
{
	p->items = grow(p->items, p->n, &p->cap, sizeof *p->items);
	p->items[p->n++] =
		(struct pair){ .name = take_name, .value = take_value };
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

char *percent_decode(const char *s, size_t len, bool plus)
{
	char *out = xmalloc(len + 1);
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (plus && s[i] == '+')
			out[n++] = ' ';
		else if (s[i] == '%' && i + 2 < len && hex(s[i + 1]) >= 0 &&
			 hex(s[i + 2]) >= 0) {
			out[n++] = (char)(hex(s[i + 1]) << 4 | hex(s[i + 2]));
			i += 2;
		} else
			out[n++] = s[i];
	}
	out[n] = '\0';
	if (memchr(out, '\0', n) || !utf8_valid(out, n)) {
		free(out);
		return NULL;
	}
	return out;
}

int pairs_parse(struct pairs *p, const char *query)
{
	while (*query) {
		size_t len = strcspn(query, "&");
		const char *eq = memchr(query, '=', len);
		size_t name_len = eq ? (size_t)(eq - query) : len;
		char *name, *value;

		name = percent_decode(query, name_len, true);
		value = eq ? percent_decode(eq + 1, len - name_len - 1, true)
			   : xstrdup("");
		if (!name || !value) {
			free(name);
			free(value);
			return -1;
		}
		if (*name || *value)
			pairs_add(p, name, value);
		else {
			free(name);
			free(value);
		}
		query += len + (query[len] == '&');
	}
	return 0;
}

const char *pairs_get(const struct pairs *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->items[i].name, name) == 0)
			return p->items[i].value;
	return NULL;
}

void pairs_fini(struct pairs *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->items[i].name);
		free(p->items[i].value);
	}
	free(p->items);
	*p = (struct pairs){ 0 };
}

static bool below(const char *path, const char *root)
{
	size_t n = strlen(root);

	return strncmp(path, root, n) == 0 && (!path[n] || path[n] == '/');
}

void request_init(struct request *q, const char *target)
{
	size_t len = strcspn(target, "?");

	*q = (struct request){ .auth = "absent" };
	q->target = xstrdup(target);
	q->path = xstrndup(target, len);
	q->query = xstrdup(target[len] ? target + len + 1 : "");
	q->api = below(q->path, "/control")   ? API_CONTROL
		 : below(q->path, "/v1")      ? API_NOTION
		 : below(q->path, "/rest/v1") ? API_SUPABASE
					      : API_NONE;
	q->body.max = q->api == API_NOTION     ? NOTION_BODY_MAX
		      : q->api == API_SUPABASE ? SUPABASE_BODY_MAX
		      : q->api == API_CONTROL  ? CONTROL_BODY_MAX
					       : 1024;
}

void request_header(struct request *q, const char *name, const char *value)
{
	char *key = xstrdup(name);

	for (char *c = key; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	for (size_t i = 0; i < q->headers.n; i++)
		if (strcmp(q->headers.items[i].name, key) == 0) {
			char *joined = xasprintf(
				"%s, %s", q->headers.items[i].value, value);

			free(q->headers.items[i].value);
			q->headers.items[i].value = joined;
			free(key);
			return;
		}
	pairs_add(&q->headers, key, xstrdup(value));
}

const char *request_get_header(const struct request *q, const char *name)
{
	return pairs_get(&q->headers, name);
}

void request_fini(struct request *q)
{
	free(q->target);
	free(q->path);
	free(q->query);
	pairs_fini(&q->headers);
	buf_fini(&q->body);
}

void reply_init(struct reply *a)
{
	*a = (struct reply){ .status = 200,
		.type = "application/json; charset=utf-8",
		.body = BUF_INIT(ANSWER_MAX),
		.cut = SIZE_MAX };
}

void reply_fini(struct reply *a)
{
	pairs_fini(&a->headers);
	buf_fini(&a->body);
}

void reply_header(struct reply *a, const char *name, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	pairs_add(&a->headers, xstrdup(name), xstrdup(text));
}

void reply_json(struct reply *a, int status, json *take_body)
{
	buf_reset(&a->body);
	a->status = status;
	if (json_print(take_body, &a->body) < 0)
		a->status = 500;
	json_free(take_body);
}

void reply_text(struct reply *a, int status, const char *type, const char *body)
{
	buf_reset(&a->body);
	a->status = status;
	a->type = type;
	buf_adds(&a->body, body);
}
