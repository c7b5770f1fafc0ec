#include "messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runs/event_log.h"
#include "screen.h"
#include "util/alloc.h"

#define LINE_MAX_BYTES 65536

/* SYNC_PROGRESS_SECONDS, such as 0.2; of another value, the default. */
static usec progress_every(bool terminal)
{
	const char *set = getenv("SYNC_PROGRESS_SECONDS");
	double seconds = set ? strtod(set, NULL) : 0;

	if (terminal)
		return 0;
	return seconds > 0 && seconds < 86400 ? (usec)(seconds * USEC_SECOND)
					      : 30 * USEC_SECOND;
}

void messages_init(struct messages *m, const struct run_context *run)
{
	bool terminal = isatty(STDERR_FILENO) == 1;

	*m = (struct messages){ .run = run,
		.part = BUF_INIT(LINE_MAX_BYTES),
		.on_terminal = terminal,
		.progress_every = progress_every(terminal),
		.progress_at = time_monotonic() };
}

/* "apply: text": the length of the name, 0 without one. */
static size_t speaker(const char *line)
{
	size_t n = strspn(line, "abcdefghijklmnopqrstuvwxyz-");

	return strncmp(line + n, ": ", 2) == 0 ? n : 0;
}

static void log_line(
	const struct messages *m, const char *line, const char *level)
{
	const struct event event = {
		.run = m->run->id, .level = level, .program = "-"
	};
	struct error e;

	/* An event that can't be written down stops nothing. */
	if (m->run->dir && event_log_said(m->run->settings->log_dir, &event, 0,
				   line, &e) < 0)
		debug("%s", e.text);
}

static const char *usual_level(const struct messages *m)
{
	return m->run->verbose ? "debug" : "info";
}

static void forget(struct said *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->last[i]);
	*s = (struct said){ .n = 0 };
}

static bool is_of(const struct said *s, const char *name, size_t len)
{
	return s->n && speaker(s->last[0]) == len &&
	       strncmp(s->last[0], name, len) == 0;
}

/* Those that spoke before move on, and the last of them is forgotten. */
static struct said *of_speaker(struct messages *m, const char *line)
{
	struct said found;
	size_t i = 0;

	while (i < SPEAKERS - 1 && !is_of(&m->by[i], line, speaker(line)))
		i++;
	if (!is_of(&m->by[i], line, speaker(line)))
		forget(&m->by[i]);
	found = m->by[i];
	memmove(m->by + 1, m->by, i * sizeof *m->by);
	m->by[0] = found;
	return &m->by[0];
}

static void remember(struct said *s, const char *line)
{
	if (s->n == MESSAGE_LINES) {
		free(s->last[0]);
		memmove(s->last, s->last + 1, sizeof s->last - sizeof *s->last);
		s->n--;
	}
	s->last[s->n++] = xstrdup(line);
}

static void end_progress(struct messages *m)
{
	if (m->progress_shown && m->on_terminal)
		screen_put("\r\033[K");
	m->progress_shown = false;
}

static void take_progress(struct messages *m, const char *line)
{
	usec now = time_monotonic();

	if (m->run->quiet || now - m->progress_at < m->progress_every)
		return;
	m->progress_at = now;
	screen_line(m->on_terminal ? "\r\033[K" : "", line,
		m->on_terminal ? "" : "\n");
	m->progress_shown = true;
}

static void take_message(struct messages *m, const char *line)
{
	struct said *s = of_speaker(m, line);

	end_progress(m);
	screen_line("", line, "\n");
	if (m->newest && s->logged++ < EVENT_LINES_MAX)
		log_line(m, m->newest, usual_level(m));
	free(m->newest);
	m->newest = xstrdup(line);
	remember(s, line);
}

void messages_take(struct messages *m, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = data[i];

		if (c != '\n' && c != '\r') {
			/* Of an endless line the start is enough. */
			buf_addc(&m->part, (char)(c ? c : '?'));
			continue;
		}
		if (c == '\n')
			take_message(m, buf_str(&m->part));
		else if (m->part.len)
			take_progress(m, buf_str(&m->part));
		buf_reset(&m->part);
	}
}

/* What this program said last; NULL: nothing that is remembered. */
static const struct said *said_by(const struct messages *m, const char *name)
{
	for (size_t i = 0; i < SPEAKERS && *name; i++)
		if (is_of(&m->by[i], name, strlen(name)))
			return &m->by[i];
	return NULL;
}

void messages_end(struct messages *m, const char *failed_in)
{
	const struct said *why;

	if (m->part.len)
		take_message(m, buf_str(&m->part));
	buf_reset(&m->part);
	end_progress(m);
	why = failed_in ? said_by(m, failed_in) : NULL;
	/* The shell's word, or that of a program that broke, comes first. */
	if (m->newest && (why == &m->by[0] || !speaker(m->newest)))
		why = NULL;
	if (m->newest)
		log_line(m, m->newest,
			failed_in && !why ? "error" : usual_level(m));
	if (why)
		log_line(m, why->last[why->n - 1], "error");
	free(m->newest);
	m->newest = NULL;
}

char *messages_of(const struct messages *m, const char *stage)
{
	struct buf text = BUF_INIT(MESSAGE_LINES * (LINE_MAX_BYTES + 1));
	const struct said *s = &m->by[0];

	/* A line without a name is the shell's, or of a program that broke. */
	if (s->n && speaker(s->last[0]) && said_by(m, stage))
		s = said_by(m, stage);
	if (!s->n || (speaker(s->last[0]) && !is_of(s, stage, strlen(stage))))
		return NULL;
	for (size_t i = 0; i < s->n; i++)
		buf_addf(&text, "%s%s", i ? "\n" : "", s->last[i]);
	return buf_take(&text);
}

void messages_fini(struct messages *m)
{
	for (size_t i = 0; i < SPEAKERS; i++)
		forget(&m->by[i]);
	free(m->newest);
	buf_fini(&m->part);
	*m = (struct messages){ 0 };
}
