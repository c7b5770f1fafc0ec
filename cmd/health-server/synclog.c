#include "synclog.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mask.h"
#include "runs/event_log.h"
#include "util/alloc.h"
#include "util/format.h"
#include "util/version.h"

#define TAIL_BYTES 65536

/* The last bytes of the file, from the start of a line. */
static void read_tail(const char *path, struct buf *out)
{
	char chunk[8192];
	struct stat st;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		goto out;
	if (st.st_size > TAIL_BYTES)
		lseek(fd, st.st_size - TAIL_BYTES, SEEK_SET);
	while ((n = read(fd, chunk, sizeof chunk)) > 0)
		if (buf_add(out, chunk, (size_t)n) < 0)
			break;
out:
	close(fd);
}

/* Takes `name=word ` from *at; false where something else is there. */
static bool take_word(
	const char **at, const char *name, json *line, const char *key)
{
	size_t n = strlen(name), len;
	char word[64];

	if (strncmp(*at, name, n) != 0)
		return false;
	*at += n;
	len = strcspn(*at, " ");
	if (len == 0 || len >= sizeof word || (*at)[len] != ' ')
		return false;
	memcpy(word, *at, len);
	word[len] = '\0';
	*at += len + 1;
	json_put_str(line, key, word);
	return true;
}

static bool take_message(const char *at, json *line)
{
	struct buf text = BUF_INIT(TAIL_BYTES);
	bool closed = false;

	if (strncmp(at, "msg=\"", 5) != 0)
		return false;
	for (at += 5; *at && !closed; at++) {
		if (*at == '"')
			closed = true;
		else if (*at != '\\')
			buf_addc(&text, *at);
		else if (*++at == '\0')
			break;
		else
			buf_addc(&text, (char)(*at == 'n' ? '\n' : *at));
	}
	if (closed)
		json_put_str(line, "message", buf_str(&text));
	buf_fini(&text);
	return closed && *at == '\0';
}

/* NULL where the text is not such a line. */
static json *parse_line(const char *at)
{
	json *line = json_object();

	if (take_word(&at, "time=", line, "time") &&
		take_word(&at, "level=", line, "level") &&
		take_word(&at, "run=", line, "run") &&
		take_word(&at, "program=", line, "program") &&
		take_message(at, line))
		return line;
	json_free(line);
	return NULL;
}

/* A line that people are shown; NULL where the text is none. */
static json *shown_line(const char *text)
{
	json *line = parse_line(text);

	if (line && strcmp(json_str(line, "level"), "debug") != 0) {
		mask_member(line, "message");
		return line;
	}
	json_free(line);
	return NULL;
}

/* The first line of the file, where it has one of that length. */
static void read_first(const char *path, char *line, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, line, size - 1);

	if (fd >= 0)
		close(fd);
	line[n < 0 ? 0 : n] = '\0';
	line[strcspn(line, "\n")] = '\0';
}

/* Of a log that a later version began: what to do instead of its lines; NULL.
 */
static json *later_version(const char *path)
{
	const size_t head = sizeof EVENT_LOG_HEAD - 1;
	char text[512], *repaired, *say;
	const char *says;
	json *line;

	read_first(path, text, sizeof text);
	repaired = repair_text(text, strlen(text));
	line = parse_line(repaired);
	free(repaired);
	says = json_str(line, "message");
	if (!says || strncmp(says, EVENT_LOG_HEAD, head) != 0 ||
		strtol(says + head, NULL, 10) <= FORMAT) {
		json_free(line);
		return NULL;
	}
	say = xasprintf(EVENT_LOG " has %s, and this is vaultsync %s, which "
				  "reads format %d: run that version again, or "
				  "a later one",
		says, version_text(), FORMAT);
	json_put_str(line, "level", "warn");
	json_put_str(line, "message", say);
	mask_member(line, "message");
	free(say);
	return line;
}

json *synclog_tail(const char *path, size_t most)
{
	struct buf text = BUF_INIT(2 * TAIL_BYTES);
	json *lines = json_array(), *later = later_version(path);
	char *line, *lf;

	if (later) {
		json_add(lines, later);
		return lines;
	}
	read_tail(path, &text);
	/* A name with a broken character must not hide its line. */
	for (line = text.data; line && (lf = strchr(line, '\n')); line = lf) {
		json *parsed;
		char *repaired;

		*lf++ = '\0';
		repaired = repair_text(line, strlen(line));
		parsed = shown_line(repaired);
		free(repaired);
		if (parsed)
			json_add(lines, parsed);
		if (json_count(lines) > most)
			json_free(json_take_first(lines));
	}
	buf_fini(&text);
	return lines;
}
