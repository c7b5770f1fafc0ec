#include "sandbox/world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sandbox/notion/seed.h"
#include "sandbox/postgrest/table.h"
#include "util/alloc.h"

static char *key_of(const char *variable, const char *otherwise)
{
	const char *value = getenv(variable);

	return xstrdup(value && *value ? value : otherwise);
}

static int load_config(struct world *w, struct error *e)
{
	char *text = db_meta_get(&w->db, "config");
	json *values = NULL;
	int rc = 0;

	if (!text)
		return 0;
	values = json_parse(text, strlen(text), JSON_STRICT, e);
	if (!values || config_set(&w->config, values, e) < 0)
		rc = fail_at(e, "the switches in the data file");
	json_free(values);
	free(text);
	return rc;
}

int world_init(struct world *w, const char *data, struct error *e)
{
	*w = (struct world){ .clock = { .frozen = USEC_NONE } };
	if (db_open(&w->db, data, e) < 0)
		return -1;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->wake, NULL);
	config_init(&w->config);
	w->supabase_key = key_of("SANDBOX_SUPABASE_KEY", "sb_secret_sandbox");
	w->publishable_key = xstrdup("sb_publishable_sandbox");
	w->notion_key = key_of("SANDBOX_NOTION_KEY", "ntn_sandbox");
	w->faults = json_array();
	w->counts = json_object();
	if (load_config(w, e) < 0) {
		world_fini(w);
		return -1;
	}
	db_begin(&w->db);
	notion_seed_defaults(w);
	rest_table_alter(w);
	db_end(&w->db, true);
	if (db_failed(&w->db)) {
		fail(e, RC_LOCAL, "%s: %s", data, w->db.why);
		world_fini(w);
		return -1;
	}
	return 0;
}

void world_fini(struct world *w)
{
	for (size_t i = 0; i < w->n_log; i++)
		free(w->log[i]);
	free(w->log);
	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		free(w->sessions[i].question);
		json_free(w->sessions[i].last_key);
	}
	json_free(w->faults);
	json_free(w->counts);
	free(w->supabase_key);
	free(w->publishable_key);
	free(w->notion_key);
	free(w->url);
	config_fini(&w->config);
	db_close(&w->db);
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
}

usec world_now(const struct world *w)
{
	return clock_now(&w->clock);
}

bool world_wait(struct world *w, int64_t ms)
{
	struct timespec until;
	bool going;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_mutex_lock(&w->lock);
	while (!w->stopping &&
		pthread_cond_timedwait(&w->wake, &w->lock, &until) != ETIMEDOUT)
		;
	going = !w->stopping;
	pthread_mutex_unlock(&w->lock);
	return going;
}

void world_stop(struct world *w)
{
	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	pthread_cond_broadcast(&w->wake);
	pthread_mutex_unlock(&w->lock);
}
