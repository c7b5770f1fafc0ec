#include <stdio.h>
#include <string.h>

#include "doctor.h"
#include "util/text.h"

#define TEXT_MAX (64u << 10)

static const char *const marks[] = {
	[MARK_NONE] = "",
	[MARK_OK] = "ok",
	[MARK_WARN] = "warn",
	[MARK_BAD] = "bad",
	[MARK_SKIPPED] = "skipped",
};

static int count(const struct doctor *d, enum mark mark)
{
	int n = 0;

	for (enum check_id id = 0; id < CHECKS; id++)
		n += d->found[id].mark == mark;
	return n;
}

void show_text(const struct doctor *d)
{
	struct buf b = BUF_INIT(CHECKS * TEXT_MAX);
	int width = 0;

	for (enum check_id id = 0; id < CHECKS; id++) {
		int n = (int)strlen(check_at(id)->name);

		if (d->found[id].mark != MARK_NONE && n > width)
			width = n;
	}
	for (enum check_id id = 0; id < CHECKS; id++) {
		const struct finding *f = &d->found[id];

		if (f->mark == MARK_NONE ||
			(verbosity < 0 && f->mark != MARK_BAD))
			continue;
		buf_addf(&b, "%-7s  %-*s  ", marks[f->mark], width,
			check_at(id)->name);
		text_show(&b, f->text, 0);
		buf_addc(&b, '\n');
	}
	if (verbosity >= 0)
		buf_addf(&b, "%d ok, %d warn, %d bad, %d skipped\n",
			count(d, MARK_OK), count(d, MARK_WARN),
			count(d, MARK_BAD), count(d, MARK_SKIPPED));
	text_put(stdout, buf_str(&b));
	buf_fini(&b);
}

static json *finding_json(const struct finding *f, const char *name)
{
	json *v = json_object();

	json_put_str(v, "check", name);
	json_put_str(v, "mark", marks[f->mark]);
	if (f->mark == MARK_BAD)
		json_put_int(v, "exit", f->code);
	json_put_str(v, "text", f->text);
	return v;
}

void show_json(const struct doctor *d)
{
	json *v = json_object(), *list;
	struct buf b = BUF_INIT(CHECKS * TEXT_MAX);

	json_put_int(v, "exit", doctor_code(d));
	json_put_int(v, "ok", count(d, MARK_OK));
	json_put_int(v, "warn", count(d, MARK_WARN));
	json_put_int(v, "bad", count(d, MARK_BAD));
	json_put_int(v, "skipped", count(d, MARK_SKIPPED));
	list = json_put(v, "checks", json_array());
	for (enum check_id id = 0; id < CHECKS; id++)
		if (d->found[id].mark != MARK_NONE)
			json_add(list, finding_json(&d->found[id],
					       check_at(id)->name));
	json_print(v, &b);
	printf("%s\n", buf_str(&b));
	json_free(v);
	buf_fini(&b);
}
