#include "preflight.h"

struct needs {
	bool page_insert, page_update, row_insert, row_update;
};

static void add_needs(struct needs *n, const struct op *op)
{
	bool creates = op->kind == OP_CREATE;

	if (op->target == TARGET_NOTION) {
		n->page_insert |= creates;
		n->page_update |= !creates;
		/* The row gets the new page's link. */
		n->row_update |= creates;
	} else if (op->target == TARGET_SUPABASE) {
		n->row_insert |= creates;
		n->row_update |= !creates;
	}
}

int preflight(struct worker *w, const struct ops *ops, struct error *e)
{
	struct needs n = { 0 };

	if (w->dry_run || base_count(&w->journal->before) > 0)
		return 0;
	for (size_t i = 0; i < ops->n; i++)
		add_needs(&n, &ops->list[i]);
	if (((n.row_insert || n.row_update) &&
		    supabase_probe_types(&w->supabase, e) < 0) ||
		(n.row_update && supabase_probe_update(&w->supabase, e) < 0) ||
		(n.row_insert && supabase_probe_insert(&w->supabase, e) < 0) ||
		(n.page_insert && notion_probe_insert(&w->notion, e) < 0) ||
		(n.page_update && notion_probe_update(&w->notion, e) < 0))
		return -1;
	return 0;
}
