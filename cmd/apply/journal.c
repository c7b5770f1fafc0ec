#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/file.h"
#include "util/humanize.h"
#include "util/lock.h"
#include "util/stream.h"
#include "util/text.h"

/* Not every system has it, or says so. */
#if !defined _POSIX_SYNCHRONIZED_IO || _POSIX_SYNCHRONIZED_IO <= 0
#define fdatasync fsync
#endif

/* After a week the listings show what there is. */
#define OPEN_MAX (7 * USEC_DAY)

/* A line of which a part was written is taken back: the next stands alone. */
static int disk_is_full(struct journal *j, size_t written, struct error *e)
{
	off_t size = lseek(j->fd, 0, SEEK_END);

	if (size < 0 || ftruncate(j->fd, size - (off_t)written) < 0)
		return fail_errno(e, "%s", j->path);
	return fail(e, RC_LOCAL, "%s: the disk is full", j->path);
}

/* One write, so that a kill leaves whole lines and at most one torn end. */
static int append(struct journal *j, json *take_line, struct error *e)
{
	struct buf text = BUF_INIT(STREAM_LINE_MAX);
	ssize_t n;
	int rc = 0;

	if (json_print(take_line, &text) < 0 || buf_addc(&text, '\n') < 0) {
		rc = fail(e, RC_BUG, "%s: a line is too long", j->path);
	} else {
		do
			n = write(j->fd, text.data, text.len);
		while (n < 0 && errno == EINTR);
		if (n < 0)
			rc = fail_errno(e, "%s", j->path);
		else if ((size_t)n < text.len)
			rc = disk_is_full(j, (size_t)n, e);
	}
	json_free(take_line);
	buf_fini(&text);
	return rc;
}

static json *row_line(const char *kind, const char *row_id)
{
	json *line = stream_line(kind);

	json_put_str(line, "row_id", row_id);
	return line;
}

static struct open_create *find(const struct journal *j, const char *row_id)
{
	for (size_t i = j->n; i-- > 0;)
		if (!j->creates[i].closed &&
			strcmp(j->creates[i].row_id, row_id) == 0)
			return &j->creates[i];
	return NULL;
}

static struct open_create *add_create(struct journal *j, const char *row_id)
{
	struct open_create *c = find(j, row_id);

	if (!c) {
		j->creates =
			grow(j->creates, j->n, &j->cap, sizeof *j->creates);
		c = &j->creates[j->n++];
	}
	*c = (struct open_create){ 0 };
	snprintf(c->row_id, sizeof c->row_id, "%s", row_id);
	return c;
}

const struct open_create *journal_find(
	struct journal *j, const char *row_id, struct open_create *copy)
{
	const struct open_create *c;

	pthread_mutex_lock(&j->lock);
	c = find(j, row_id);
	if (c)
		*copy = *c;
	pthread_mutex_unlock(&j->lock);
	return c ? copy : NULL;
}

bool journal_has_page(struct journal *j, const char *page_id)
{
	bool has = false;

	pthread_mutex_lock(&j->lock);
	for (size_t i = 0; i < j->n && !has; i++)
		has = !j->creates[i].closed &&
		      strcmp(j->creates[i].page_id, page_id) == 0;
	pthread_mutex_unlock(&j->lock);
	return has;
}

const struct open_create *journal_find_page(
	struct journal *j, const char *page_id, struct open_create *copy)
{
	bool found = false;

	pthread_mutex_lock(&j->lock);
	for (size_t i = 0; i < j->n && !found; i++) {
		const struct open_create *c = &j->creates[i];

		found = !c->closed && c->from_before && c->answered &&
			strcmp(c->page_id, page_id) == 0;
		if (found)
			*copy = *c;
	}
	pthread_mutex_unlock(&j->lock);
	return found ? copy : NULL;
}

const struct open_create *journal_next_maker(struct journal *j,
	const char *page_id, const char *sum, const char *other_sum, size_t *at,
	struct open_create *copy)
{
	bool found = false;

	pthread_mutex_lock(&j->lock);
	for (; *at < j->n && !found; ++*at) {
		const struct open_create *c = &j->creates[*at];

		if (c->closed || !c->from_before)
			continue;
		found = *c->page_id ? strcmp(c->page_id, page_id) == 0
				    : text_same(c->checksum, sum) ||
					      text_same(c->checksum, other_sum);
		if (found)
			*copy = *c;
	}
	pthread_mutex_unlock(&j->lock);
	return found ? copy : NULL;
}

bool journal_page_is_taken(
	struct journal *j, const char *page_id, const char *row_id)
{
	bool taken = false;

	pthread_mutex_lock(&j->lock);
	for (size_t i = 0; i < j->n && !taken; i++)
		taken = strcmp(j->creates[i].page_id, page_id) == 0 &&
			strcmp(j->creates[i].row_id, row_id) != 0;
	for (size_t i = 0; i < base_count(&j->before) && !taken; i++) {
		const struct base_pair *p = base_pair_at(&j->before, i);

		taken = p->page_id && strcmp(p->page_id, page_id) == 0 &&
			strcmp(p->row_id, row_id) != 0;
	}
	pthread_mutex_unlock(&j->lock);
	return taken;
}

