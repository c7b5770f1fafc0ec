/* What a plan without ops was made from: cmd/plan/idle.h. */
#include "../../cmd/plan/idle.h"

#include "test.h"

#include "scratch.h"

static const struct policy policy;
static const struct guards guards;
static struct op_list ops;
static struct sides sides;

static json *parse(const char *text)
{
	struct error e;
	json *v = json_parse(text, strlen(text), JSON_STRICT, &e);

	if (!v)
		abort();
	return v;
}

/* The inputs of such a plan, its base being changed to `then` meanwhile. */
static json *inputs_after(const char *then)
{
	const char *base = in_scratch("base");
	const struct plan p = { .sides = &sides,
		.policy = &policy,
		.guards = &guards,
		.ops = &ops };
	char sum[SHA256_TEXT_SIZE];

	idle_sum_base(&sides, base, sum);
	if (then)
		base = put_file("base", then);
	return idle_inputs(&p, base, sum);
}

static void check_none(json *take_inputs)
{
	check(take_inputs == NULL);
	json_free(take_inputs);
}

static void test_base(void)
{
	json *inputs;

	sides.end = parse("{\"inputs\":{\"rows\":\"r\",\"snapshot\":\"s\"},"
			  "\"counts\":{\"supabase\":{\"live\":1}}}");
	check_none(inputs_after(NULL));
	put_file("base", "abc");
	inputs = inputs_after(NULL);
	check_str(json_str(inputs, "rows"), "r");
	check_str(json_str(inputs, "snapshot"), "s");
	check_str(json_str(inputs, "base"), "ba7816bf8f01cfea414140de5dae2223"
					    "b00361a396177a9cb410ff61f20015ad");
	check_int(json_int(json_get(json_get(inputs, "counts"), "supabase"),
			  "live"),
		1);
	json_free(inputs);
	/* The plan was made from one, and this is another. */
	check_none(inputs_after("abd"));
	/* An empty journal is none; any other may say more than the base. */
	put_file("base.journal", "");
	inputs = inputs_after(NULL);
	check(inputs != NULL);
	json_free(inputs);
	put_file("base.journal", "{}\n");
	check_none(inputs_after(NULL));
	unlink(in_scratch("base.journal"));
	check_int(symlink("/nowhere/journal", in_scratch("base.journal")), 0);
	check_none(inputs_after(NULL));
	unlink(in_scratch("base.journal"));
	/* Records that don't say what they were made from. */
	json_remove(sides.end, "inputs");
	check_none(inputs_after(NULL));
	json_free(sides.end);
	unlink(in_scratch("base"));
}

int main(void)
{
	if (!begin_scratch())
		return test_end();
	run(test_base);
	end_scratch();
	return test_end();
}
