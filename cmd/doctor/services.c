/* What both services have in common: the first request, clocks, TLS. */
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "util/url.h"

#define RETRIES 1
#define MAX_WAIT 10
#define CLOCK_TOLERANCE (30 * USEC_SECOND)

/*
 * Somebody is waiting for doctor, so it hardly repeats requests and never sits
 * out a long wait.
 */
static void hurry(struct api *api)
{
	if (api->retries > RETRIES)
		api->retries = RETRIES;
	if (api->max_wait > MAX_WAIT)
		api->max_wait = MAX_WAIT;
}

void ask_supabase(struct doctor *d)
{
	struct service *s = &d->supabase_is;
	json *rows;

	if (s->asked || !d->settings_loaded || !d->settings.supabase_key)
		return;
	s->asked = true;
	s->rc = supabase_client_init(
		&d->supabase, &d->settings, d->stop, &s->words);
	if (s->rc < 0)
		return;
	s->open = true;
	hurry(&d->supabase.api);
	s->rc = supabase_rows_after(&d->supabase, NULL, 1, &rows, &s->error);
	if (s->rc < 0)
		supabase_missing_column(&d->supabase, &s->error, &s->words);
	s->answered = s->rc == 0 || s->error.status > 0;
	json_free(rows);
}

void ask_notion(struct doctor *d)
{
	struct service *s = &d->notion_is;

	if (s->asked || !d->settings_loaded || !d->settings.notion_key)
		return;
	s->asked = true;
	s->rc = notion_client_init(
		&d->notion, &d->settings, d->stop, &s->words);
	if (s->rc < 0)
		return;
	s->open = true;
	hurry(&d->notion.api);
	s->rc = notion_me(&d->notion, &d->notion_user, &s->error);
	if (s->rc < 0)
		api_fail(&s->error, &s->words, "Notion, our own user");
	s->answered = s->rc == 0 || s->error.status > 0;
}

static usec skew_of(const struct service *s, const struct api *api)
{
	return s->answered ? api->skew : USEC_NONE;
}

void check_clock(struct doctor *d, struct finding *f)
{
	const char *who = "Supabase";
	usec skew;

	ask_supabase(d);
	ask_notion(d);
	skew = skew_of(&d->supabase_is, &d->supabase.api);
	if (skew == USEC_NONE) {
		who = "Notion";
		skew = skew_of(&d->notion_is, &d->notion.api);
	}
	if (skew == USEC_NONE)
		find_unknown(f, "no service told its time");
	else if (skew > CLOCK_TOLERANCE || skew < -CLOCK_TOLERANCE)
		find_warn(f,
			"this machine's clock is %lld s %s that of %s: set it "
			"(timedatectl set-ntp true), because the times that "
			"the sync writes decide conflicts",
			(long long)((skew < 0 ? -skew : skew) / USEC_SECOND),
			skew < 0 ? "ahead of" : "behind", who);
	else
		find_ok(f, "within %lld s of that of %s",
			(long long)(CLOCK_TOLERANCE / USEC_SECOND), who);
}

static const char *tls_of(const struct service *s, const char *url)
{
	if (!s->asked)
		return "not asked";
	if (strncmp(url, "https://", 8) != 0)
		return url_is_loopback(url) ? "none: it is this machine itself"
					    : "none: SYNC_ALLOW_HTTP allows it";
	return s->answered ? "verified" : "no answer";
}

static bool is_untrusted(const struct service *s)
{
	return s->rc < 0 && strcmp(s->error.code, "certificate") == 0;
}

void check_tls(struct doctor *d, struct finding *f)
{
	ask_supabase(d);
	ask_notion(d);
	if (is_untrusted(&d->supabase_is))
		find_bad(f, &d->supabase_is.words);
	else if (is_untrusted(&d->notion_is))
		find_bad(f, &d->notion_is.words);
	else
		find_ok(f, "Supabase: %s; Notion: %s",
			tls_of(&d->supabase_is, d->settings.supabase_url),
			tls_of(&d->notion_is, d->settings.notion_url));
}
