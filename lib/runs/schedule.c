#include "runs/schedule.h"

#include <stdlib.h>

#include "util/file.h"
#include "util/humanize.h"
#include "util/json.h"

int schedule_publish(
	const char *dir, long next, long every, long failures, struct error *e)
{
	char *path = path_join(dir, "schedule.json"), stamp[TIME_SIZE];
	struct buf text = BUF_INIT(1024);
	json *v = json_object();
	int rc;

	json_put_int(v, "v", 1);
	json_put_str(v, "next_at",
		next ? time_stamp(next * USEC_SECOND, stamp) : NULL);
	json_put_int(v, "interval_seconds", every);
	json_put_int(v, "failures", failures);
	json_print(v, &text);
	buf_addc(&text, '\n');
	rc = file_replace_with(path, buf_str(&text), text.len, e);
	buf_fini(&text);
	json_free(v);
	free(path);
	return rc;
}
