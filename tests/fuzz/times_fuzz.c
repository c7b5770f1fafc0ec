/*
 * The shortest texts, by themselves because they are the fastest: times, days,
 * ages, run ids, UUIDs and links. What is read and printed reads as the same,
 * and a normal form is its own.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "net/http.h"
#include "runs/records.h"
#include "settings/notion_link.h"
#include "settings/settings.h"
#include "sync/decision.h"
#include "util/humanize.h"
#include "util/opt.h"
#include "util/times.h"
#include "util/url.h"
#include "util/uuid.h"

static void check_time(const char *s)
{
	char text[TIME_SIZE], shown[HUMANIZE_SIZE];
	usec t, back;

	if (time_parse(s, &t) < 0)
		return;
	must(time_parse(time_format(t, text), &back) == 0 && back == t);
	must(date_leads(text));
	must(time_floor_minute(t) <= t &&
		t - time_floor_minute(t) < USEC_MINUTE);
	must(time_floor_minute(time_floor_minute(t)) == time_floor_minute(t));
	humanize_time(t, shown);
	humanize_age(t, shown);
}

static void check_day(const char *s)
{
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

static void check_numbers(const char *s)
{
	long n;

	if (settings_parse_settle(s, &n) == 0)
		must(n >= 0 && n <= 3600);
	if (parse_number(s, -5, 500, &n) == 0)
		must(n >= -5 && n <= 500);
	must(http_retry_after(s, NULL) >= -1);
	must(http_retry_after(s, s) >= -1);
	(void)url_is_loopback(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = fuzz_text((const char *)data, size);

	check_time(s);
	check_day(s);
	check_uuid(s);
	check_numbers(s);
	free(s);
	return 0;
}
