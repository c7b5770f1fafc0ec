/*
 * One text as everything short that is read: times, days, UUIDs, links, URLs,
 * lists of words; and the normal forms. What is read and printed reads as the
 * same, and a normal form is its own.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "../../cmd/health-server/mask.h"
#include "../../cmd/health-server/server.h"
#include "net/http.h"
#include "runs/records.h"
#include "settings/hold.h"
#include "settings/notion_link.h"
#include "settings/setting.h"
#include "settings/settings.h"
#include "supabase/row.h"
#include "sync/decision.h"
#include "sync/guard_names.h"
#include "util/humanize.h"
#include "util/text.h"
#include "util/times.h"
#include "util/uuid.h"

static void check_time(const char *s)
{
	char text[TIME_SIZE], shown[HUMANIZE_SIZE];
	usec t, back;

	if (time_parse(s, &t) == 0) {
		must(time_parse(time_format(t, text), &back) == 0 && back == t);
		must(date_leads(text));
		must(time_floor_minute(t) <= t &&
			t - time_floor_minute(t) < USEC_MINUTE);
		must(time_floor_minute(time_floor_minute(t)) ==
			time_floor_minute(t));
		humanize_time(t, shown);
		humanize_age(t, shown);
	}
	if (date_is_valid(s)) {
		must(strlen(s) == DATE_LEN && date_leads(s));
		must(field_is_valid(FIELD_DATE, s));
	}
	if (run_id_is_valid(s))
		(void)run_id_time(s);
}

static void check_uuid(const char *s)
{
	char id[UUID_SIZE], again[UUID_SIZE], row[UUID_SIZE];

	if (uuid_normalize(s, id) == 0) {
		must(uuid_is_normal(id));
		must(uuid_normalize(id, again) == 0 && strcmp(id, again) == 0);
		must(notion_link_id(s, again) == 0 && strcmp(id, again) == 0);
		uuid_row_for_page(id, 0, row);
		must(uuid_is_normal(row) && strcmp(row, id) != 0);
	} else {
		must(!uuid_is_normal(s));
	}
	if (notion_link_id(s, id) == 0)
		must(uuid_is_normal(id));
}

static void check_form(char *(*form)(const char *), const char *s)
{
	char *once = form(s), *twice = form(once);

	must(utf8_valid(once, strlen(once)));
	must_be_same(once, twice);
}

static char *day_form(const char *s)
{
	return field_normal(FIELD_DATE, s);
}

static void check_shown(const char *s)
{
	struct buf once = BUF_INIT(OUTPUT_MAX), twice = BUF_INIT(OUTPUT_MAX);
	struct buf cut = BUF_INIT(OUTPUT_MAX);

	text_show(&once, s, 0);
	must(utf8_valid(buf_str(&once), once.len));
	must(!strpbrk(buf_str(&once), "\n\r\t\033"));
	text_show(&twice, buf_str(&once), 0);
	must(strcmp(buf_str(&once), buf_str(&twice)) == 0);
	must(text_show(&cut, s, 10) <= 10);
	buf_fini(&once);
	buf_fini(&twice);
	buf_fini(&cut);
}

/* Those of one folded form have one checksum, and those of one form are equal.
 */
static void check_decision(const char *s)
{
	char *folded = text_folded(s), *form = text_form(s);
	char a[CHECKSUM_SIZE], b[CHECKSUM_SIZE];
	struct decision x = { { s, s, NULL } },
			y = { { folded, folded, NULL } };
	struct decision z = { { form, folded, NULL } };

	must(text_equal_folded(s, folded));
	must(decision_diff(&x, &z) == 0);
	decision_checksum(&x, a);
	decision_checksum(&y, b);
	must(checksum_is_valid(a) && strcmp(a, b) == 0);
	free(form);
	free(folded);
}

static void check_text(const char *s, size_t len)
{
	size_t units = text_utf16_len(s);

	check_form(text_form, s);
	check_form(text_folded, s);
	check_form(day_form, s);
	check_decision(s);
	must(text_utf16_prefix(s, units) == len);
	for (size_t n = 0; n < units && n < 20; n++) {
		size_t prefix = text_utf16_prefix(s, n);

		must(prefix <= len && utf8_valid(s, prefix));
	}
	must(text_equal(s, s) && text_same(s, s));
}

static void check_urls(const char *s)
{
	struct sockaddr_storage address;
	struct buf out = BUF_INIT(OUTPUT_MAX);
	char *base = setting_url_base(s), *scope;
	struct error e;

	free(base);
	if (setting_check_url("URL", s, &e) < 0)
		must_be_error(&e);
	if (setting_check_supabase_url("URL", s, &e) < 0)
		must_be_error(&e);
	else {
		scope = supabase_scope(s, "public", "t");
		must(scope);
		free(scope);
	}
	if (setting_check_project(
		    "https://abcdefghijklmnopqrst.supabase.co", s, &e) < 0)
		must_be_error(&e);
	if (parse_listen(s, &address, &e) < 0)
		must_be_error(&e);
	must(http_retry_after(s, NULL) >= -1);
	must(http_retry_after(s, s) >= -1);
	must(http_escape(&out, s) == 0 && !strpbrk(buf_str(&out), " \r\n/?&"));
	buf_fini(&out);
}

static void check_words(const char *s)
{
	bool allowed[GUARDS] = { false };
	struct hold h = { 0 };
	struct error e;
	long n;

	if (guards_parse(s, allowed, &e) < 0)
		must_be_error(&e);
	if (hold_add(&h, s, "SYNC_HOLD", RC_CONFIG, &e) < 0)
		must_be_error(&e);
	if (hold_direction(&h, s, "SYNC_DIRECTION", RC_CONFIG, &e) < 0)
		must_be_error(&e);
	json_free(hold_json(&h));
	if (settings_parse_settle(s, &n) == 0)
		must(n >= 0 && n <= 3600);
	free(supabase_sql_table(s, s));
}

static void check_masked(const char *s, const uint8_t *data, size_t size)
{
	char *once = mask_paths(s), *twice = mask_paths(once);
	char *whole = repair_text((const char *)data, size);

	must_be_same(once, twice);
	must(utf8_valid(whole, strlen(whole)));
	free(whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = fuzz_text((const char *)data, size);
	size_t len = strlen(s);

	check_time(s);
	check_uuid(s);
	check_shown(s);
	check_masked(s, data, size);
	/* What the others say of a text holds it as it is. */
	if (utf8_valid(s, len)) {
		check_urls(s);
		check_words(s);
		check_text(s, len);
	}
	free(s);
	return 0;
}
