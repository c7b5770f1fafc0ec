/*
 * Calls by which the two services tell that something has changed there. They
 * are hints: a genuine call creates the file wake in the state folder,
 * whereupon schedule.sh runs the sync within seconds; the plan alone decides
 * what is done. Any number of calls until then count as one.
 *
 * Of a body only its signature matters, and its `type`: a call that tells of
 * anything but an edit (a page in the trash, or out of it, a move, a change of
 * the schema) creates the file wake-full, too, by which runs read all of
 * Notion (sync/reading.h). An edit is found without that (doc/semantics.md,
 * section 9).
 */
#ifndef HEALTH_SERVER_HOOKS_H
#define HEALTH_SERVER_HOOKS_H

#include "answer.h"
#include "guesses.h"
#include "settings/settings.h"
#include "token.h"

#define HOOK_BODY_MAX ((size_t)256 << 10)
#define HANDSHAKE_MAX ((size_t)4 << 10)
#define EVENT_MAX ((size_t)16 << 10) /* a longer one may tell of anything */
#define DOOR_SECONDS 600

struct hooks {
	const struct settings *settings;
	struct guesses notion, supabase;
};

/* The body of a call as it arrives. */
struct intake {
	size_t len, most;
	struct signature *signature; /* NULL: not signed, or no secret is set */
	bool door;		     /* it may contain Notion's token */
	bool keeps;		     /* it is of use: kept has all so far */
	struct buf kept;
};

void hooks_init(struct hooks *h, const struct settings *settings);

void intake_init(struct intake *in);
/* -1 where the body is too long. */
int intake_add(struct intake *in, const void *data, size_t len);
void intake_fini(struct intake *in);

/*
 * Whether the body of this call is worth reading: it isn't where the head alone
 * shows that the call must be refused.
 */
bool hook_notion_reads(
	struct hooks *h, const char *signature, struct intake *in);
bool hook_supabase_reads(struct hooks *h, const char *authorization);

/*
 * A call from Notion, signed with the verification token of the subscription
 * (SYNC_HOOK_SECRET_NOTION). For DOOR_SECONDS after controls.sh hook-setup has
 * opened the door, one call that contains such a token is accepted: the token
 * is written to the file notion-verification-token in the state folder, where
 * the operator finds it, and the door is closed.
 */
void hook_notion(struct hooks *h, struct intake *in, struct answer *a);
/* A Supabase database webhook, with SYNC_HOOK_SECRET_SUPABASE as Bearer. */
void hook_supabase(
	struct hooks *h, const char *authorization, struct answer *a);

#endif
