#include "sandbox/notion/automation.h"

#include <stdlib.h>
#include <string.h>

#include "sandbox/notion/error.h"
#include "sandbox/notion/seed.h"
#include "sandbox/notion/text.h"

static bool fires(
	const json *rule, const struct page *p, const struct page *was)
{
	const char *on = json_str(rule, "on"), *find = json_str(rule, "find");
	char *title;
	bool has;

	if (on && strcmp(on, was ? "edit" : "create") != 0)
		return false;
	if (!find)
		return true;
	title = rich_text_plain(json_get(p->values, "title"));
	has = strstr(title, find) != NULL;
	free(title);
	return has;
}

void run_automations(struct world *w, struct source *s, struct page *p,
	const struct page *was)
{
	for (const json *rule = json_first(w->config.automations); rule;
		rule = json_next(rule)) {
		const json *set = json_get(rule, "set");
		const char *action = json_str(rule, "action");
		struct notion_error ignored = { 0 };

		if (!fires(rule, p, was))
			continue;
		if (was && json_true(rule, "swallow")) {
			json_free(p->values);
			p->values = json_copy(was->values);
			p->in_trash = was->in_trash;
		}
		if (set && notion_edit_page(w, s, p, set, &ignored) < 0)
			json_free(ignored.additional);
		if (action)
			p->in_trash = strcmp(action, "trash") == 0;
	}
}
