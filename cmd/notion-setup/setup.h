/*
 * notion-setup: what its parts share.
 */
#ifndef NOTION_SETUP_SETUP_H
#define NOTION_SETUP_SETUP_H

#include <stdbool.h>

#include "notion/client.h"
#include "notion/shape.h"

#define SETUP_TITLE "Decision Vault"

struct setup {
	/* what was asked for */
	const char *parent; /* a page: create a database there; NULL: don't */
	const char *title;
	bool check, force_new, json;
	struct shape_wish wish;

	/* what is worked on */
	struct notion_client client;
	char database[UUID_SIZE]; /* "": a data source's id was given */
	char source[UUID_SIZE];
	json *before, *now; /* the data source, first and last seen */
	struct notion_shape found, shape; /* of these two */
	unsigned changes;		  /* requests that changed something */
	bool created;
};

/*
 * Creates the database, unless the page already has one with that title; sets
 * s->database.
 */
int setup_create(
	struct setup *s, const struct settings *settings, struct error *e);
/*
 * Reads the data source s->source, makes the changes that are due and reads it
 * again, until everything is there; with s->check it only reads. Once s->now is
 * set, the outcome can be shown, whatever is returned.
 */
int setup_ensure(struct setup *s, struct error *e);

/* Prints what was found and done. */
void setup_show(const struct setup *s);
void setup_show_json(const struct setup *s);
/* Whether everything is as the sync needs it. */
bool setup_is_ready(const struct setup *s);

#endif
