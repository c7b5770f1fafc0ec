#include "synclog.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mask.h"

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
			buf_addc(&text, *at == 'n' ? '\n' : *at);
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
	const char *level;

	if (take_word(&at, "time=", line, "time") &&
		take_word(&at, "level=", line, "level") &&
		take_word(&at, "run=", line, "run") &&
		take_word(&at, "program=", line, "program") &&
		take_message(at, line)) {
		level = json_str(line, "level");
		if (strcmp(level, "debug") != 0) {
			mask_member(line, "message");
			return line;
		}
	}
	json_free(line);
	return NULL;
}

json *synclog_tail(const char *path, size_t most)
{
	struct buf text = BUF_INIT(2 * TAIL_BYTES);
	json *lines = json_array();
	char *line, *lf;

	read_tail(path, &text);
	/* A name with a broken character must not hide its line. */
	for (line = text.data; line && (lf = strchr(line, '\n')); line = lf) {
		json *parsed;
		char *repaired;

		*lf++ = '\0';
		repaired = repair_text(line, strlen(line));
		parsed = parse_line(repaired);
		free(repaired);
		if (parsed)
			json_add(lines, parsed);
		if (json_count(lines) > most)
			json_free(json_take_first(lines));
	}
	buf_fini(&text);
	return lines;
}
