#include "runs/schedule.h"

#include <stdlib.h>

#include "util/file.h"
#include "util/humanize.h"
#include "util/json.h"
#include "util/lock.h"

#define RECORD_MAX 4096
#define INTERVAL_MAX (31 * 86400L)

int schedule_publish(const char *dir, int64_t next, long every, long failures,
	struct error *e)
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

bool schedule_runs(const char *state_dir)
{
	char *path = path_join(state_dir, "schedule.lock");
	struct error ignored;
	bool runs = lock_holder(path, &ignored) > 0;

	free(path);
	return runs;
}

json *schedule_record(const char *log_dir)
{
	char *path = path_join(log_dir, "schedule.json");
	struct buf text = BUF_INIT(RECORD_MAX);
	struct error ignored;
	json *v = NULL;

	if (file_read_regular(path, &text, &ignored) == 0)
		v = json_parse(buf_str(&text), text.len, JSON_STRICT, &ignored);
	buf_fini(&text);
	free(path);
	return v;
}

long schedule_interval(const char *state_dir, const char *log_dir, long set)
{
	json *record =
		schedule_runs(state_dir) ? schedule_record(log_dir) : NULL;
	int64_t every = json_int(record, "interval_seconds");

	json_free(record);
	return every >= 1 && every <= INTERVAL_MAX ? (long)every : set;
}