/* What an earlier run left: a line that makes no sense is passed over. */
static void replay_line(struct journal *j, const json *line)
{
	const char *kind = json_str(line, "kind");
	const char *row_id = json_str(line, "row_id");
	const char *page_id = json_str(line, "page_id");
	const char *checksum = json_str(line, "checksum");
	struct open_create *c;

	if (!kind || !row_id || strlen(row_id) >= UUID_SIZE)
		return;
	if (strcmp(kind, "creating") == 0) {
		c = add_create(j, row_id);
		c->from_before = true;
		time_parse(json_str(line, "at"), &c->at);
		snprintf(c->checksum, sizeof c->checksum, "%s",
			checksum ? checksum : "");
		return;
	}
	c = find(j, row_id);
	if (!c)
		return;
	if (strcmp(kind, "created") == 0 && page_id) {
		snprintf(c->page_id, sizeof c->page_id, "%s", page_id);
		c->answered = json_true(line, "answered");
	}
	if (strcmp(kind, "linked") == 0 || strcmp(kind, "not-created") == 0)
		c->closed = true;
}

static int replay(struct journal *j, struct error *e)
{
	FILE *f = fopen(j->path, "re");
	char *text = NULL;
	size_t cap = 0;
	ssize_t n;
	int rc = 0;

	if (!f)
		return errno == ENOENT ? 0 : fail_errno(e, "%s", j->path);
	while ((n = getline(&text, &cap, f)) > 0) {
		struct error ignored;
		json *line = text[n - 1] == '\n'
				     ? json_parse(text, (size_t)n, JSON_STRICT,
					       &ignored)
				     : NULL;

		replay_line(j, line);
		json_free(line);
	}
	if (ferror(f))
		rc = fail_errno(e, "%s", j->path);
	free(text);
	fclose(f);
	return rc;
}

/* A torn last line gets its LF, so that the next line stands alone. */
static int end_torn_line(struct journal *j, struct error *e)
{
	char last = '\n';
	off_t size = lseek(j->fd, 0, SEEK_END);

	if (size < 0)
		return fail_errno(e, "%s", j->path);
	if (size > 0 && pread(j->fd, &last, 1, size - 1) != 1)
		return fail_errno(e, "%s", j->path);
	if (last != '\n' && write(j->fd, "\n", 1) != 1)
		return fail_errno(e, "%s", j->path);
	return 0;
}

static int lock(struct journal *j, struct error *e)
{
	char *path = xasprintf("%s.lock", j->path);

	j->lock_fd = lock_take(path, e);
	free(path);
	return j->lock_fd < 0 ? -1 : 0;
}

static void release(struct journal *j)
{
	if (j->fd >= 0)
		close(j->fd);
	if (j->lock_fd >= 0)
		close(j->lock_fd);
	free(j->base_path);
	free(j->path);
	free(j->creates);
	json_free(j->scope);
	base_fini(&j->before);
	*j = (struct journal)JOURNAL_CLOSED;
}

static int begin_run(struct journal *j, struct error *e)
{
	json *line = stream_line("scope");

	format_put(line);
	json_put(line, "scope", json_copy(j->scope));
	return append(j, line, e);
}

/* The base of another table or database is given up only when told to. */
static int load_base(struct journal *j, enum scope_rule rule, struct error *e)
{
	char command[COMMAND_SIZE];
	const char *what;

	if (base_load_with(&j->before, j->base_path, j->path, e) < 0)
		return -1;
	if (!j->before.scope ||
		base_same_scope(j->before.scope, j->scope, &what))
		return 0;
	base_fini(&j->before);
	j->spared = rule == SCOPE_SPARE;
	if (rule != SCOPE_REFUSE)
		return 0;
	return fail(e, RC_GUARD,
		"%s belongs to another table or database, or other columns or "
		"properties, than this plan; "
		"to start a new base: %s --allow scope",
		j->base_path, humanize_command("scripts/sync-now.sh", command));
}

/* No run was killed, and none has left a create open. */
static bool is_empty(const struct journal *j)
{
	struct stat s;

	return stat(j->path, &s) < 0 ? errno == ENOENT : s.st_size == 0;
}

static void begin(struct journal *j, const char *base_path, const char *path,
	json *take_scope)
{
	*j = (struct journal)JOURNAL_CLOSED;
	j->base_path = xstrdup(base_path);
	j->path = path ? xstrdup(path) : base_journal_path(base_path);
	j->scope = take_scope;
}

int journal_open(struct journal *j, const char *base_path, const char *path,
	json *take_scope, enum scope_rule rule, struct error *e)
{
	begin(j, base_path, path, take_scope);
	j->spared = rule == SCOPE_SPARE && is_empty(j);
	if (j->spared)
		return 0;
	if (lock(j, e) < 0 || replay(j, e) < 0 || load_base(j, rule, e) < 0)
		goto failed;
	if (j->spared)
		return 0;
	j->fd = file_open_own(j->path, O_APPEND, e);
	if (j->fd < 0)
		goto failed;
	if (end_torn_line(j, e) < 0 || begin_run(j, e) < 0)
		goto failed;
	return 0;
failed:
	release(j);
	return -1;
}

