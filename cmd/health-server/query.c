#include "query.h"

#include <string.h>

#include <microhttpd.h>

#include "util/text.h"

static enum MHD_Result take(
	void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct query *q = arg;

	(void)kind;
	for (size_t i = 0; i < q->n; i++)
		q->wrong = q->wrong || strcmp(q->at[i].name, name) == 0;
	q->wrong = q->wrong || q->n == QUERY_MAX ||
		   (value && !utf8_valid(value, strlen(value)));
	if (q->wrong)
		return MHD_NO;
	q->at[q->n].name = name;
	q->at[q->n++].value = value ? value : "";
	return MHD_YES;
}

struct query query_of(struct MHD_Connection *c)
{
	struct query q = { .n = 0 };

	MHD_get_connection_values(c, MHD_GET_ARGUMENT_KIND, take, &q);
	return q;
}
