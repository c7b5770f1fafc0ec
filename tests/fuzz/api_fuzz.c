/*
 * The documents of the health server, without HTTP: the part "ask" is what is
 * asked for ("activity?side=notion&limit=3", a line each), all others are the
 * files of the log and the state folder, as fuzz_log_folder() has them. A
 * document is JSON of the size that it may have, and is the same for whoever
 * asks; anything else is a line of text that says why there is none.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "../../cmd/health-server/api.h"
#include "util/text.h"

#define ASKS 4

struct asked {
	struct settings settings;
	struct control control;
	struct log_view view;
	struct api api;
	size_t held;
};

/* --- the folder ----------------------------------------------------------- */

/* All parts but "ask": as long as they stay, so does the folder. */
static void files_of(const uint8_t *data, size_t size, struct buf *out)
{
	struct part p;
	size_t at = 0;

	while (fuzz_next_part(data, size, &at, &p)) {
		if (p.name_len == 3 && memcmp(p.name, "ask", 3) == 0)
			continue;
		buf_addc(out, '@');
		buf_add(out, p.name, p.name_len);
		buf_addc(out, '\n');
		buf_add(out, p.text, p.len);
	}
}

static const char *make_folder(const uint8_t *data, size_t size)
{
	static struct buf last = BUF_INIT(OUTPUT_MAX);
	static char *dir;
	struct buf files = BUF_INIT(OUTPUT_MAX);

	files_of(data, size, &files);
	if (!dir || files.len != last.len ||
		memcmp(buf_str(&files), buf_str(&last), last.len) != 0) {
		free(dir);
		buf_fini(&last);
		last = files;
		dir = fuzz_log_folder(
			(const uint8_t *)buf_str(&last), last.len, "logs");
	} else {
		buf_fini(&files);
	}
	return dir;
}

/* --- asking --------------------------------------------------------------- */

static void begin(struct asked *s, const char *dir)
{
	static char state[512];
	struct error e;

	snprintf(state, sizeof state, "%s", dir);
	*s = (struct asked){ .settings = {
				     .state_dir = state, .log_dir = state } };
	must(control_init(&s->control, &s->settings, NULL, &e) == 0);
	log_view_init(&s->view, dir);
	api_init(&s->api, dir, &s->view, &s->control, &s->held);
}

static void end(struct asked *s)
{
	api_fini(&s->api);
	log_view_fini(&s->view);
	control_fini(&s->control);
	must(s->held == 0);
}

/* What query_of() does; the parts of the text are its names and values. */
static struct query split(char *text)
{
	struct query q = { .n = 0 };
	char *save, *one = strtok_r(text, "&", &save);

	for (; one; one = strtok_r(NULL, "&", &save)) {
		char *value = strchr(one, '=');

		if (value)
			*value++ = '\0';
		for (size_t i = 0; i < q.n; i++)
			q.wrong |= strcmp(q.at[i].name, one) == 0;
		q.wrong |= q.n == QUERY_MAX ||
			   (value && !utf8_valid(value, strlen(value)));
		if (q.wrong)
			break;
		q.at[q.n].name = one;
		q.at[q.n++].value = value ? value : "";
	}
	return q;
}

static void check_document(const char *text, size_t len, const char *type)
{
	struct error e;
	json *v = json_parse(text, len, JSON_STRICT, &e);

	must(strcmp(type, "application/json") == 0);
	must(json_is_object(v) && len <= ANSWER_MAX);
	json_free(v);
}

static void check_line(const char *text, size_t len)
{
	must(len > 1 && text[len - 1] == '\n' && utf8_valid(text, len));
	for (size_t i = 0; i + 1 < len; i++)
		must((unsigned char)text[i] >= ' ');
}

/* The body, after its status; allocated. */
static char *ask(struct asked *s, const char *name, const struct query *q)
{
	struct answer a;
	const struct answer *got, *again;
	struct buf all = BUF_INIT(OUTPUT_MAX);

	answer_init(&a);
	got = api_get(&s->api, name, q, &a);
	if (got == &a) {
		must(a.status == 400 || a.status == 404);
		check_line(buf_str(&a.body), a.body.len);
		buf_addf(&all, "%u %s", a.status, buf_str(&a.body));
	} else {
		must(got->status == 200 && got->shared);
		check_document(got->shared->data, got->shared->len, got->type);
		again = api_get(&s->api, name, q, &a);
		must(again == got);
		buf_adds(&all, "200 ");
		buf_add(&all, got->shared->data, got->shared->len);
	}
	answer_fini(&a);
	return buf_take(&all);
}

static void check(struct asked *one, struct asked *other, char *line)
{
	char *parameters = strchr(line, '?');
	struct query q;

	if (parameters)
		*parameters++ = '\0';
	q = split(parameters ? parameters : line + strlen(line));
	must_be_same(ask(one, line, &q), ask(other, line, &q));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct part p = fuzz_part(data, size, "ask");
	const char *dir = make_folder(data, size);
	char *text = fuzz_text(p.text, p.len), *save, *line;
	struct asked one, other;
	int n = 0;

	begin(&one, dir);
	begin(&other, dir);
	for (line = strtok_r(text, "\n", &save); line && n++ < ASKS;
		line = strtok_r(NULL, "\n", &save))
		check(&one, &other, line);
	end(&other);
	end(&one);
	free(text);
	return 0;
}
