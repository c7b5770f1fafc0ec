#include "first.h"

#include "page.h"

void first_init(struct first *f, const char *policy)
{
	f->of = USEC_NONE;
	answer_init(&f->page);
	f->page.type = PAGE_TYPE;
	f->page.policy = policy;
}

void first_fini(struct first *f)
{
	answer_fini(&f->page);
}

static int add(struct buf *documents, const char *name, const struct answer *a)
{
	if (a->status != 200 || !a->shared)
		return -1;
	return page_add(documents, name, a->shared->data, a->shared->len);
}

/* By the names, and with the parameters, that main.js asks for. */
static int add_all(
	struct buf *documents, const struct answer *status, struct api *api)
{
	static const struct query none = { .n = 0 };
	static const struct query few = { .at = { { "limit", "12" } }, .n = 1 };
	struct answer own;
	int rc;

	answer_init(&own);
	rc = add(documents, "status", status);
	if (rc == 0)
		rc = add(documents, "pending",
			api_get(api, "pending", &none, &own));
	if (rc == 0)
		rc = add(documents, "activity",
			api_get(api, "activity", &few, &own));
	if (rc == 0)
		rc = add(documents, "conflicts",
			api_get(api, "conflicts", &none, &own));
	answer_fini(&own);
	return rc;
}

const struct answer *first_get(
	struct first *f, const struct answer *status, usec at, struct api *api)
{
	struct buf documents = BUF_INIT(FIRST_MAX);
	int rc;

	if (f->page.shared && f->of == at)
		return &f->page;
	rc = add_all(&documents, status, api);
	if (rc == 0) {
		page_print(&f->page.body, &documents);
		answer_share(&f->page, api->held);
		f->of = at;
	}
	buf_fini(&documents);
	return rc == 0 ? &f->page : NULL;
}
