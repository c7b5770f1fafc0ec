#include "hooks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sync/reading.h"
#include "util/file.h"
#include "util/times.h"

#define WAKE_FILE "wake"
#define TOKEN_FILE "notion-verification-token"
#define DOOR_FILE "hook-setup"
#define TOKEN_MAX 200

void hooks_init(struct hooks *h, const struct settings *settings)
{
	h->settings = settings;
	guesses_init(&h->notion);
	guesses_init(&h->supabase);
}

void intake_init(struct intake *in)
{
	*in = (struct intake){ .most = HOOK_BODY_MAX,
		.kept = BUF_INIT(EVENT_MAX) };
}

int intake_add(struct intake *in, const void *data, size_t len)
{
	if (len > in->most - in->len)
		return -1;
	in->len += len;
	if (in->signature)
		signature_add(in->signature, data, len);
	/* A body that is longer than fits is of no use, but for its signature.
	 */
	if (in->keeps && buf_add(&in->kept, data, len) < 0)
		in->keeps = false;
	return 0;
}

void intake_fini(struct intake *in)
{
	signature_free(in->signature);
	buf_fini(&in->kept);
}

/* Creates the file; an existing one isn't touched. 1: it existed. */
static int make_file(
	const char *dir, const char *name, const char *text, struct error *e)
{
	char *path = path_join(dir, name);
	size_t n = strlen(text);
	int fd, rc = 0;

	if (file_make_dirs(dir, e) < 0) {
		free(path);
		return -1;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		rc = errno == EEXIST ? 1 : fail_errno(e, "%s", path);
	else if (write(fd, text, n) != (ssize_t)n)
		rc = fail_errno(e, "%s", path);
	if (fd >= 0 && close(fd) < 0 && rc == 0)
		rc = fail_errno(e, "%s", path);
	if (fd >= 0 && rc < 0)
		unlink(path); /* half a token would block a whole one */
	free(path);
	return rc;
}

/* Its time is that of the last call. */
static int ask_for_all(const struct settings *s, struct error *e)
{
	char *path = path_join(s->state_dir, READING_WAKE_FULL);
	int rc = file_make_dirs(s->state_dir, e);

	if (rc == 0)
		rc = file_touch_own(path, e);
	free(path);
	return rc;
}

static void wake(const struct settings *s, bool in_full, struct answer *a)
{
	struct error e, why;
	bool noted = !in_full || ask_for_all(s, &why) == 0;

	/* The one is asked for, even where the other can't be. */
	if (make_file(s->state_dir, WAKE_FILE, "", &e) < 0 || !noted) {
		if (!noted)
			e = why;
		warning("%s", e.text);
		answer_text(a, 500, "the call could not be recorded");
		return;
	}
	answer_text(a, 202, "noted");
}

/*
 * Whether an operator is waiting for Notion's token: the door's file was
 * created within the last ten minutes. A file from the future doesn't count.
 */
static bool door_is_open(const struct settings *s)
{
	char *path = path_join(s->state_dir, DOOR_FILE);
	struct stat st;
	usec age = USEC_NONE;

	if (lstat(path, &st) == 0 && S_ISREG(st.st_mode))
		age = time_now() - (usec)st.st_mtim.tv_sec * USEC_SECOND;
	free(path);
	return age >= 0 && age <= DOOR_SECONDS * USEC_SECOND;
}

static void shut_door(const struct settings *s)
{
	char *path = path_join(s->state_dir, DOOR_FILE);

	if (unlink(path) < 0 && errno != ENOENT)
		warning("%s: %s: remove it", path, strerror(errno));
	free(path);
}

/* The token in the body of a handshake, or NULL. */
static const char *token_of(const json *body)
{
	const char *token = json_str(body, "verification_token");
	size_t n = token ? strlen(token) : 0;

	if (n < 8 || n > TOKEN_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (token[i] <= ' ' || token[i] > '~')
			return NULL;
	return token;
}

/*
 * The first token stays until the operator opens the door again: otherwise
 * anyone could replace it by another.
 */
static void keep_token(
	const struct settings *s, const char *token, struct answer *a)
{
	struct buf line = BUF_INIT(TOKEN_MAX + 2);
	struct error e;
	int rc;

	buf_addf(&line, "%s\n", token);
	rc = make_file(s->state_dir, TOKEN_FILE, buf_str(&line), &e);
	buf_fini(&line);
	if (rc < 0) {
		warning("%s", e.text);
		answer_text(a, 500, "the token could not be kept");
	} else if (rc > 0) {
		answer_text(a, 409, "another token is already waiting");
	} else {
		shut_door(s);
		warning("Notion's verification token has arrived: paste the "
			"line in %s/" TOKEN_FILE
			" into Notion, set SYNC_HOOK_SECRET_NOTION to it, "
			"remove the file, and restart health-server; if "
			"Notion refuses it, somebody else sent it: run "
			"controls.sh hook-setup again",
			s->state_dir);
		answer_text(a, 200, "kept");
	}
}

/* True where the body contained a token; `a` is the answer then. */
static bool shake_hands(
	const struct settings *s, const struct buf *body, struct answer *a)
{
	struct error ignored;
	json *v = json_parse(buf_str(body), body->len, JSON_STRICT, &ignored);
	const char *token = token_of(v);

	if (token)
		keep_token(s, token, a);
	json_free(v);
	return token != NULL;
}

bool hook_notion_reads(
	struct hooks *h, const char *signature, struct intake *in)
{
	if (h->settings->hook_notion)
		in->signature =
			signature_begin(signature, h->settings->hook_notion);
	in->door = door_is_open(h->settings);
	in->keeps = in->signature || in->door;
	return in->keeps;
}

/*
 * What a listing of edits shows, or what isn't in our properties at all.
 * https://developers.notion.com/reference/webhooks-events-delivery; a type that
 * comes later may tell of anything.
 */
static bool is_edit(const struct intake *in)
{
	static const char *const edits[] = { "page.created",
		"page.content_updated", "page.properties_updated",
		"page.locked", "page.unlocked", "data_source.content_updated",
		"comment.created", "comment.updated", "comment.deleted" };
	struct error ignored;
	json *event;
	const char *type;
	bool found = false;

	if (!in->keeps)
		return false;
	event = json_parse(buf_str(&in->kept), in->kept.len,
		JSON_MARK_UNREADABLE, &ignored);
	type = json_str(event, "type");
	for (size_t i = 0; type && i < sizeof edits / sizeof edits[0]; i++)
		found |= strcmp(edits[i], type) == 0;
	json_free(event);
	return found;
}

void hook_notion(struct hooks *h, struct intake *in, struct answer *a)
{
	if (in->signature && signature_is_right(in->signature))
		wake(h->settings, !is_edit(in), a);
	else if (in->door && in->keeps && in->len <= HANDSHAKE_MAX &&
		 shake_hands(h->settings, &in->kept, a))
		return;
	else if (h->settings->hook_notion)
		guess_refuse(&h->notion, "wrong signature", a);
	else
		answer_text(a, 404, "not found");
}

bool hook_supabase_reads(struct hooks *h, const char *authorization)
{
	const char *secret = h->settings->hook_supabase;

	return secret && token_is_right(authorization, secret);
}

void hook_supabase(struct hooks *h, const char *authorization, struct answer *a)
{
	if (!h->settings->hook_supabase) {
		answer_text(a, 404, "not found");
	} else if (token_is_right(authorization, h->settings->hook_supabase)) {
		wake(h->settings, false, a); /* rows are always read in full */
	} else {
		guess_refuse(&h->supabase, "wrong secret", a);
		a->asks_token = true;
	}
}
