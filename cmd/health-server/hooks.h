/*
 * Calls of the two services that something has changed there. They are hints:
 * a true one makes the file wake in the state folder, at which schedule.sh runs
 * the sync within seconds, and what is done is decided by the plan alone. Any
 * number of calls until then are one.
 */
#ifndef HEALTH_SERVER_HOOKS_H
#define HEALTH_SERVER_HOOKS_H

#include "answer.h"
#include "settings.h"

#define HOOK_BODY_MAX ((size_t)256 << 10)

/*
 * A call of Notion's, signed with the verification token of the subscription
 * (SYNC_HOOK_SECRET_NOTION). While that isn't set, the one call that brings the
 * token is taken: it is put into the file notion-verification-token of the
 * state folder, where the operator finds it.
 */
void hook_notion(const struct settings *s, const char *signature,
	const struct buf *body, struct answer *a);
/* A database webhook of Supabase's, with SYNC_HOOK_SECRET_SUPABASE as Bearer.
 */
void hook_supabase(
	const struct settings *s, const char *authorization, struct answer *a);

#endif
