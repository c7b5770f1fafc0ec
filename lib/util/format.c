#include "util/format.h"

#include <inttypes.h>
#include <stdio.h>

#include "util/version.h"

void format_put(json *head)
{
	json_put_int(head, "v", FORMAT);
	json_put_str(head, "by", version_text());
}

bool format_is_later(const json *head)
{
	int64_t v;

	return json_whole(json_get(head, "v"), &v) == 0 && v > FORMAT;
}

const char *format_text(const json *head, char out[FORMAT_TEXT_SIZE])
{
	const char *by = json_str(head, "by");
	int64_t v = 0;

	json_whole(json_get(head, "v"), &v);
	if (!by)
		by = json_str(head, "version");
	snprintf(out, FORMAT_TEXT_SIZE,
		"has format %" PRId64 ", written by %s%.60s, and this is "
		"vaultsync %s, which reads format %d",
		v, by ? "vaultsync " : "a later vaultsync", by ? by : "",
		version_text(), FORMAT);
	return out;
}
