/*
 * The plan that was seen, into approve: the input is the plan.ndjson of the
 * last run. What can be chosen is an op that can wait, of a record with an id;
 * what was chosen by an id is of one record; what is approved is found by plan;
 * and what people are shown is lines of UTF-8 that no terminal takes for
 * commands.
 */
#include "fuzz.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../cmd/approve/plan_seen.h"
#include "util/file.h"
#include "util/stream.h"
#include "util/text.h"

#define RUN "20261125T194500Z-1"

static char *logs;
static struct run kept = { .id = RUN };

static void begin(void)
{
	char *runs, *run;

	if (logs)
		return;
	logs = fuzz_path("logs");
	runs = fuzz_path("logs/runs");
	run = fuzz_path("logs/runs/" RUN);
	must(mkdir(logs, 0700) == 0 && mkdir(runs, 0700) == 0 &&
		mkdir(run, 0700) == 0);
	free(run);
	free(runs);
}

static size_t count_chosen(const struct plan_seen *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += p->at[i].chosen;
	return n;
}

static void forget_choice(struct plan_seen *p)
{
	for (size_t i = 0; i < p->n; i++)
		p->at[i].chosen = false;
}

static bool is_of_record(const struct op_key *key, const struct op_key *of)
{
	return text_same(key->row_id, of->row_id) &&
	       text_same(key->page_id, of->page_id);
}

static void choose(struct plan_seen *p, const struct candidate *c, bool part)
{
	const char *id = c->key.row_id ? c->key.row_id : c->key.page_id;
	char *text = fuzz_text(id, part && strlen(id) > 8 ? 8 : strlen(id));
	struct error e;

	forget_choice(p);
	if (plan_seen_choose(p, text, &e) < 0) {
		must(e.code == RC_USAGE);
		must_be_error(&e);
	} else {
		must(c->chosen);
		for (size_t i = 0; i < p->n; i++)
			must(p->at[i].chosen ==
				is_of_record(&p->at[i].key, &c->key));
	}
	free(text);
}

static void choose_all(struct plan_seen *p)
{
	static const char *const kinds[] = { "create", "update:notion",
		"trash:supabase", "restore", "trash,update", "nothing" };
	struct error e;

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		forget_choice(p);
		if (plan_seen_choose_all(p, kinds[i], &e) < 0) {
			must(count_chosen(p) == 0);
			must_be_error(&e);
		} else {
			must(count_chosen(p) > 0);
		}
	}
}

/* As approve writes it, and plan looks for it. */
static void must_be_found(const struct candidate *c)
{
	struct approvals a = { .until = USEC_NONE };
	json *line = stream_line("approved");

	json_put_str(line, "at", "2026-11-25T19:45:00Z");
	op_key_put(line, &c->key);
	json_put(line, "seen", json_copy(json_get(c->line, "expect")));
	if (approvals_add(&a, line)) {
		approvals_sort(&a);
		must(approvals_find(&a, &c->key));
	} else {
		must(!json_is_object(json_get(c->line, "expect")));
	}
	approvals_fini(&a);
}

/* What it prints goes to a file of ours, and the terminal gets none of it. */
static void must_be_shown(const struct plan_seen *p)
{
	static int to = -1, ours;
	struct buf text = BUF_INIT(OUTPUT_MAX);
	struct error e;
	char *path;

	if (to < 0) {
		path = fuzz_path("shown");
		to = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		ours = dup(STDOUT_FILENO);
		free(path);
	}
	must(fflush(stdout) == 0 && dup2(to, STDOUT_FILENO) >= 0);
	plan_seen_list(p);
	must(fflush(stdout) == 0 && dup2(ours, STDOUT_FILENO) >= 0);
	must(lseek(to, 0, SEEK_SET) == 0);
	must(file_read_from(to, "shown", &text, &e) == 0);
	must(lseek(to, 0, SEEK_SET) == 0 && ftruncate(to, 0) == 0);
	must(utf8_valid(buf_str(&text), text.len) && text.len > 0);
	for (size_t i = 0; i < text.len; i++)
		must((unsigned char)text.data[i] >= ' ' ||
			text.data[i] == '\n');
	buf_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run_records l = { .runs = &kept, .n = 1 };
	struct plan_seen p = { 0 };
	struct error e;

	begin();
	l.dir = logs;
	free(fuzz_file(
		"logs/runs/" RUN "/plan.ndjson", (const char *)data, size));
	if (plan_seen_load(&p, &l, &e) < 0) {
		must(e.code == RC_USAGE && p.n == 0 && !p.head);
		must_be_error(&e);
		return 0;
	}
	must(strcmp(p.run_id, RUN) == 0);
	for (size_t i = 0; i < p.n; i++) {
		must(op_key_can_wait(&p.at[i].key));
		must(p.at[i].key.row_id || p.at[i].key.page_id);
		choose(&p, &p.at[i], i % 2);
		must_be_found(&p.at[i]);
	}
	choose_all(&p);
	must_be_shown(&p);
	plan_seen_fini(&p);
	return 0;
}
