/*
 * One text as much that is read: URLs, lists of words, what people see; and the
 * normal forms. A normal form is its own. Times and ids are in times_fuzz.c.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "../../cmd/health-server/mask.h"
#include "../../cmd/health-server/server.h"
#include "net/http.h"
#include "settings/hold.h"
#include "settings/setting.h"
#include "settings/settings.h"
#include "supabase/row.h"
#include "sync/decision.h"
#include "sync/guard_names.h"
#include "util/text.h"

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
	must(http_escape(&out, s) == 0 && !strpbrk(buf_str(&out), " \r\n/?&"));
	buf_fini(&out);
}

static void check_words(const char *s)
{
	bool allowed[GUARDS] = { false };
	struct hold h = { 0 };
	struct error e;

	if (guards_parse(s, allowed, &e) < 0)
		must_be_error(&e);
	if (hold_add(&h, s, "SYNC_HOLD", RC_CONFIG, &e) < 0)
		must_be_error(&e);
	if (hold_direction(&h, s, "SYNC_DIRECTION", RC_CONFIG, &e) < 0)
		must_be_error(&e);
	json_free(hold_json(&h));
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

	check_shown(s);
	check_masked(s, data, size);
	check_urls(s);
	check_words(s);
	/* The others take what is valid, and keep it so. */
	if (utf8_valid(s, len))
		check_text(s, len);
	free(s);
	return 0;
}
