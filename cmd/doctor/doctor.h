/*
 * doctor: its checks, in the order in which they are shown, and what they
 * share. A check is a function that fills in a finding; it may need other
 * checks, and is skipped where one of those is bad. Nothing here writes
 * anywhere.
 */
#ifndef DOCTOR_DOCTOR_H
#define DOCTOR_DOCTOR_H

#include <stdatomic.h>
#include <stdbool.h>

#include "notion/client.h"
#include "supabase/client.h"
#include "util/env_file.h"

enum check_id {
	CHECK_ENV_FILE,
	CHECK_SUPABASE_URL,
	CHECK_SUPABASE_KEY_FORM,
	CHECK_NOTION_KEY_FORM,
	CHECK_NOTION_DATABASE_FORM,
	CHECK_SETTINGS,
	CHECK_CLOCK,
	CHECK_TLS,
	CHECK_SUPABASE,
	CHECK_SUPABASE_KEY,
	CHECK_TABLE,
	CHECK_COLUMNS,
	CHECK_TYPES,
	CHECK_GRANTS,
	CHECK_TRIGGERS,
	CHECK_SOFT_DELETE,
	CHECK_LINK_INDEX,
	CHECK_NOTION,
	CHECK_NOTION_KEY,
	CHECK_READ,
	CHECK_DATABASE,
	CHECK_INSERT,
	CHECK_UPDATE,
	CHECK_PROPERTIES,
	CHECK_FOLDERS,
	CHECK_DISK,
	CHECK_LOCK,
	CHECK_BASE,
	CHECK_APPROVED,
	CHECK_SCHEDULER,
	CHECKS,
};

enum mark {
	MARK_NONE, /* not asked for */
	MARK_OK,
	MARK_WARN, /* the sync runs, but somebody should know */
	MARK_BAD,
	MARK_SKIPPED, /* can't be checked: see the text */
};

struct finding {
	enum mark mark;
	enum exit_code code; /* of a bad one */
	char text[ERROR_MAX];
};

/* One service: asked once, by the first check that needs the answer. */
struct service {
	bool asked, open; /* open: there is a client */
	bool answered;
	/* How the first request ended; action has no meaning where rc is 0. */
	int rc;
	struct api_error error;
	struct error words; /* the same, as the programs report it */
};

struct doctor {
	const atomic_int *stop;
	char *env_path; /* NULL: there is none */
	struct env_file env;
	struct settings settings;
	bool settings_loaded;

	struct service supabase_is, notion_is;
	struct supabase_client supabase;
	struct notion_client notion;
	json *notion_user; /* the owner of the token; NULL: not known */
	char source[UUID_SIZE];
	int source_rc;
	struct error humanize_source;

	struct finding found[CHECKS];
};

typedef void check_run(struct doctor *d, struct finding *f);

struct check {
	const char *name; /* in the output and for --only */
	uint32_t needs;	  /* 1u << CHECK_…: skipped where one is bad */
	uint32_t after;	  /* these come first, whatever their outcome */
	check_run *run;
};

/* The table, by check_id. */
const struct check *check_at(enum check_id id);
/* -1: there is no check with that name. */
int check_find(const char *name);

/* Runs these checks and those that they need; wanted: 1u << CHECK_…. */
void doctor_run(struct doctor *d, uint32_t wanted);
void doctor_fini(struct doctor *d);
/* Whether the outcome of a check is good enough for those that need it. */
bool doctor_holds(const struct doctor *d, enum check_id id);
/* The exit code for all findings: the first of 78, 77, 74, 65, 75, 1, 0. */
int doctor_code(const struct doctor *d);

/* Set what a check found; text and printf arguments. */
void find_ok(struct finding *f, const char *fmt, ...) PRINTF_LIKE(2, 3);
void find_warn(struct finding *f, const char *fmt, ...) PRINTF_LIKE(2, 3);
void find_unknown(struct finding *f, const char *fmt, ...) PRINTF_LIKE(2, 3);
void find_bad(struct finding *f, const struct error *e);

/*
 * Ask a service for the first time, if that is possible and hasn't been done.
 */
void ask_supabase(struct doctor *d);
void ask_notion(struct doctor *d);

/* Prints the SQL that prepares the table of the settings. */
int print_sql(struct error *e);

void show_text(const struct doctor *d);
void show_json(const struct doctor *d);

check_run check_env_file, check_supabase_url, check_supabase_key_form,
	check_notion_key_form, check_notion_database_form, check_settings,
	check_clock, check_tls, check_supabase, check_supabase_key, check_table,
	check_columns, check_types, check_grants, check_triggers,
	check_soft_delete, check_link_index, check_notion, check_notion_key,
	check_read, check_database, check_insert, check_update,
	check_properties, check_folders, check_disk, check_lock, check_base,
	check_approved, check_scheduler;

#endif
