/* A half beside what was seen or sent of it: cmd/apply/seen.h, made_page.h. */
#include <stdlib.h>

#include "../../cmd/apply/made_page.h"

#include "test.h"

#define ID(n) "bbbbbbbb-0000-4000-8000-00000000000" #n
#define SUM64(c) c c c c c c c c c c c c c c c c
#define SUM SUM64("1234")
#define OTHER_SUM SUM64("abcd")

static char decision[] = "one", sum[] = SUM, other_sum[] = OTHER_SUM;

static void test_row_as_seen(void)
{
	struct supabase_row row = {
		.page_id = ID(1), .decision = decision, .checksum = sum
	};
	struct seen *seen = seen_row(&row);

	check(row_is_as_seen(&row, seen));
	/* Whoever has synced it meanwhile has changed its checksum alone. */
	row.checksum = other_sum;
	check(!row_is_as_seen(&row, seen));
	row.checksum = NULL;
	check(!row_is_as_seen(&row, seen));
	row.checksum = sum;
	row.deleted = true;
	check(!row_is_as_seen(&row, seen));
	row.deleted = false;
	row.page_id[0] = 'c';
	check(!row_is_as_seen(&row, seen));
	free(seen);
}

static void test_page_as_seen(void)
{
	struct notion_page page = { .decision = decision, .checksum = sum };
	struct seen *seen = seen_page(&page), *copy = seen_copy(seen);
	struct seen *with = seen_with_sum(seen_page(&page), OTHER_SUM);

	check(page_is_as_seen(&page, seen));
	check(page_is_as_seen(&page, copy));
	check(!page_is_as_seen(&page, with));
	page.checksum = other_sum;
	check(!page_is_as_seen(&page, seen));
	check(!page_is_as_seen(&page, copy));
	check(page_is_as_seen(&page, with));
	page.checksum = sum;
	page.in_trash = true;
	check(!page_is_as_seen(&page, seen));
	free(seen);
	free(copy);
	free(with);
}

/* A page that a create at SENT may have made. */
#define SENT (100 * USEC_MINUTE)

static bool fits(struct notion_page page, bool has_user)
{
	struct worker w = { 0 };
	char user[] = "u";

	if (has_user)
		w.schema.bot_user = user;
	return made_page_fits(&w, &page, SUM, SENT);
}

static void test_made_page(void)
{
	const struct notion_page made = { .decision = decision,
		.checksum = sum,
		.own = true,
		.created = SENT };
	struct notion_page p = made;

	check(fits(made, true));
	/* Notion's times are cut to the minute. */
	p.created = SENT - CLOCK_SLACK;
	check(fits(p, true));
	p.created--;
	check(!fits(p, true));
	p = made;
	p.in_trash = true;
	check(!fits(p, true));
	p = made;
	p.own = false;
	check(!fits(p, true));
	check(fits(p, false));
	p = made;
	p.checksum = NULL;
	check(!fits(p, true));
	p.checksum = other_sum;
	check(!fits(p, true));
}

/* Without its checksum it is known by what it holds. */
static void test_made_page_by_content(void)
{
	const struct decision one = { { [FIELD_DECISION] = "one" } };
	const struct notion_page p = { .decision = decision, .created = SENT };
	struct worker w = { 0 };
	char is[CHECKSUM_SIZE];

	decision_checksum(&one, is);
	check(made_page_fits(&w, &p, is, SENT));
	check(!made_page_fits(&w, &p, SUM, SENT));
}

int main(void)
{
	run(test_row_as_seen);
	run(test_page_as_seen);
	run(test_made_page);
	run(test_made_page_by_content);
	return test_end();
}
