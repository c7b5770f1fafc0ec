/*
 * Notion's answers into the client, and its page and database objects into
 * what is made of them. The part "call" says what is asked for; service.h has
 * the answers.
 */
#include "service.h"

#include <stdlib.h>
#include <string.h>

#include "notion/client.h"
#include "notion/page.h"
#include "notion/shape.h"
#include "notion/value.h"
#include "util/idset.h"
#include "util/text.h"

#define SOURCE "00000000-0000-4000-8000-0000000da7a5"

static struct notion_client client;
static struct settings settings;

static void begin(void)
{
	static char url[] = "http://127.0.0.1:1", key[] = "ntn_secret_of_ours",
		    dir[] = "/nonexistent";
	struct error e;

	if (client.api.http.curl)
		return;
	settings = (struct settings){ .notion_url = url,
		.notion_key = key,
		.state_dir = dir,
		.notion_database = SOURCE,
		.notion_rpm = 10000,
		.timeout = 1,
		.retries = 2,
		.jobs = 1 };
	must(notion_client_init(&client, &settings, NULL, &e) == 0);
	client.api.rate = NULL; /* no time passes here */
	client.api.backoff_ms = 0;
}

/* --- objects -------------------------------------------------------------- */

/* What a fetch head tells of the schema is the schema. */
static void check_head(const struct notion_schema *s)
{
	struct notion_schema back = { 0 };
	json *head = json_object(), *again = json_object();
	struct error e;

	notion_schema_to_head(s, head);
	must(notion_schema_from_head(&back, head, &e) == 0);
	notion_schema_to_head(&back, again);
	must(json_equal(head, again));
	notion_schema_fini(&back);
	json_free(again);
	json_free(head);
}

static void check_shape(const json *source)
{
	struct shape_wish wish = { .synced = true, .paused = true };
	struct notion_shape shape;
	struct error e;
	json *change, *same = json_copy(source);

	notion_shape_read(&shape, source, &wish);
	if (notion_shape_fault(&shape, source, &e) < 0)
		must_be_error(&e);
	change = notion_shape_change(&shape, source);
	must(json_is_object(json_get(change, "properties")));
	json_free(change);
	notion_shape_fini(&shape);
	/* No two properties of Notion's have one id; here they may. */
	if (notion_shape_kept(source, same, &e) < 0)
		must_be_error(&e);
	json_free(same);
}

static void check_page(const json *object, const struct notion_schema *schema)
{
	struct notion_page page;
	struct problem p;
	char in[UUID_SIZE];

	notion_page_parent(object, in);
	must(!*in || uuid_is_normal(in));
	if (notion_page_parse(&page, object, schema, &p) < 0) {
		must(p.code && utf8_valid(p.detail, strlen(p.detail)));
		must(!*page.id || uuid_is_normal(page.id));
	} else {
		const struct decision d = notion_page_decision(&page);
		json *type = notion_type_value(
			schema->type_kind, page.type, page.type_value);

		must(uuid_is_normal(page.id));
		must(!page.date || date_is_valid(page.date));
		(void)notion_can_hold(&d, schema->type_kind, NULL, &p);
		json_free(notion_title_value(page.decision));
		json_free(type);
	}
	notion_page_fini(&page);
}

/* The part "schema", a head or a database; else the usual one. */
static void load_schema(
	struct notion_schema *s, const uint8_t *data, size_t size)
{
	static const char usual[] =
		"{\"properties\":{\"Decision\":\"title\",\"Type\":\"%3Aty\","
		"\"Date\":\"d~te\",\"Checksum\":\"csum\",\"Synced\":\"sync\"},"
		"\"type_options\":[\"Policy\",\"Ops\"]}";
	struct part p = fuzz_part(data, size, "schema");
	struct error e;
	json *v = json_parse(p.text, p.len, JSON_MARK_UNREADABLE, &e);

	if (json_is_object(v) && notion_schema_bind(s, v, NULL, &e) == 0) {
		check_shape(v);
		json_free(v);
		return;
	}
	notion_schema_fini(s);
	if (json_is_object(v) && notion_schema_from_head(s, v, &e) == 0) {
		json_free(v);
		return;
	}
	must(!json_is_object(v) || e.code == RC_STREAM);
	notion_schema_fini(s);
	json_free(v);
	v = json_parse(usual, strlen(usual), JSON_STRICT, &e);
	must(notion_schema_from_head(s, v, &e) == 0);
	json_free(v);
}

/* --- calls ---------------------------------------------------------------- */

