#include "answer.h"

void answer_init(struct answer *a)
{
	*a = (struct answer){ .status = 200, .body = BUF_INIT(ANSWER_MAX) };
}

void answer_fini(struct answer *a)
{
	buf_fini(&a->body);
	shared_drop(a->shared);
}

void answer_share(struct answer *a, size_t *held)
{
	shared_drop(a->shared);
	a->shared = shared_take(&a->body, held);
}

void answer_text(struct answer *a, unsigned status, const char *text)
{
	a->status = status;
	a->type = "text/plain; charset=utf-8";
	buf_reset(&a->body);
	buf_adds(&a->body, text);
	buf_addc(&a->body, '\n');
}

void answer_json(
	struct answer *a, unsigned status, const char *type, json *take_body)
{
	buf_reset(&a->body);
	a->status = status;
	a->type = type;
	if (json_print(take_body, &a->body) < 0)
		answer_text(a, 500, "the answer is too long");
	else
		buf_addc(&a->body, '\n');
	json_free(take_body);
}
