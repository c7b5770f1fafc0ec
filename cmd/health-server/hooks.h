/*
 * Calls of the two services that something has changed there. They are hints:
 * a true one makes the file wake in the state folder, at which schedule.sh runs
 * the sync within seconds, and what is done is decided by the plan alone. Any
 * number of calls until then are one.
 *
 * So nothing of a body is needed but its signature, and none is kept, but for
 * the first HANDSHAKE_MAX bytes while an operator waits for Notion's token.
 */
#ifndef HEALTH_SERVER_HOOKS_H
#define HEALTH_SERVER_HOOKS_H

#include "answer.h"
#include "guesses.h"
#include "settings/settings.h"
#include "token.h"

#define HOOK_BODY_MAX ((size_t)256 << 10)
#define HANDSHAKE_MAX ((size_t)4 << 10)
#define DOOR_SECONDS 600

struct hooks {
	const struct settings *settings;
	struct guesses notion, supabase;
};

/* A call's body as it comes in. */
struct intake {
	size_t len;
	struct signature *signature; /* NULL: not signed, or no secret is set */
	bool keeps;		     /* it may bring Notion's token */
	struct buf kept;
};

void hooks_init(struct hooks *h, const struct settings *settings);

void intake_init(struct intake *in);
/* -1 where the body is too long. */
int intake_add(struct intake *in, const void *data, size_t len);
void intake_fini(struct intake *in);

/*
 * Whether the body of this call is worth reading: it isn't where the head alone
 * decides that the call is refused.
 */
bool hook_notion_reads(
	struct hooks *h, const char *signature, struct intake *in);
bool hook_supabase_reads(struct hooks *h, const char *authorization);

/*
 * A call of Notion's, signed with the verification token of the subscription
 * (SYNC_HOOK_SECRET_NOTION). While controls.sh hook-setup has opened the door,
 * for DOOR_SECONDS, the one call that brings such a token is taken: it is put
 * into the file notion-verification-token of the state folder, where the
 * operator finds it, and the door is shut.
 */
void hook_notion(struct hooks *h, struct intake *in, struct answer *a);
/* A database webhook of Supabase's, with SYNC_HOOK_SECRET_SUPABASE as Bearer.
 */
void hook_supabase(
	struct hooks *h, const char *authorization, struct answer *a);

#endif
