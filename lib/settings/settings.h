/*
 * The settings: the environment, or the file .env (the environment wins).
 *
 * .env is $SYNC_ENV_FILE, else the file in the folder above the program's own
 * (beside the Makefile, for programs in bin/; not where VAULTSYNC_HOME names
 * another folder), else the one in the current folder. Folders that it names,
 * and that are meant where it names none, begin where it is. Its lines are
 * NAME=value, with an optional "export " in front, blank lines and # comments;
 * a value may be in single or double quotes, and nothing in it is expanded. A
 * wrong line is refused with file and line.
 *
 * Keys are held only here and in HTTP headers. They never appear in a message,
 * a file, an argument list or a URL.
 */
#ifndef SETTINGS_SETTINGS_H
#define SETTINGS_SETTINGS_H

#include <stdbool.h>

#include "settings/field_names.h"
#include "settings/hold.h"
#include "util/env_file.h"
#include "util/error.h"
#include "util/uuid.h"

enum settings_need {
	NEED_SUPABASE = 1,
	NEED_NOTION = 2,
	/* The same, but NOTION_DATABASE_ID may be unset: "" then. */
	NEED_NOTION_KEY = 4,
	NEED_ALARMS = 8,
	NEED_SECRETS = 16,
};

#define JOBS_MAX 16

struct settings {
	/* Supabase: set with NEED_SUPABASE */
	/*
	 * Scheme, host and port, and the path prefix where a proxy serves the
	 * project under one; no "/" at the end, no "/rest/v1".
	 */
	char *supabase_url;
	bool plain_http;    /* SYNC_ALLOW_HTTP: over http to any host */
	char *supabase_key; /* sb_secret_…, or a service_role JWT */
	char *schema;	    /* SUPABASE_SCHEMA, "public" */
	char *table;

	/* set with any of the three: how columns and properties are called */
	struct field_names names;

	/* Notion: set with NEED_NOTION or NEED_NOTION_KEY */
	char *notion_url;
	char *notion_key;
	char notion_database[UUID_SIZE];    /* a database or data source id */
	char notion_data_source[UUID_SIZE]; /* "" unless it is set */

	/* set with NEED_ALARMS where they are given, else NULL */
	char *ping_url;	  /* SYNC_PING_URL: told of each run's start and end */
	char *notify_cmd; /* SYNC_NOTIFY_CMD: run by sh when there is news */

	/*
	 * What callers authenticate themselves with to health-server; set with
	 * NEED_SECRETS where they are given, else NULL: then what they protect
	 * stays closed.
	 */
	char *control_token; /* SYNC_CONTROL_TOKEN: a person asks for a run */
	char *hook_notion;   /* SYNC_HOOK_SECRET_NOTION: signs its calls */
	char *hook_supabase; /* SYNC_HOOK_SECRET_SUPABASE: sent with them */
	char *host_names;    /* SYNC_HOST_NAMES: it answers to these too */
	bool page_private;   /* SYNC_PAGE_PRIVATE: values need the token */

	/* always */
	char *state_dir, *log_dir;
	/*
	 * SYNC_RATE_DIR, else NULL: where pairs with the same Notion key and
	 * different state folders share its budget.
	 */
	char *rate_dir;
	long notion_rpm; /* requests a minute, 1 to 10000 */
	long timeout;	 /* seconds a request, 1 to 600 */
	long retries;	 /* after the first try, 0 to 20 */
	long max_wait;	 /* seconds of a Retry-After to sit out, to a day */
	long jobs;	 /* ops that apply carries out at once, 1 to JOBS_MAX */
	long interval;	 /* seconds from run to run, 1 to 31 days; 900 */
	/* What is planned and waits: doc/semantics.md, section 10. */
	struct hold hold;      /* SYNC_HOLD */
	struct hold direction; /* SYNC_DIRECTION: what it holds */
	long settle;	       /* SYNC_SETTLE: seconds, to an hour; 0 */
	/* When Notion is read in full though less would do: sync/reading.h. */
	long full_every;    /* seconds, 1 to 31 days; 3600 */
	long full_requests; /* of the listing; 0: not for being cheap; 10 */
};

/*
 * Reads and checks the settings that `need` names; RC_CONFIG with the setting's
 * name, what is wrong with it and what it should be. From then on the program
 * leaves no core file, because it would contain the keys.
 */
int settings_load(struct settings *s, unsigned need, struct error *e);
/* The same from a file that was read before, or from none: { 0 }. */
int settings_load_from(struct settings *s, const struct env_file *f,
	unsigned need, struct error *e);
/*
 * One of SUPABASE_URL, SUPABASE_SERVICE_ROLE_KEY, SUPABASE_TABLE,
 * SUPABASE_SCHEMA, NOTION_API_KEY, NOTION_DATABASE_ID, NOTION_DATA_SOURCE_ID,
 * NOTION_API_URL alone, whatever the others are: RC_CONFIG with the message of
 * settings_load().
 */
int settings_check(const struct env_file *f, const char *name, struct error *e);
/* "90s", "2m", "0" in seconds, an hour at most; -1. */
int settings_parse_settle(const char *s, long *out);
/* Wipes the keys and frees everything. */
void settings_fini(struct settings *s);

#endif
