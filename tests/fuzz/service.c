#include "service.h"

#include <stdlib.h>
#include <string.h>

#include "util/text.h"

void __wrap_http_exchange(struct http *h, const struct http_request *request,
	struct http_answer *answer);

static struct {
	const uint8_t *data;
	size_t size, at, asked;
	char *body;
} service;

void service_begin(const uint8_t *data, size_t size)
{
	service.data = data;
	service.size = size;
	service.at = service.asked = 0;
}

size_t service_end(void)
{
	free(service.body);
	service.body = NULL;
	return service.asked;
}

static bool next_answer(struct part *p)
{
	static const char *const kinds = "0123456789lu";

	while (fuzz_next_part(service.data, service.size, &service.at, p))
		if (p->name_len > 0 && strchr(kinds, p->name[0]))
			return true;
	return false;
}

static void take_words(struct http_answer *a, char *words)
{
	char *save, *word = strtok_r(words, " ", &save);

	a->outcome = HTTP_ANSWERED;
	if (strcmp(word ? word : "", "lost") == 0)
		a->outcome = HTTP_LOST;
	else if (strcmp(word ? word : "", "large") == 0)
		a->outcome = HTTP_TOO_LARGE;
	else if (strcmp(word ? word : "", "untrusted") == 0)
		a->outcome = HTTP_UNTRUSTED;
	else
		a->status = word ? (int)(strtoul(word, NULL, 10) % 1000) : 0;
	while ((word = strtok_r(NULL, " ", &save))) {
		if (strncmp(word, "range=", 6) == 0)
			snprintf(a->content_range, sizeof a->content_range,
				"%s", word + 6);
		else if (strncmp(word, "wait=", 5) == 0)
			a->retry_after = http_retry_after(word + 5, NULL);
		else if (strcmp(word, "edge") == 0)
			a->edge = true;
		else if (strcmp(word, "text") == 0)
			snprintf(a->content_type, sizeof a->content_type,
				"text/html");
		else if (strcmp(word, "slow") == 0)
			a->timed_out = true;
	}
}

void __wrap_http_exchange(struct http *h, const struct http_request *request,
	struct http_answer *answer)
{
	struct part p;
	char *name;

	(void)h;
	must(request->path[0] == '/' && !strpbrk(request->path, " \r\n"));
	must(++service.asked < 100000);
	*answer = (struct http_answer){ .outcome = HTTP_NOT_SENT,
		.retry_after = -1,
		.date = USEC_NONE,
		.body = "" };
	snprintf(answer->content_type, sizeof answer->content_type,
		"application/json");
	if (!next_answer(&p))
		return;
	name = fuzz_text(p.name, p.name_len);
	take_words(answer, name);
	free(name);
	free(service.body);
	service.body = fuzz_text(p.text, p.len);
	answer->body = service.body;
	answer->body_len = strlen(service.body);
}

void must_be_told(const struct api_error *a)
{
	struct error e;
	json *told = api_error_json(a);

	must(a->action != API_BUG || a->status != 0);
	must(utf8_valid(a->code, strlen(a->code)));
	must(utf8_valid(a->message, strlen(a->message)));
	must(utf8_valid(a->hint, strlen(a->hint)));
	must(!*a->committed_id || uuid_is_normal(a->committed_id));
	json_free(told);
	must(api_fail(a, &e, "what") == -1);
	must(utf8_valid(e.text, strlen(e.text)));
}
