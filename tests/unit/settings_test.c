/* The settings from the environment and .env: settings/settings.h. */
#include "settings/settings.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"
#include "util/file.h"

#define DATABASE "38c9ce7b-60a4-8128-8d53-d5d4642a0a6f"
#define HEX "38c9ce7b60a481288d53d5d4642a0a6f"
#define SECRET "hush-hush"

/* {"alg":"HS256","typ":"JWT"}.{"role":"service_role"} and {"role":"anon"} */
#define JWT_SERVICE \
	"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.x"
#define JWT_ANON "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoiYW5vbiJ9.x"

#define SUPABASE \
	"SUPABASE_URL=https://abc.supabase.co\n" \
	"SUPABASE_SERVICE_ROLE_KEY=sb_secret_" SECRET "\n"
#define NOTION \
	"NOTION_API_KEY=ntn_" SECRET "\n" \
	"NOTION_DATABASE_ID=" DATABASE "\n"
#define ALL (NEED_SUPABASE | NEED_NOTION)

static char path[] = "/tmp/settings_test.XXXXXX";

static int load(struct settings *s, const char *env_file, unsigned need,
	struct error *e)
{
	static const char *const names[] = { "SUPABASE_URL",
		"SUPABASE_SERVICE_ROLE_KEY", "SUPABASE_TABLE", "NOTION_API_KEY",
		"NOTION_DATABASE_ID", "NOTION_DATA_SOURCE_ID", "NOTION_API_URL",
		"SYNC_STATE_DIR", "SYNC_LOG_DIR", "SYNC_NOTION_RPM",
		"SYNC_TIMEOUT", "SYNC_RETRIES", "SYNC_JOBS", "SYNC_MAX_WAIT",
		"SUPABASE_SCHEMA", "SYNC_ALLOW_HTTP" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		unsetenv(names[i]);
	if (file_replace_with(path, env_file, strlen(env_file), e) < 0)
		abort();
	return settings_load(s, need, e);
}

static void test_all(void)
{
	struct settings s;
	struct error e = { 0 };

	if (!check_int(load(&s, SUPABASE NOTION, ALL, &e), 0)) {
		printf("\t%s\n", e.text);
		return;
	}
	check_str(s.supabase_url, "https://abc.supabase.co");
	check_str(s.supabase_key, "sb_secret_" SECRET);
	check_str(s.table, "decision_vault");
	check_str(s.notion_url, "https://api.notion.com");
	check_str(s.notion_key, "ntn_" SECRET);
	check_str(s.notion_database, DATABASE);
	check_str(s.notion_data_source, "");
	check_str(s.state_dir, "state");
	check_str(s.log_dir, "logs");
	check_int(s.notion_rpm, 180);
	check_int(s.timeout, 65);
	check_int(s.retries, 3);
	check_int(s.max_wait, 300);
	check_int(s.jobs, 4);
	settings_fini(&s);
	check(s.supabase_key == NULL);
}

static void test_only_what_is_needed(void)
{
	struct settings s;
	struct error e;

	check_int(load(&s, "", 0, &e), 0);
	check_str(s.state_dir, "state");
	settings_fini(&s);
	check_int(load(&s, NOTION, NEED_NOTION, &e), 0);
	check(s.supabase_key == NULL);
	settings_fini(&s);
	check_int(load(&s, NOTION, NEED_SUPABASE, &e), -1);
	check_int(e.code, RC_CONFIG);
	check_has(e.text, "SUPABASE_URL is not set");
}

/* Every way in which a line of .env may be written. */
static void check_table(const char *line, const char *wanted)
{
	struct buf file = BUF_INIT(10000);
	struct settings s;
	struct error e = { 0 };
	int rc;

	buf_adds(&file, SUPABASE);
	buf_adds(&file, line);
	rc = load(&s, buf_str(&file), NEED_SUPABASE, &e);
	if (!check_int(rc, wanted ? 0 : -1))
		printf("\tfor %s: %s\n", line, e.text);
	else if (!wanted)
		check_int(e.code, RC_CONFIG);
	else if (!check_str(s.table, wanted))
		printf("\tfor %s\n", line);
	if (rc == 0)
		settings_fini(&s);
	buf_fini(&file);
}

static void test_lines(void)
{
	check_table("SUPABASE_TABLE=t1\n", "t1");
	check_table("SUPABASE_TABLE=t1", "t1");
	check_table("export SUPABASE_TABLE=t1\n", "t1");
	check_table("  SUPABASE_TABLE=t1  \r\n", "t1");
	check_table("SUPABASE_TABLE=\"t1\"\n", "t1");
	check_table("SUPABASE_TABLE='t1' # why\n", "t1");
	check_table("SUPABASE_TABLE=t1 # why\n", "t1");
	check_table("SUPABASE_TABLE=t1\nSUPABASE_TABLE=t2\n", "t2");
	check_table("SUPABASE_TABLE=t1\nSUPABASE_TABLE=\n", "decision_vault");
	check_table("SUPABASE_TABLE=\nSUPABASE_TABLE=t2\n", "t2");
	check_table("SUPABASE_TABLE=\n", "decision_vault");
	check_table("SUPABASE_TABLE=\"\"\n", "decision_vault");
	check_table("SUPABASE_TABLE= # none\n", "decision_vault");
	check_table("\n# SUPABASE_TABLE=t1\n\t\n", "decision_vault");
	check_table("SUPABASE_TABLE=t1#2\n", NULL);
	check_table("SUPABASE_TABLE=$HOME\n", NULL);
	check_table("SUPABASE_TABLE = t1\n", NULL);
	check_table("SUPABASE_TABLE\n", NULL);
	check_table("SUPABASE_TABLE='t1\n", NULL);
	check_table("SUPABASE_TABLE='t1'x\n", NULL);
	check_table("1TABLE=t1\n", NULL);
	check_table("=t1\n", NULL);
}

static void check_refused(const char *file, unsigned need, const char *why)
{
	struct settings s;
	struct error e = { 0 };
	int rc = load(&s, file, need, &e);

	if (!check_int(rc, -1) || !check_int(e.code, RC_CONFIG) ||
		!check_has(e.text, why))
		printf("\tfor %s\n", file);
	/* No message holds a key. */
	check(strstr(e.text, SECRET) == NULL);
	if (rc == 0)
		settings_fini(&s);
}

static void test_wrong_lines(void)
{
	char wanted[sizeof path + 10];

	snprintf(wanted, sizeof wanted, "%s:3: ", path);
	check_refused("A=1\n\nnot a line " SECRET "\n", 0, wanted);
	check_refused("A=1\n\nKEY='" SECRET "\n", 0, wanted);
	check_refused("A=\xFF" SECRET "\n", 0, "UTF-8");
}

static void test_missing(void)
{
	check_refused("", NEED_SUPABASE, "SUPABASE_URL is not set");
	check_refused("SUPABASE_URL=https://a.b\n", NEED_SUPABASE,
		"SUPABASE_SERVICE_ROLE_KEY is not set");
	check_refused("", NEED_NOTION, "NOTION_API_KEY is not set");
	check_refused("NOTION_API_KEY=" SECRET "\n", NEED_NOTION,
		"NOTION_DATABASE_ID is not set");
}

static void check_url(const char *url, const char *wanted)
{
	struct buf file = BUF_INIT(10000);
	struct settings s;
	struct error e = { 0 };

	buf_addf(&file, SUPABASE "SUPABASE_URL=%s\n", url);
	if (!wanted) {
		check_refused(buf_str(&file), NEED_SUPABASE, "SUPABASE_URL");
	} else if (check_int(load(&s, buf_str(&file), NEED_SUPABASE, &e), 0)) {
		check_str(s.supabase_url, wanted);
		settings_fini(&s);
	} else {
		printf("\tfor %s: %s\n", url, e.text);
	}
	buf_fini(&file);
}

/* A key is sent only over https or to this machine. */
static void test_urls(void)
{
	check_url("https://abc.supabase.co/", "https://abc.supabase.co");
	check_url("http://127.0.0.1:54321", "http://127.0.0.1:54321");
	check_url("http://localhost:1", "http://localhost:1");
	check_url("http://localhost", "http://localhost");
	check_url("http://[::1]:1/", "http://[::1]:1");
	check_url("http://abc.supabase.co", NULL);
	check_url("http://127.0.0.1.evil.example", NULL);
	check_url("http://localhost.evil.example", NULL);
	check_url("http://127.0.0.1@evil.example", NULL);
	check_url("http://localhost:1@evil.example", NULL);
	check_url("https://user:" SECRET "@abc.supabase.co", NULL);
	check_url("https://abc.supabase.co/rest/v1", "https://abc.supabase.co");
	check_url(
		"https://abc.supabase.co/rest/v1/", "https://abc.supabase.co");
	check_url("https://abc.supabase.co//", "https://abc.supabase.co");
	check_url("http://127.0.0.1:1/rest/v1", "http://127.0.0.1:1");
	check_url("https://rest/v1", "https://rest/v1");
	check_url("https://rest/rest/v1/", "https://rest");
	check_url("https://host.example/supabase/",
		"https://host.example/supabase");
	check_url("https://host.example/a/b-c/rest/v1",
		"https://host.example/a/b-c");
	check_url("https://abc.supabase.co/auth/v1", NULL);
	check_url("https://ABC.Supabase.CO/x", NULL);
	check_url("https://abc.supabase.co/rest/v1/decision_vault", NULL);
	check_url("https://host.example/rest/v1/decision_vault", NULL);
	check_url("https://host.example/rest/v1?select=id", NULL);
	check_url("https://host.example/a//b", NULL);
	check_url("https://host.example/a/../b", NULL);
	check_url("https://host.example/a%2Fb", NULL);
	check_url("https://host.example/a b", NULL);
	check_url("https://abc.supabase.co?x=1", NULL);
	check_url("https://", NULL);
	check_url("https:///x", NULL);
	check_url("ftp://abc.supabase.co", NULL);
	check_url("abc.supabase.co", NULL);
	check_url("https://abc supabase.co", NULL);
}

static void check_plain(const char *url, const char *allow, const char *why)
{
	struct buf file = BUF_INIT(10000);
	struct settings s;
	struct error e = { 0 };

	buf_addf(&file,
		"SUPABASE_URL=%s\nSYNC_ALLOW_HTTP=%s\n"
		"SUPABASE_SERVICE_ROLE_KEY=sb_secret_" SECRET "\n",
		url, allow);
	if (why) {
		check_refused(buf_str(&file), NEED_SUPABASE, why);
	} else if (check_int(load(&s, buf_str(&file), NEED_SUPABASE, &e), 0)) {
		check(s.plain_http == (*allow == '1'));
		settings_fini(&s);
	} else {
		printf("\tfor %s: %s\n", url, e.text);
	}
	buf_fini(&file);
}

/* Within a private network, where somebody said so. */
static void test_plain_http(void)
{
	check_plain("http://kong:8000", "1", NULL);
	check_plain("http://kong:8000/rest/v1", "1", NULL);
	check_plain("http://10.0.0.7", "1", NULL);
	check_plain("https://abc.supabase.co", "1", NULL);
	check_plain("https://abc.supabase.co", "0", NULL);
	check_plain("http://kong:8000", "0", "set SYNC_ALLOW_HTTP=1");
	check_plain(
		"http://kong:8000", "yes", "SYNC_ALLOW_HTTP must be 1 or 0");
	check_plain("http://abc.supabase.co", "1", "only over https");
	check_plain("http://abc.supabase.co:80", "1", "only over https");
	check_refused(NOTION "SYNC_ALLOW_HTTP=1\n"
			     "NOTION_API_URL=http://notion:1\n",
		NEED_NOTION, "only over https");
}

static void test_schema(void)
{
	struct settings s;
	struct error e = { 0 };

	if (check_int(load(&s, SUPABASE, NEED_SUPABASE, &e), 0)) {
		check_str(s.schema, "public");
		settings_fini(&s);
	}
	if (check_int(load(&s, SUPABASE "SUPABASE_SCHEMA=api\n", NEED_SUPABASE,
			      &e),
		    0)) {
		check_str(s.schema, "api");
		settings_fini(&s);
	}
	check_refused(SUPABASE "SUPABASE_SCHEMA=a,b\n", NEED_SUPABASE,
		"SUPABASE_SCHEMA is not a valid schema name");
}

static void check_key(const char *key, const char *why)
{
	struct buf file = BUF_INIT(10000);
	struct settings s;
	struct error e = { 0 };

	buf_addf(&file, SUPABASE "SUPABASE_SERVICE_ROLE_KEY=%s\n", key);
	if (why) {
		check_refused(buf_str(&file), NEED_SUPABASE, why);
	} else if (check_int(load(&s, buf_str(&file), NEED_SUPABASE, &e), 0)) {
		check_str(s.supabase_key, key);
		settings_fini(&s);
	} else {
		printf("\tfor %s: %s\n", key, e.text);
	}
	buf_fini(&file);
}

static void test_keys(void)
{
	check_key("sb_secret_" SECRET, NULL);
	check_key(JWT_SERVICE, NULL);
	check_key(JWT_ANON, "\"anon\"");
	check_key("sb_publishable_" SECRET, "publishable");
	check_key(SECRET, "neither");
	check_key("a.b.c", "neither");
	check_key("..", "neither");
	check_key("a." SECRET ".c", "neither");
	check_key("'sb_secret_ " SECRET "'", "unexpected character");
	check_key("sb_secret_\xC3\xA9" SECRET, "unexpected character");
}

static void check_notion(const char *line, const char *why)
{
	struct buf file = BUF_INIT(10000);
	struct settings s;
	struct error e = { 0 };

	buf_addf(&file, NOTION "%s\n", line);
	if (why)
		check_refused(buf_str(&file), NEED_NOTION, why);
	else if (check_int(load(&s, buf_str(&file), NEED_NOTION, &e), 0))
		settings_fini(&s);
	else
		printf("\tfor %s: %s\n", line, e.text);
	buf_fini(&file);
}

static void test_notion(void)
{
	check_notion("NOTION_DATABASE_ID=https://www.notion.so/t/L-" HEX "?v=1",
		NULL);
	check_notion("NOTION_DATABASE_ID=Decision-log", "holds no id");
	check_notion("NOTION_DATA_SOURCE_ID=" HEX, NULL);
	check_notion("NOTION_DATA_SOURCE_ID=x", "NOTION_DATA_SOURCE_ID");
	check_notion("NOTION_API_URL=http://evil.example", "NOTION_API_URL");
	check_notion("NOTION_API_URL=http://127.0.0.1:8080", NULL);
	check_notion("SYNC_NOTION_RPM=0", "SYNC_NOTION_RPM is not a whole");
	check_notion("SYNC_NOTION_RPM=10001", "SYNC_NOTION_RPM");
	check_notion("SYNC_NOTION_RPM=10000", NULL);
	check_notion("SYNC_TIMEOUT=1.5", "SYNC_TIMEOUT");
	check_notion("SYNC_RETRIES=-1", "SYNC_RETRIES");
	check_notion("SYNC_RETRIES=0", NULL);
	check_notion("SYNC_MAX_WAIT=86401", "SYNC_MAX_WAIT");
	check_notion("SYNC_MAX_WAIT=0", NULL);
	check_notion("SYNC_JOBS=0", "SYNC_JOBS is not a whole");
	check_notion("SYNC_JOBS=17", "SYNC_JOBS");
	check_notion("SYNC_JOBS=16", NULL);
}

#define TOKEN "SYNC_CONTROL_TOKEN=sixteen-" SECRET "\n"

static void test_private_page(void)
{
	static const char *const files[] = { "", "SYNC_PAGE_PRIVATE=\n",
		"SYNC_PAGE_PRIVATE=0\n", TOKEN "SYNC_PAGE_PRIVATE=1\n" };
	struct settings s;
	struct error e = { 0 };

	for (int i = 0; i < 4; i++) {
		if (!check_int(load(&s, files[i], NEED_SECRETS, &e), 0))
			continue;
		check(s.page_private == (i == 3));
		settings_fini(&s);
	}
	check_refused("SYNC_PAGE_PRIVATE=1\n", NEED_SECRETS,
		"SYNC_CONTROL_TOKEN, which the page asks for then, is not set");
	check_refused(TOKEN "SYNC_PAGE_PRIVATE=yes\n", NEED_SECRETS,
		"SYNC_PAGE_PRIVATE must be 1 or 0");
	/* It is the server's, and stops nobody else. */
	if (check_int(load(&s, "SYNC_PAGE_PRIVATE=yes\n", 0, &e), 0))
		settings_fini(&s);
}

static void test_environment_wins(void)
{
	struct settings s;
	struct error e;

	check_int(
		load(&s, SUPABASE "SUPABASE_TABLE=t1\n", NEED_SUPABASE, &e), 0);
	settings_fini(&s);
	setenv("SUPABASE_TABLE", "t2", 1);
	check_int(settings_load(&s, NEED_SUPABASE, &e), 0);
	check_str(s.table, "t2");
	settings_fini(&s);
	/* Empty wins too: then it is unset, whatever the file says. */
	setenv("SUPABASE_TABLE", "", 1);
	check_int(settings_load(&s, NEED_SUPABASE, &e), 0);
	check_str(s.table, "decision_vault");
	settings_fini(&s);
	setenv("SUPABASE_URL", "", 1);
	check_int(settings_load(&s, NEED_SUPABASE, &e), -1);
	check_has(e.text,
		"SUPABASE_URL is not set: it is empty in the environment");
	unsetenv("SUPABASE_URL");
	unsetenv("SUPABASE_TABLE");
}

/* Some editors put it at the start of a file, and none shows it. */
static void test_byte_order_mark(void)
{
	struct settings s;
	struct error e = { 0 };

	if (check_int(
		    load(&s, "\xEF\xBB\xBF" SUPABASE, NEED_SUPABASE, &e), 0)) {
		check_str(s.supabase_url, "https://abc.supabase.co");
		settings_fini(&s);
	} else {
		printf("\t%s\n", e.text);
	}
	check_int(load(&s, "\xEF\xBB\xBF", 0, &e), 0);
	settings_fini(&s);
	/* Anywhere else it is not part of a name. */
	check_refused(
		"A=1\n\xEF\xBB\xBFSUPABASE_TABLE=t1\n", 0, ":2: not NAME");
}

static void check_mode(mode_t mode, bool loads)
{
	struct settings s;
	struct error e = { 0 };
	int rc;

	check_int(chmod(path, mode), 0);
	rc = settings_load(&s, 0, &e);
	if (!check_int(rc, loads ? 0 : -1))
		printf("\tfor %o: %s\n", (unsigned)mode, e.text);
	if (rc == 0) {
		settings_fini(&s);
		return;
	}
	check_int(e.code, RC_CONFIG);
	check_has(e.text, "can be written by others");
	check_has(e.text, "chmod 600 '/tmp/settings_test.");
}

/* What others may write, others decide. */
static void test_modes(void)
{
	struct settings s;
	struct error e;

	check_int(load(&s, "SYNC_JOBS=2\n", 0, &e), 0);
	settings_fini(&s);
	check_mode(0600, true);
	check_mode(0400, true);
	check_mode(0620, false);
	check_mode(0602, false);
	check_mode(0666, false);
	/* systemd guards the folder of its credentials. */
	setenv("CREDENTIALS_DIRECTORY", "/tmp", 1);
	check_mode(0660, true);
	unsetenv("CREDENTIALS_DIRECTORY");
	check_mode(0600, true);
	setenv("SYNC_ENV_FILE", "/dev/null", 1);
	check_int(settings_load(&s, 0, &e), 0);
	settings_fini(&s);
	setenv("SYNC_ENV_FILE", path, 1);
}

/* Only root can make a file of another user's, and be another user. */
static void test_owners(void)
{
	struct settings s;
	struct error e;

	if (geteuid() != 0) {
		printf("\t(owners: only root can try)\n");
		return;
	}
	check_int(load(&s, "SYNC_JOBS=2\n", 0, &e), 0);
	settings_fini(&s);
	check_int(chown(path, 4242, (gid_t)-1), 0);
	check_int(settings_load(&s, 0, &e), -1);
	check_int(e.code, RC_CONFIG);
	check_has(e.text, "belongs to 4242");
	check_has(e.text, "chown root '/tmp/settings_test.");
	check_int(seteuid(4242), 0);
	check_int(settings_load(&s, 0, &e), 0);
	settings_fini(&s);
	check_int(seteuid(0), 0);
	/* Root's own is good for all who can read it. */
	check_int(chown(path, 0, (gid_t)-1), 0);
	check_int(chmod(path, 0644), 0);
	check_int(seteuid(4242), 0);
	check_int(settings_load(&s, 0, &e), 0);
	settings_fini(&s);
	check_int(seteuid(0), 0);
	check_int(chmod(path, 0600), 0);
}

static void test_folders(void)
{
	struct settings s;
	struct error e;

	check_int(load(&s, "", 0, &e), 0);
	settings_fini(&s);
	setenv("SYNC_LOG_DIR", "/tmp/caf\xE9", 1);
	check_int(settings_load(&s, 0, &e), -1);
	check_int(e.code, RC_CONFIG);
	check_has(e.text, "SYNC_LOG_DIR is not UTF-8");
	setenv("SYNC_LOG_DIR", "/tmp/caf\u00E9", 1);
	check_int(settings_load(&s, 0, &e), 0);
	check_str(s.log_dir, "/tmp/caf\u00E9");
	settings_fini(&s);
	unsetenv("SYNC_LOG_DIR");
}

static void refuse_wait(const char *line, const char *names)
{
	struct settings s;
	struct error e = { 0 };

	check_int(load(&s, line, 0, &e), -1);
	check_int(e.code, RC_CONFIG);
	check_has(e.text, names);
}

/* Wrong words are refused by every program, with the ones that are right. */
static void test_waits(void)
{
	struct settings s;
	struct error e = { 0 };

	check_int(load(&s,
			  "SYNC_HOLD=trash,update:notion\n"
			  "SYNC_DIRECTION=to-notion\nSYNC_SETTLE=2m\n",
			  0, &e),
		0);
	check(s.hold.of[HOLD_TRASH][HOLD_NOTION]);
	check(s.hold.of[HOLD_TRASH][HOLD_SUPABASE]);
	check(s.hold.of[HOLD_UPDATE][HOLD_NOTION]);
	check(!s.hold.of[HOLD_UPDATE][HOLD_SUPABASE]);
	check(!s.hold.of[HOLD_CREATE][HOLD_NOTION]);
	for (enum held_op o = 0; o < HELD_OPS; o++) {
		check(s.direction.of[o][HOLD_SUPABASE]);
		check(!s.direction.of[o][HOLD_NOTION]);
	}
	check_int(s.settle, 120);
	settings_fini(&s);
	check_int(load(&s,
			  "SYNC_HOLD=none\nSYNC_DIRECTION=both\n"
			  "SYNC_SETTLE=0\n",
			  0, &e),
		0);
	check(!s.hold.of[HOLD_TRASH][HOLD_NOTION]);
	check(!s.direction.of[HOLD_TRASH][HOLD_NOTION]);
	check_int(s.settle, 0);
	settings_fini(&s);
	refuse_wait("SYNC_HOLD=delete\n", "create, update, trash, restore");
	refuse_wait("SYNC_HOLD=trash:neon\n", ":notion or :supabase");
	refuse_wait("SYNC_HOLD=trash,\n", "\"\" is not an op");
	refuse_wait("SYNC_HOLD=trash:\n", ":notion or :supabase");
	refuse_wait("SYNC_HOLD=none,trash\n", "\"none\" is not an op");
	refuse_wait("SYNC_DIRECTION=notion\n", "to-notion, to-supabase");
	refuse_wait("SYNC_SETTLE=2h\n", "0 to 1h");
	refuse_wait("SYNC_SETTLE=soon\n", "2m");
}

static void test_no_file(void)
{
	struct settings s;
	struct error e = { 0 };

	setenv("SYNC_ENV_FILE", "/none/.env", 1);
	check_int(settings_load(&s, 0, &e), -1);
	check_int(e.code, RC_CONFIG);
	check_has(e.text, "/none/.env");
	setenv("SYNC_ENV_FILE", path, 1);
}

int main(void)
{
	int fd = mkstemp(path);

	if (fd < 0)
		return 1;
	close(fd);
	setenv("SYNC_ENV_FILE", path, 1);
	run(test_all);
	run(test_only_what_is_needed);
	run(test_lines);
	run(test_wrong_lines);
	run(test_missing);
	run(test_urls);
	run(test_plain_http);
	run(test_schema);
	run(test_keys);
	run(test_notion);
	run(test_private_page);
	run(test_environment_wins);
	run(test_byte_order_mark);
	run(test_modes);
	run(test_owners);
	run(test_folders);
	run(test_waits);
	run(test_no_file);
	unlink(path);
	return test_end();
}
