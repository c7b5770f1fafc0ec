#include "views/kept_plan.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/stream.h"

#define TAIL 4096 /* an end line is shorter */

static FILE *open_plan(const struct run_records *l, const char *run_id)
{
	char *path = xasprintf("%s/runs/%s/plan.ndjson", l->dir, run_id);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	FILE *in = NULL;

	free(path);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		in = fdopen(fd, "r");
	if (fd >= 0 && !in)
		close(fd);
	return in;
}

static json *read_head(FILE *in)
{
	char *text = NULL;
	size_t size = 0;
	ssize_t n = getline(&text, &size, in);
	struct error ignored;
	json *head = NULL;

	if (n > 0 && text[n - 1] == '\n' && n <= (ssize_t)STREAM_LINE_MAX)
		head = json_parse(
			text, (size_t)n, JSON_MARK_UNREADABLE, &ignored);
	free(text);
	if (json_str(head, "stream") &&
		strcmp(json_str(head, "stream"), "plan") == 0)
		return head;
	json_free(head);
	return NULL;
}

/* Whether the last line is an end. */
static bool is_whole(FILE *in)
{
	char text[TAIL + 1];
	const char *last;
	size_t n;

	if (fseek(in, -TAIL, SEEK_END) < 0)
		rewind(in);
	n = fread(text, 1, TAIL, in);
	if (n == 0 || text[n - 1] != '\n')
		return false;
	text[n - 1] = '\0';
	last = strrchr(text, '\n');
	return last && strstr(last, "\"kind\":\"end\"");
}

json *plan_head(const struct run_records *l, const char *run_id)
{
	FILE *in = open_plan(l, run_id);
	json *head = in ? read_head(in) : NULL;

	if (in)
		fclose(in);
	return head;
}

json *kept_plan(const struct run_records *l, char run_id[RUN_ID_SIZE])
{
	for (size_t i = l->n; i-- > 0;) {
		FILE *in;
		json *head;
		bool whole;

		/* What takes a run back is no plan of the sync. */
		if (run_undoes(&l->runs[i]))
			continue;
		in = open_plan(l, l->runs[i].id);
		whole = in && is_whole(in);
		if (whole)
			rewind(in);
		head = whole ? read_head(in) : NULL;
		if (in)
			fclose(in);
		if (!head)
			continue;
		strcpy(run_id, l->runs[i].id);
		return head;
	}
	*run_id = '\0';
	return NULL;
}
