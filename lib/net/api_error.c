#include "net/api.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/text.h"

bool api_error_stops(const struct api_error *a)
{
	return a->action > API_CHANGED;
}

static enum exit_code exit_code_of(enum api_action action)
{
	switch (action) {
	case API_CREDENTIALS:
		return RC_CREDENTIALS;
	case API_CONFIG:
	case API_NOT_FOUND:
	case API_BAD_RECORD: /* where it isn't about one record */
		return RC_CONFIG;
	case API_BUG:
		return RC_BUG;
	default:
		return RC_TEMPORARY;
	}
}

int api_fail(const struct api_error *a, struct error *e, const char *what)
{
	char where[96] = "";

	if (a->status > 0)
		snprintf(where, sizeof where, " (HTTP %d%s%s)", a->status,
			a->code[0] ? ", " : "", a->code);
	return fail(e, exit_code_of(a->action), "%s: %s%s%s%s", what,
		a->message, where, a->hint[0] ? ": " : "", a->hint);
}

json *api_error_json(const struct api_error *a)
{
	json *v = json_object();

	json_put_str(v, "code", a->code[0] ? a->code : NULL);
	json_put_int(v, "http", a->status);
	json_put_str(v, "message", a->message);
	return v;
}

static bool code_matches(const char *rule, const char *code)
{
	size_t n = strlen(rule);

	if (n > 0 && rule[n - 1] == '*')
		return strncmp(rule, code, n - 1) == 0;
	return strcmp(rule, code) == 0;
}

const struct api_rule *api_rule_find(
	const struct api_rule *rules, size_t n, const char *code, int status)
{
	for (size_t i = 0; code && i < n; i++)
		if (rules[i].code && code_matches(rules[i].code, code))
			return &rules[i];
	for (size_t i = 0; i < n; i++)
		if (!rules[i].code && status >= rules[i].status &&
			status <= rules[i].status_last)
			return &rules[i];
	return NULL;
}

void api_copy_text(char *out, size_t size, const char *text)
{
	size_t n = 0, left = strlen(text), len;

	while ((len = utf8_char_len(text, left)) > 0 && n + len < size) {
		memcpy(out + n, text, len);
		if (len == 1 && (unsigned char)*text < ' ')
			out[n] = ' ';
		n += len;
		text += len;
		left -= len;
	}
	out[n] = '\0';
}

void api_append_text(const struct api *api, struct api_error *a,
	const char *name, const char *text)
{
	size_t n = strlen(a->message);
	char copy[API_PART_MAX];

	if (!text || !*text)
		return;
	api_copy_text(copy, sizeof copy, text);
	http_hide_key(&api->http, copy);
	n += (size_t)snprintf(
		a->message + n, sizeof a->message - n, "; %s: ", name);
	if (n < sizeof a->message)
		api_copy_text(a->message + n, sizeof a->message - n, copy);
}

bool api_is_from_gateway(const struct http_answer *answer, const json *body)
{
	return answer->status >= 400 && answer->status < 500 &&
	       answer->status != 402 && answer->status != 404 &&
	       answer->status != 408 && answer->status != 429 &&
	       (answer->edge ||
		       (answer->body_len > 0 && !json_is_object(body)));
}

/* By its meaning, nothing that answers so has passed the request on. */
static bool is_refused_on_the_way(int status)
{
	return status == 407 || status == 413 || status == 420 || status == 429;
}

void api_judge_foreign(struct api_error *a)
{
	if (a->status < 500 && !is_refused_on_the_way(a->status))
		a->outcome_unknown = true;
}

void api_judge_gateway(struct api_error *a)
{
	a->action = API_RETRY;
	a->smaller = a->status == 413;
	api_copy_text(a->hint, sizeof a->hint,
		"that answer came not from the service but from something on "
		"the way to it: a gateway, a proxy or a firewall");
}

bool api_no_answer(struct api_error *a, const char *code, const char *fmt, ...)
{
	char text[API_MESSAGE_MAX + 1];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	api_copy_text(a->code, sizeof a->code, code);
	api_copy_text(a->message, sizeof a->message, text);
	return false;
}

void api_describe(const struct http_answer *answer, const char *message,
	const char *code, struct api_error *a)
{
	char text[160] = "";

	a->status = answer->status;
	api_copy_text(a->code, sizeof a->code, code ? code : "");
	if (message) {
		api_copy_text(a->message, sizeof a->message, message);
		return;
	}
	if (strncmp(answer->content_type, "text/plain", 10) == 0)
		api_copy_text(text, sizeof text, answer->body);
	snprintf(a->message, sizeof a->message, "%s answer of %zu bytes%s%s",
		answer->content_type[0] ? answer->content_type : "an untyped",
		answer->body_len, text[0] ? ": " : "", text);
}
