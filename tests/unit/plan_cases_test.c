/*
 * Runs the decision tables in tests/cases/: one file a case, so that a new rule
 * needs no code. tests/cases/README says how a case is written.
 */
#include <dirent.h>
#include <stdlib.h>

#include "../../cmd/plan/absence.h"
#include "plan_case.h"
#include "test.h"
#include "util/alloc.h"
#include "util/file.h"

/* --- what is expected ----------------------------------------------------- */

static bool is_one_of(const char *key, const char *const *words)
{
	for (; key && *words; words++)
		if (strcmp(key, *words) == 0)
			return true;
	return false;
}

static bool matches(const json *seen, const json *wanted);

static bool members_match(const json *seen, const json *wanted)
{
	for (const json *v = json_first(wanted); v; v = json_next(v))
		if (!matches(json_get(seen, json_key(v)), v))
			return false;
	return true;
}

/* Every key of `wanted` must be there; in values and lists no other may be. */
static bool matches(const json *seen, const json *wanted)
{
	static const char *const whole[] = { "set", "was", "lost", "base",
		NULL };

	if (!json_is_object(wanted))
		return json_equal(seen, wanted) ||
		       (json_is_null(seen) && json_is_null(wanted));
	if (is_one_of(json_key(wanted), whole) &&
		json_count(seen) != json_count(wanted))
		return false;
	return json_is_object(seen) && members_match(seen, wanted);
}

/* The expected op with its short forms written out. */
static json *wanted_op(const json *one)
{
	json *op = json_copy(one), *agreed = json_get(op, "agreed");
	const char *s;

	if ((s = json_str(one, "row")))
		put_id(op, "row_id", s);
	if ((s = json_str(one, "page")))
		put_id(op, "page_id", s);
	if ((s = json_str(one, "checksum")))
		put_checksum(op, "checksum", s);
	if (json_text(agreed)) {
		s = json_text(json_get(one, "agreed"));
		agreed = json_object();
		put_content(agreed, s);
		put_checksum(agreed, "checksum", s);
		json_put(op, "agreed", agreed);
	}
	json_remove(op, "row");
	json_remove(op, "page");
	json_remove(op, "says");
	return op;
}

/* What an op has although the case doesn't expect it. */
static const char *too_much(const json *seen, const json *wanted)
{
	static const char *const keys[] = { "set", "conflict", "code" };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (json_get(seen, keys[i]) && !json_get(wanted, keys[i]))
			return keys[i];
	return NULL;
}

static bool op_matches(const json *seen, const json *one)
{
	json *wanted = wanted_op(one);
	const char *says = json_str(one, "says");
	const char *reason = json_str(seen, "reason");
	bool ok = matches(seen, wanted) && !too_much(seen, wanted) && reason &&
		  *reason && (!says || strstr(reason, says));

	json_free(wanted);
	return ok;
}

static void print(const char *title, const json *v)
{
	struct buf text = BUF_INIT(CASE_BYTES);

	if (v && json_print(v, &text) == 0)
		printf("\t%s %s\n", title, buf_str(&text));
	buf_fini(&text);
}

static void check_ops(const struct op_list *ops, const json *wanted)
{
	const json *one = json_first(wanted);

	for (size_t i = 0; i < ops->n || one; i++) {
		json *seen = i < ops->n ? op_line(&ops->at[i], i + 1) : NULL;

		if (!check(seen && one && op_matches(seen, one))) {
			print("wanted:", one);
			print("seen:  ", seen);
		}
		json_free(seen);
		one = json_next(one);
	}
}

static void check_blocked(const struct guards *g, const json *wanted)
{
	json *seen = json_array(), *none = json_array();

	for (enum guard i = 0; i < GUARDS; i++)
		if (guard_blocks(g, i))
			json_add(seen, json_string(guard_name(i)));
	if (!check(json_equal(seen, wanted ? wanted : none))) {
		print("wanted:", wanted);
		print("seen:  ", seen);
	}
	json_free(none);
	json_free(seen);
}

/* Parts of what the guards saw. */
static void check_saw(const struct guards *g, const json *wanted)
{
	for (const json *v = json_first(wanted); v; v = json_next(v))
		for (enum guard i = 0; i < GUARDS; i++)
			if (strcmp(guard_name(i), json_key(v)) == 0)
				check_has(g->seen[i], json_text(v));
}

/* Only of a reading from a snapshot: what it can't show. */
static void check_absence(const struct setting *s, const char *wanted)
{
	const char *why = NULL;
	const struct planned_op *op = absence_find(&s->world, &s->ops, &why);

	if (check((op != NULL) == (wanted != NULL)) && wanted)
		check_has(why, wanted);
}

static void check_totals(const struct op_list *ops, const json *wanted)
{
	struct totals t;
	json *seen;

	op_list_count(ops, &t);
	seen = totals_json(&t);
	if (!check(members_match(seen, wanted))) {
		print("wanted:", wanted);
		print("seen:  ", seen);
	}
	json_free(seen);
}

static void run_case(const json *one)
{
	const char *refused = json_str(one, "refused");
	struct setting s = { 0 };

	case_set_up(&s, one);
	if (refused) {
		if (check(s.rc < 0))
			check_has(s.e.text, refused);
	} else if (check(s.rc == 0)) {
		case_plan(&s);
		if (json_get(one, "shown"))
			case_allow_shown(&s, one, json_get(one, "shown"));
		check(json_get(one, "ops") || json_get(one, "totals"));
		if (json_get(one, "ops"))
			check_ops(&s.ops, json_get(one, "ops"));
		check_totals(&s.ops, json_get(one, "totals"));
		check_blocked(&s.guards, json_get(one, "blocked"));
		check_saw(&s.guards, json_get(one, "saw"));
		check_absence(&s, json_str(one, "absence"));
	} else {
		printf("\t%s\n", s.e.text);
	}
	case_tear_down(&s);
}

static int is_case(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return len > 5 && strcmp(d->d_name + len - 5, ".json") == 0;
}

static void run_file(const char *path)
{
	struct buf text = BUF_INIT(CASE_BYTES);
	struct error e = { 0 };
	json *one = NULL;

	test_name = path;
	if (file_read(path, &text, &e) == 0)
		one = json_parse(buf_str(&text), text.len, JSON_STRICT, &e);
	if (check(one != NULL))
		run_case(one);
	else
		printf("\t%s\n", e.text);
	json_free(one);
	buf_fini(&text);
}

int main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : "tests/cases";
	struct dirent **files;
	int n = scandir(dir, &files, is_case, alphasort);

	for (int i = 0; i < n; i++) {
		char *path = path_join(dir, files[i]->d_name);

		run_file(path);
		free(path);
		free(files[i]);
	}
	if (n >= 0)
		free(files);
	printf("%d cases, ", n);
	return test_end();
}