int journal_read(struct journal *j, const char *base_path, const char *path,
	json *take_scope, enum scope_rule rule, struct error *e)
{
	int rc = -1;

	begin(j, base_path, path, take_scope);
	if (replay(j, e) == 0)
		rc = load_base(j, rule, e);
	j->spared = true;
	if (rc < 0)
		release(j);
	return rc;
}

int journal_creating(struct journal *j, const char *row_id,
	const char *checksum, usec at, struct error *e)
{
	json *line = row_line("creating", row_id);
	char now[TIME_SIZE];
	struct open_create *c;
	int rc;

	json_put_str(line, "checksum", checksum);
	json_put_str(line, "at", time_format(at, now));
	pthread_mutex_lock(&j->lock);
	c = add_create(j, row_id);
	c->at = at;
	snprintf(c->checksum, sizeof c->checksum, "%s", checksum);
	rc = append(j, line, e);
	pthread_mutex_unlock(&j->lock);
	if (rc == 0 && fdatasync(j->fd) < 0)
		rc = fail_errno(e, "%s", j->path);
	return rc;
}

int journal_created(struct journal *j, const char *row_id, const char *page_id,
	bool answered, struct error *e)
{
	json *line = row_line("created", row_id);
	struct open_create *c;
	int rc;

	json_put_str(line, "page_id", page_id);
	if (answered)
		json_put_bool(line, "answered", true);
	pthread_mutex_lock(&j->lock);
	c = find(j, row_id);
	if (c) {
		snprintf(c->page_id, sizeof c->page_id, "%s", page_id);
		c->answered = answered;
	}
	rc = append(j, line, e);
	pthread_mutex_unlock(&j->lock);
	return rc;
}

/* Its own answer names a page, and not this one, which may be NULL. */
static bool made_another(const struct open_create *c, const char *page_id)
{
	return page_id && c->answered && strcmp(c->page_id, page_id) != 0;
}

/* Without an open create there is nothing to close. */
static int close_create(struct journal *j, const char *kind, const char *row_id,
	const char *page_id, struct error *e)
{
	struct open_create *c;
	int rc = 0;

	pthread_mutex_lock(&j->lock);
	c = find(j, row_id);
	if (c && !made_another(c, page_id)) {
		c->closed = true;
		rc = append(j, row_line(kind, row_id), e);
	}
	pthread_mutex_unlock(&j->lock);
	return rc;
}

int journal_not_created(struct journal *j, const char *row_id, struct error *e)
{
	return close_create(j, "not-created", row_id, NULL, e);
}

int journal_linked(struct journal *j, const char *row_id, const char *page_id,
	struct error *e)
{
	return close_create(j, "linked", row_id, page_id, e);
}

int journal_line(struct journal *j, json *take_line, struct error *e)
{
	int rc;

	pthread_mutex_lock(&j->lock);
	rc = append(j, take_line, e);
	pthread_mutex_unlock(&j->lock);
	return rc;
}

static void add_head(struct buf *text)
{
	json *head = stream_kept_head("journal");

	json_print(head, text);
	buf_addc(text, '\n');
	json_free(head);
}

/* The journal's next life: only the creates that are still open. */
static int keep_open_creates(struct journal *j, usec now, struct error *e)
{
	struct buf text = BUF_INIT(64u << 20);
	char at[TIME_SIZE];
	int rc;

	for (size_t i = 0; i < j->n; i++) {
		const struct open_create *c = &j->creates[i];

		if (c->closed || (now != USEC_NONE && now - c->at > OPEN_MAX))
			continue;
		if (!text.len)
			add_head(&text);
		buf_addf(&text,
			"{\"kind\":\"creating\",\"row_id\":\"%s\","
			"\"checksum\":\"%s\",\"at\":\"%s\"}\n",
			c->row_id, c->checksum, time_format(c->at, at));
		if (*c->page_id)
			buf_addf(&text,
				"{\"kind\":\"created\",\"row_id\":\"%s\","
				"\"page_id\":\"%s\"%s}\n",
				c->row_id, c->page_id,
				c->answered ? ",\"answered\":true" : "");
	}
	rc = file_replace_with(j->path, buf_str(&text), text.len, e);
	buf_fini(&text);
	return rc;
}

/* The base as it was when the run began, and what it has noted since. */
static int fold(struct journal *j, struct error *e)
{
	if (base_add_journal(&j->before, j->path, e) < 0)
		return -1;
	return base_save(&j->before, j->base_path, e);
}

int journal_close(struct journal *j, usec now, struct error *e)
{
	int rc = j->spared ? 0 : fold(j, e);

	if (rc == 0 && !j->spared)
		rc = keep_open_creates(j, now, e);
	release(j);
	return rc;
}
