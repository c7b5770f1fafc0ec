#include "settling.h"

#include "sync/settling.h"
#include "util/stream.h"
#include "util/text.h"

int settling_note(const struct ops *ops, const char *path, struct error *e)
{
	static const char *const keys[] = { "row_id", "page_id", "since" };
	struct settling s = { 0 };
	int rc;

	for (size_t i = 0; i < ops->n; i++) {
		const struct op *op = &ops->list[i];
		json *line;

		if (op->kind != OP_SKIP || !json_str(op->line, "since"))
			continue;
		line = stream_line("settling");
		for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
			if (json_str(op->line, keys[k]))
				json_put_str(line, keys[k],
					json_str(op->line, keys[k]));
		settling_add(&s, line);
	}
	rc = settling_save(&s, path, e);
	settling_fini(&s);
	return rc;
}
