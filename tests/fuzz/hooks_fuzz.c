/*
 * Calls of the two services: the parts "signature" (the header; "right": what
 * belongs to the body), "authorization", "door" (where it is open), and "body",
 * which comes in pieces of any size. A call that is signed rightly is noted; no
 * other is.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "../../cmd/health-server/hooks.h"
#include "util/hex.h"

#define SECRET "a-secret-of-notion"
#define BEARER "a-secret-of-supabase"
#define SIGNATURE_SIZE 80

static struct settings settings;

static void begin(void)
{
	static char notion[] = SECRET, supabase[] = BEARER;

	if (!settings.state_dir)
		settings = (struct settings){ .state_dir = fuzz_path("state"),
			.hook_notion = notion,
			.hook_supabase = supabase };
	mkdir(settings.state_dir, 0700);
	fuzz_clear("state");
}

static bool is_there(const char *name)
{
	char *path = fuzz_path(name);
	bool there = access(path, F_OK) == 0;

	free(path);
	return there;
}

/* Signed in another way than the server checks it. */
static void sign(const struct part *body, char out[SIGNATURE_SIZE])
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	HMAC(EVP_sha256(), SECRET, (int)strlen(SECRET),
		(const unsigned char *)body->text, body->len, mac, &len);
	memcpy(out, "sha256=", 7);
	*hex_put(out + 7, mac, len) = '\0';
}

static bool take_body(struct intake *in, const struct part *body, size_t piece)
{
	for (size_t at = 0; at < body->len; at += piece) {
		size_t n = body->len - at < piece ? body->len - at : piece;

		if (intake_add(in, body->text + at, n) < 0)
			return false;
	}
	return true;
}

/* What is answered, and which files were made. */
static unsigned call_notion(const char *header, const struct part *body,
	size_t piece, bool right, bool *in_full)
{
	struct hooks h;
	struct intake in;
	struct answer a;
	unsigned status = 413;

	hooks_init(&h, &settings);
	intake_init(&in);
	answer_init(&a);
	hook_notion_reads(&h, header, &in);
	if (take_body(&in, body, piece)) {
		hook_notion(&h, &in, &a);
		status = a.status;
		must((status == 202) == right);
		must(is_there("state/wake") == right);
	}
	*in_full = is_there("state/wake-full");
	answer_fini(&a);
	intake_fini(&in);
	fuzz_clear("state");
	return status;
}

static void check_notion(const uint8_t *data, size_t size)
{
	struct part p = fuzz_part(data, size, "signature");
	struct part body = fuzz_part(data, size, "body");
	char *header = fuzz_text(p.text, p.len), signature[SIGNATURE_SIZE];
	bool right, full, again;
	unsigned status;

	header[strcspn(header, "\r\n")] = '\0';
	sign(&body, signature);
	right = strcmp(header, "right") == 0 || strcmp(header, signature) == 0;
	if (fuzz_has_part(data, size, "door") && !right)
		free(fuzz_file("state/hook-setup", "", 0));
	status = call_notion(right     ? signature
			     : *header ? header
				       : NULL,
		&body, body.len + 1, right, &full);
	if (fuzz_has_part(data, size, "door") && !right)
		free(fuzz_file("state/hook-setup", "", 0));
	must(call_notion(right	   ? signature
			 : *header ? header
				   : NULL,
		     &body, 1 + body.len % 7, right, &again) == status);
	must(full == again);
	must(!full || right);
	free(header);
}

static void check_supabase(const uint8_t *data, size_t size)
{
	struct part p = fuzz_part(data, size, "authorization");
	char *header = fuzz_text(p.text, p.len);
	struct hooks h;
	struct answer a;
	bool right;

	header[strcspn(header, "\r\n")] = '\0';
	right = strlen(header) >= strlen("Bearer " BEARER) &&
		strcmp(header + strlen(header) - strlen(BEARER), BEARER) == 0;
	hooks_init(&h, &settings);
	answer_init(&a);
	must(hook_supabase_reads(&h, header) ? right : true);
	hook_supabase(&h, header, &a);
	must((a.status == 202) == hook_supabase_reads(&h, header));
	must(is_there("state/wake") == (a.status == 202));
	answer_fini(&a);
	free(header);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	begin();
	check_notion(data, size);
	check_supabase(data, size);
	return 0;
}
