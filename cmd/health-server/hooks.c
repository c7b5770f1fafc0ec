#include "hooks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "token.h"

#define WAKE_FILE "wake"
#define TOKEN_FILE "notion-verification-token"
#define TOKEN_MAX 200

/* Makes the file; one that is there is not touched. 1: it was there. */
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
	free(path);
	return rc;
}

static void wake(const struct settings *s, struct answer *a)
{
	struct error e;

	if (make_file(s->state_dir, WAKE_FILE, "", &e) < 0) {
		warning("%s", e.text);
		answer_text(a, 500, "the call could not be noted");
		return;
	}
	answer_text(a, 202, "noted");
}

/* The token of a handshake's body, or NULL. */
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
 * The first token stands until the operator has taken it away: otherwise anyone
 * could put another into its place.
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
		answer_text(a, 409, "another token waits to be taken");
	} else {
		warning("Notion's verification token has come: paste the line "
			"in %s/" TOKEN_FILE " into Notion, put it into "
			"SYNC_HOOK_SECRET_NOTION, remove the file, and start "
			"health-server again",
			s->state_dir);
		answer_text(a, 200, "kept");
	}
}

static void shake_hands(
	const struct settings *s, const struct buf *body, struct answer *a)
{
	struct error ignored;
	json *v = json_parse(buf_str(body), body->len, JSON_STRICT, &ignored);
	const char *token = token_of(v);

	if (token)
		keep_token(s, token, a);
	else
		answer_text(a, 404, "not found");
	json_free(v);
}

void hook_notion(const struct settings *s, const char *signature,
	const struct buf *body, struct answer *a)
{
	if (!s->hook_notion)
		shake_hands(s, body, a);
	else if (signature_is_right(
			 signature, s->hook_notion, buf_str(body), body->len))
		wake(s, a);
	else
		answer_text(a, 401, "wrong signature");
}

void hook_supabase(
	const struct settings *s, const char *authorization, struct answer *a)
{
	if (!s->hook_supabase) {
		answer_text(a, 404, "not found");
	} else if (token_is_right(authorization, s->hook_supabase)) {
		wake(s, a);
	} else {
		answer_text(a, 401, "wrong secret");
		a->asks_token = true;
	}
}