struct listed {
	const struct notion_schema *schema;
	struct idset seen;
};

static int take_page(void *arg, json *page, struct error *e)
{
	struct listed *l = arg;
	char id[UUID_SIZE];

	(void)e;
	/* A page without an id is handed on, for its problem to be told. */
	if (json_str(page, "id") &&
		uuid_normalize(json_str(page, "id"), id) == 0)
		must(idset_add(&l->seen, id));
	check_page(page, l->schema);
	json_free(page);
	return 0;
}

static int query(const struct notion_schema *schema, struct error *e)
{
	struct notion_query q = { .data_source = SOURCE,
		.schema = schema,
		.edited_since = USEC_NONE };
	struct listed l = { .schema = schema };
	int rc = notion_query_each(&client, &q, take_page, &l, e);

	idset_fini(&l.seen);
	return rc;
}

/* Calls that tell of a whole run. */
static int call_for_all(
	const struct notion_schema *schema, char call, struct error *e)
{
	char id[UUID_SIZE], *user = NULL;
	json *object = NULL;
	int rc;

	switch (call) {
	case 'q':
		return query(schema, e);
	case 's':
		rc = notion_find_data_source(&client, &settings, id, e);
		must(rc < 0 || uuid_is_normal(id));
		return rc;
	case 'd':
		rc = notion_data_source_get(&client, SOURCE, &object, e);
		if (rc == 0) {
			struct notion_schema s = { 0 };
			struct error why;

			if (notion_schema_bind(&s, object, NULL, &why) == 0)
				check_head(&s);
			else
				must_be_error(&why);
			notion_schema_fini(&s);
			check_shape(object);
		}
		json_free(object);
		return rc;
	case 'b':
		rc = notion_bot_user(&client, &user, e);
		free(user);
		return rc;
	case 'c':
		rc = notion_child_database(
			&client, FUZZ_ID, "Decisions", id, e);
		must(rc <= 0 || uuid_is_normal(id));
		return rc < 0 ? -1 : 0;
	case 'i':
		return notion_probe_insert(&client, e);
	default:
		return notion_probe_update(&client, e);
	}
}

static int no_objection(void *arg)
{
	(void)arg;
	return 0;
}

/* Calls that tell of one page. */
static int call_for_one(const struct notion_schema *schema, char call,
	json **page, struct api_error *a)
{
	json *body = json_object();
	enum notion_place place;
	char id[UUID_SIZE];
	struct error e;
	int rc;

	switch (call) {
	case 'g':
		rc = notion_page_get(
			&client, FUZZ_ID, SOURCE, schema, &place, page, a);
		must(rc < 0 ||
			(place == NOTION_LIVE || place == NOTION_IN_TRASH) ==
				(*page != NULL));
		break;
	case 'x':
		rc = notion_page_create(
			&client, SOURCE, schema, body, NULL, NULL, page, a);
		break;
	case 'p':
		rc = notion_page_patch(&client, FUZZ_ID, schema, body,
			no_objection, no_objection, NULL, page, a);
		break;
	case 'k':
		rc = notion_pages_by_checksum(
			&client, SOURCE, schema, FUZZ_ID, 0, page, a);
		must(rc < 0 || json_is_array(*page));
		break;
	case 'm':
		rc = notion_me(&client, page, a);
		break;
	case 'n':
		rc = notion_database_create(
			&client, FUZZ_ID, "Decisions", body, id, a);
		must(rc < 0 || uuid_is_normal(id));
		break;
	default: /* the page to be completed is the first answer */
		rc = notion_page_get(
			&client, FUZZ_ID, SOURCE, schema, &place, page, a);
		if (rc == 0 && *page)
			rc = notion_complete_title(&client, *page, schema, a);
		break;
	}
	(void)e;
	json_free(body);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct part p = fuzz_part(data, size, "call");
	struct notion_schema schema = { 0 };
	struct api_error a = { 0 };
	struct error e;
	json *page = NULL;
	char call = p.len ? p.text[0] : 'q';

	begin();
	load_schema(&schema, data, size);
	check_head(&schema);
	service_begin(data, size);
	if (strchr("gxpkmnt", call)) {
		if (call_for_one(&schema, call, &page, &a) < 0)
			must_be_told(&a);
		else if (page && call != 'k' && call != 'm')
			check_page(page, &schema);
		json_free(page);
	} else if (call_for_all(&schema, call, &e) < 0) {
		must_be_error(&e);
	}
	service_end();
	notion_schema_fini(&schema);
	return 0;
}
