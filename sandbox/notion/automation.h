/*
 * What the automations of a Notion database do to a write by a connection
 * before the reply: the switch `automations`.
 */
#ifndef SANDBOX_NOTION_AUTOMATION_H
#define SANDBOX_NOTION_AUTOMATION_H

#include "sandbox/notion/page.h"

/* Changes p; `was` is the page before the edit, NULL for a new one. */
void run_automations(struct world *w, struct source *s, struct page *p,
	const struct page *was);

#endif
