#include "settings/setting_names.h"

#include <string.h>

#define LENGTH_MAX 64
#define NEAR 2	       /* letters */
#define NEAR_OF_OURS 3 /* where the prefix shows that it was meant for us */

static const char *const names[] = {
	"SUPABASE_URL",
	"SUPABASE_SERVICE_ROLE_KEY",
	"SUPABASE_TABLE",
	"SUPABASE_SCHEMA",
	"NOTION_API_KEY",
	"NOTION_DATABASE_ID",
	"NOTION_DATA_SOURCE_ID",
	"NOTION_API_URL",
	"SYNC_ALLOW_HTTP",
	"SYNC_STATE_DIR",
	"SYNC_LOG_DIR",
	"SYNC_FIELDS",
	"SYNC_PAUSED_PROPERTY",
	"SYNC_LINK_PROPERTY",
	"SYNC_LINK_TEMPLATE",
	"SYNC_RATE_DIR",
	"SYNC_INTERVAL",
	"SYNC_HOLD",
	"SYNC_DIRECTION",
	"SYNC_SETTLE",
	"SYNC_FULL_EVERY",
	"SYNC_FULL_REQUESTS",
	"SYNC_NOTION_RPM",
	"SYNC_TIMEOUT",
	"SYNC_RETRIES",
	"SYNC_MAX_WAIT",
	"SYNC_JOBS",
	"SYNC_PING_URL",
	"SYNC_NOTIFY_CMD",
	"SYNC_CONTROL_TOKEN",
	"SYNC_PAGE_PRIVATE",
	"SYNC_HOOK_SECRET_NOTION",
	"SYNC_HOOK_SECRET_SUPABASE",
	"SYNC_HOST_NAMES",
};

static size_t least(size_t a, size_t b, size_t c)
{
	size_t n = a < b ? a : b;

	return n < c ? n : c;
}

/* How many letters must be put in, left out or replaced to make b of a. */
static size_t distance(const char *a, const char *b)
{
	size_t row[LENGTH_MAX + 1], n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t before = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t replaced = before + (a[i - 1] != b[j - 1]);

			before = row[j];
			row[j] = least(row[j] + 1, row[j - 1] + 1, replaced);
		}
	}
	return row[n];
}

bool setting_is_misspelled(const char *name, const char **meant)
{
	bool ours = strncmp(name, "SYNC_", 5) == 0;
	size_t best = ours ? NEAR_OF_OURS : NEAR;

	*meant = NULL;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		size_t n = strlen(name) > LENGTH_MAX ? LENGTH_MAX
						     : distance(name, names[i]);

		if (n == 0)
			return false;
		if (n <= best && (n < best || !*meant)) {
			best = n;
			*meant = names[i];
		}
	}
	return ours || *meant;
}
