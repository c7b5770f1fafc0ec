/* A plan at apply's door: cmd/apply/ops.h. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "../../cmd/apply/ops.h"
#include "util/uuid.h"

static bool load(struct ops *ops, const char *text, size_t len, struct error *e)
{
	return ops_read(ops, fuzz_open(text, len), "plan", e) == 0;
}

static void must_be_sound(const struct op *op)
{
	const struct decision wanted = op_wanted(op);

	/* What becomes a part of a URL. */
	must(!op->row_id || uuid_is_normal(op->row_id));
	must(!op->page_id || uuid_is_normal(op->page_id));
	must(!op->checksum || op->kind == OP_SKIP ||
		checksum_is_valid(op->checksum));
	for (enum field f = 0; f < FIELDS && op->kind != OP_SKIP; f++)
		must(!(op->set_fields & FIELD_BIT(f)) || !op->set.value[f] ||
			field_is_valid(f, op->set.value[f]));
	(void)wanted;
	(void)op_link(op);
	must(!op->next || op->next->follows);
}

/* The plan again, from the lines that were read. */
static char *print(const struct ops *ops)
{
	struct buf out = BUF_INIT(OUTPUT_MAX);

	json_print(ops->head, &out);
	for (size_t i = 0; i < ops->n; i++) {
		buf_addc(&out, '\n');
		json_print(ops->list[i].line, &out);
	}
	buf_addf(&out, "\n{\"kind\":\"end\",\"count\":%zu,\"complete\":true}\n",
		ops->n);
	return buf_take(&out);
}

static void must_be_alike(const struct ops *a, const struct ops *b)
{
	must(a->n == b->n);
	for (size_t i = 0; i < a->n; i++) {
		const struct op *x = &a->list[i], *y = &b->list[i];

		must(x->kind == y->kind && x->target == y->target);
		must(x->n == y->n && x->set_fields == y->set_fields);
		must(x->incomplete == y->incomplete &&
			x->follows == y->follows &&
			x->row_gone == y->row_gone && x->meets == y->meets);
		must((x->next ? x->next - a->list : -1) ==
			(y->next ? y->next - b->list : -1));
	}
}

static void check_guards(const struct ops *ops)
{
	bool none[GUARDS] = { false }, all[GUARDS];
	struct error e;

	for (enum guard g = 0; g < GUARDS; g++)
		all[g] = true;
	if (ops_check_guards(ops, none, &e) == 0) {
		must(ops_check_guards(ops, all, &e) == 0);
	} else {
		must(e.code == RC_GUARD);
		must_be_error(&e);
	}
	(void)ops_check_guards(ops, all, &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ops ops, again;
	struct error e;
	char *text;

	if (!load(&ops, (const char *)data, size, &e)) {
		must(e.code == RC_STREAM);
		must_be_error(&e);
		must(ops.n == 0 && !ops.head);
		return 0;
	}
	for (size_t i = 0; i < ops.n; i++)
		must_be_sound(&ops.list[i]);
	check_guards(&ops);
	text = print(&ops);
	must(load(&again, text, strlen(text), &e));
	must_be_alike(&ops, &again);
	free(text);
	for (size_t i = 0; i < ops.n; i++)
		op_supersede(&ops.list[i]);
	ops_fini(&again);
	ops_fini(&ops);
	return 0;
}
