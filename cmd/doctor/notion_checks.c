/* Notion: the token, the database, and what the connection may do with it. */
#include <string.h>

#include "doctor.h"
#include "notion/page.h"
#include "notion/shape.h"

void check_notion(struct doctor *d, struct finding *f)
{
	const struct service *s = &d->notion_is;

	ask_notion(d);
	if (!s->asked)
		find_unknown(f, "needs: NOTION_DATABASE_ID");
	else if (s->rc < 0 &&
		 !(s->answered && s->error.action == API_CREDENTIALS))
		find_bad(f, &s->words);
	else
		find_ok(f, "%s answers", d->settings.notion_url);
}

/*
 * Who acts with the token: the person it belongs to, the bot of a connection
 * that a person authorised, or the bot of an internal one.
 */
void check_notion_key(struct doctor *d, struct finding *f)
{
	const json *bot = json_get(d->notion_user, "bot");
	const char *owner = json_str(json_get(bot, "owner"), "type");
	const char *name = json_str(d->notion_user, "name");

	if (d->notion_is.rc < 0)
		find_bad(f, &d->notion_is.words);
	else if (!notion_is_bot(d->notion_user))
		find_warn(f,
			"accepted: a personal access token of %.100s. It "
			"expires 7 days to a year after it was created "
			"(Notion doesn't tell when), or earlier if that "
			"person loses access, and the sync's edits appear as "
			"that person's. The token of an internal connection "
			"doesn't expire: Notion, Settings, Connections",
			name ? name : "a person");
	else if (owner && strcmp(owner, "user") == 0)
		find_ok(f,
			"accepted: token of the public connection %.100s, "
			"which a person authorised; it ends if that person "
			"withdraws it or loses access",
			name ? name : "without a name");
	else
		find_ok(f,
			"accepted: token of the internal connection %.100s; "
			"it doesn't expire",
			name ? name : "without a name");
}

/*
 * Looking for the database is the first request that needs the right to read.
 */
void check_read(struct doctor *d, struct finding *f)
{
	d->source_rc = notion_find_data_source(
		&d->notion, &d->settings, d->source, &d->humanize_source);
	if (d->source_rc < 0 && d->humanize_source.code == RC_CREDENTIALS)
		find_bad(f, &d->humanize_source);
	else
		find_ok(f, "the connection may read content");
}

void check_database(struct doctor *d, struct finding *f)
{
	if (d->source_rc < 0)
		find_bad(f, &d->humanize_source);
	else
		find_ok(f, "shared with the connection; data source %s",
			d->source);
}

void check_insert(struct doctor *d, struct finding *f)
{
	struct error e;

	if (notion_probe_insert(&d->notion, &e) < 0)
		find_bad(f, &e);
	else
		find_ok(f, "pages may be inserted");
}

void check_update(struct doctor *d, struct finding *f)
{
	struct error e;

	if (notion_probe_update(&d->notion, &e) < 0)
		find_bad(f, &e);
	else
		find_ok(f, "pages may be updated");
}

/* What the sync can do without and notion-setup would add. */
static void list_due(const struct notion_shape *shape, struct finding *f)
{
	struct buf b = BUF_INIT(1000);

	for (size_t i = 0; i < shape->n; i++) {
		const struct shape_property *p = &shape->properties[i];

		if (p->state == SHAPE_READY)
			continue;
		buf_addf(&b, "%s%s %s", b.len ? ", " : "", p->name,
			p->state == SHAPE_MISSING ? "missing, but optional"
			: p->state == SHAPE_OPTIONS
				? "without some of its options"
				: "under another name");
	}
	find_ok(f, "ready; notion-setup would take care of: %s", buf_str(&b));
	buf_fini(&b);
}

static void list_ready(const struct notion_shape *shape, struct finding *f)
{
	struct buf b = BUF_INIT(1000);

	for (size_t i = 0; i < shape->n; i++)
		buf_addf(&b, "%s%s", b.len ? ", " : "",
			shape->properties[i].name);
	find_ok(f, "%s are ready", buf_str(&b));
	buf_fini(&b);
}

void check_properties(struct doctor *d, struct finding *f)
{
	struct notion_schema schema;
	struct notion_shape shape;
	struct error e;
	json *source;

	if (notion_data_source_get(&d->notion, d->source, &source, &e) < 0) {
		find_bad(f, &e);
		return;
	}
	notion_shape_read(&shape, source,
		&(struct shape_wish){ &d->settings.names, true, false });
	if (notion_schema_bind(&schema, source, &d->settings.names, &e) < 0)
		find_bad(f, &e);
	else if (notion_shape_fault(&shape, source, &e) < 0)
		find_warn(f, "%s", e.text);
	else if (shape.due > 0)
		list_due(&shape, f);
	else
		list_ready(&shape, f);
	notion_schema_fini(&schema);
	notion_shape_fini(&shape);
	json_free(source);
}
