#include "sandbox/notion/json.h"

#include <stdio.h>
#include <string.h>

#include "sandbox/world.h"

json *json_kept(const char *text)
{
	struct error e;

	return text ? json_parse(text, strlen(text), JSON_STRICT, &e) : NULL;
}

void db_bind_json(sqlite3_stmt *s, int at, const json *v)
{
	struct buf text = BUF_INIT(CONTROL_BODY_MAX);

	if (!json_is_null(v))
		json_print(v, &text);
	db_bind_text(s, at, text.data);
	buf_fini(&text);
}

void copy_id(char out[UUID_SIZE], const char *id)
{
	snprintf(out, UUID_SIZE, "%s", id ? id : "");
}

void put_minute(json *out, const char *key, usec t)
{
	char text[TIME_SIZE], short_text[TIME_SIZE];

	time_format(time_floor_minute(t), text);
	snprintf(short_text, sizeof short_text, "%.19s.000Z", text);
	json_put_str(out, key, short_text);
}

void put_millis(json *out, const char *key, usec t)
{
	char text[TIME_SIZE], short_text[TIME_SIZE];

	time_format(t, text);
	snprintf(short_text, sizeof short_text, "%.23s+00:00", text);
	json_put_str(out, key, short_text);
}

void put_url(json *out, const char *id)
{
	char bare[UUID_SIZE], url[100];
	size_t n = 0;

	for (const char *s = id; *s; s++)
		if (*s != '-')
			bare[n++] = *s;
	bare[n] = '\0';
	snprintf(url, sizeof url, "https://app.notion.com/p/%s", bare);
	json_put_str(out, "url", url);
	json_put_str(out, "public_url", NULL);
}

json *page_parent(const char *page_id)
{
	json *parent = json_object();

	json_put_str(parent, "type", "page_id");
	json_put_str(parent, "page_id", page_id);
	return parent;
}

json *notion_user_ref(const char *id)
{
	json *user = json_object();

	json_put_str(user, "object", "user");
	json_put_str(user, "id", id);
	return user;
}

json *notion_user(const char *id)
{
	json *user = notion_user_ref(id), *part;

	if (strcmp(id, BOT_ID) == 0) {
		json_put_str(user, "name", CONNECTION_NAME);
		json_put_str(user, "avatar_url", NULL);
		json_put_str(user, "type", "bot");
		json_put(user, "bot", json_object());
	} else if (strcmp(id, PERSON_ID) == 0) {
		json_put_str(user, "name", PERSON_NAME);
		json_put_str(user, "avatar_url", NULL);
		json_put_str(user, "type", "person");
		part = json_put(user, "person", json_object());
		json_put_str(part, "email", "sandy.person@example.com");
	}
	return user;
}
