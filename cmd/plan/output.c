#include "output.h"

#include <string.h>

#include <openssl/evp.h>

#include "util/hex.h"
#include "util/humanize.h"
#include "util/stream.h"

const char *conflict_rule_name(enum conflict_rule r)
{
	static const char *const names[] = {
		[RULE_NEWER] = "newer",
		[RULE_SUPABASE] = "supabase",
		[RULE_NOTION] = "notion",
		[RULE_STOP] = "stop",
	};

	return names[r];
}

const char *orphan_rule_name(enum orphan_rule r)
{
	static const char *const names[] = {
		[ORPHANS_KEEP] = "keep",
		[ORPHANS_RESTORE] = "restore",
		[ORPHANS_TRASH] = "trash",
	};

	return names[r];
}

/* --- the plan's id -------------------------------------------------------- */

/* Each text with its NUL, so that no two lists of texts look alike. */
static int digest_text(EVP_MD_CTX *ctx, const char *s)
{
	return s ? EVP_DigestUpdate(ctx, s, strlen(s) + 1)
		 : EVP_DigestUpdate(ctx, "\1", 1);
}

static int digest_op(EVP_MD_CTX *ctx, const struct planned_op *op)
{
	int ok = digest_text(ctx, op_kind_name(op->kind)) &
		 digest_text(ctx, op_target_name(op->target)) &
		 digest_text(ctx, op->row_id) & digest_text(ctx, op->page_id) &
		 digest_text(ctx, op->checksum) & digest_text(ctx, op->code) &
		 digest_text(ctx, op->waits ? op_kind_name(op->would) : NULL) &
		 digest_text(ctx, op->row ? op->row->checksum : NULL) &
		 digest_text(ctx, op->row ? op->row->edited_at : NULL) &
		 digest_text(ctx, op->page ? op->page->checksum : NULL);

	for (enum field f = 0; f < FIELDS; f++)
		if (op->fields & FIELD_BIT(f))
			ok &= digest_text(ctx, field_name(f)) &
			      digest_text(ctx, op->set.value[f]);
	return ok;
}

static int digest_names(EVP_MD_CTX *ctx, const json *names)
{
	int ok = 1;

	for (const json *v = json_first(names); v && ok; v = json_next(v))
		ok = digest_text(ctx, json_key(v)) &
		     digest_text(ctx, json_text(v));
	return ok;
}

static int digest_plan(EVP_MD_CTX *ctx, const struct plan *p)
{
	int ok = EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);

	for (enum side s = 0; s < SIDES && ok; s++)
		ok = digest_text(ctx, json_str(p->sides->scope, side_name(s)));
	ok = ok && digest_names(ctx, json_get(p->sides->scope, "columns"));
	ok = ok && digest_text(ctx, conflict_rule_name(p->policy->conflict)) &&
	     digest_text(ctx, orphan_rule_name(p->policy->orphans)) &&
	     digest_text(ctx, p->undo) &&
	     (p->policy->match == MATCH_NONE ||
		     digest_text(ctx, match_rule_name(p->policy->match)));
	for (size_t i = 0; i < p->ops->n && ok; i++)
		ok = digest_op(ctx, &p->ops->at[i]);
	return ok;
}

void plan_id(const struct plan *p, char id[UUID_SIZE])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char digest[EVP_MAX_MD_SIZE] = { 0 };
	char hex[33];

	/* SHA-256 is part of every OpenSSL; without memory all is lost. */
	if (ctx && digest_plan(ctx, p))
		EVP_DigestFinal_ex(ctx, digest, NULL);
	EVP_MD_CTX_free(ctx);
	*hex_put(hex, digest, 16) = '\0';
	uuid_normalize(hex, id);
}

/* --- the stream ----------------------------------------------------------- */

/* Those that were allowed already belong to it: they trip again. */
void plan_way_on(const struct plan *p, char *out, size_t size)
{
	char command[COMMAND_SIZE], names[100] = "";
	size_t n = 0;

	for (enum guard g = 0; g < GUARDS; g++)
		if (p->guards->tripped[g])
			n += (size_t)snprintf(names + n, sizeof names - n,
				"%s%s", n ? "," : "", guard_name(g));
	if (p->undo)
		snprintf(
			out, size, "plan --undo %s --allow %s", p->undo, names);
	else
		snprintf(out, size, "%s --allow %s",
			humanize_command("scripts/sync-now.sh", command),
			names);
}

bool plan_way_singly(const struct plan *p, char *out, size_t size)
{
	char command[COMMAND_SIZE];

	for (enum guard g = 0; g < GUARDS; g++) {
		if (p->undo || !guard_blocks(p->guards, g) ||
			guard_counts(g) == OP_SKIP)
			continue;
		snprintf(out, size, "%s ID...; its --list shows them",
			humanize_command(
				"scripts/controls.sh approve", command));
		return true;
	}
	return false;
}

/* What each blocking guard counts, so that single ops can be approved. */
static void put_counted(json *head, const struct guards *g)
{
	json *counted = json_array();

	for (enum guard i = 0; i < GUARDS; i++)
		for (enum side s = 0; s < SIDES; s++) {
			json *one;

			if (!guard_blocks(g, i) || !g->counted[i][s])
				continue;
			one = json_add(counted, json_object());
			json_put_str(one, "guard", guard_name(i));
			json_put_str(one, "op", op_kind_name(guard_counts(i)));
			json_put_str(one, "target", side_name(s));
		}
	json_put(head, "counted", counted);
}

static json *allowed_json(const struct waits *w)
{
	json *allowed = json_array();

	for (enum guard i = 0; i < GUARDS; i++)
		if (w->allowed[i])
			json_add(allowed, json_string(guard_name(i)));
	return allowed;
}

static void put_waits(json *head, json *policy, const struct waits *w)
{
	json *held = waits_json(w), *allowed = allowed_json(w);
	char at[TIME_SIZE];

	if (json_count(allowed))
		json_put(policy, "allow", allowed);
	else
		json_free(allowed);
	if (json_count(held))
		json_put(policy, "hold", held);
	else
		json_free(held);
	if (w->settle)
		json_put_int(policy, "settle_seconds", w->settle / USEC_SECOND);
	if (w->approvals && w->approvals->n)
		json_put_str(head, "approved_until",
			time_format(w->approvals->until, at));
}

static void put_guards(json *head, const struct guards *g)
{
	json *blocked = json_put(head, "blocked", json_array());
	json *seen = json_object();

	for (enum guard i = 0; i < GUARDS; i++) {
		if (!g->tripped[i])
			continue;
		if (guard_blocks(g, i))
			json_add(blocked, json_string(guard_name(i)));
		json_put_str(seen, guard_name(i), g->seen[i]);
	}
	json_put(head, "guards", seen);
	if (guards_see_emptiness(g))
		json_put_str(head, "emptied", g->seen[GUARD_EMPTY_SIDE]);
}

static json *plan_head(const struct plan *p)
{
	json *head = stream_head("plan"), *policy = json_object();
	char id[UUID_SIZE], at[TIME_SIZE];

	plan_id(p, id);
	json_put_str(head, "plan_id", id);
	json_put_str(head, "at", time_format(p->at, at));
	json_put(head, "scope", json_copy(p->sides->scope));
	json_put_str(
		policy, "conflict", conflict_rule_name(p->policy->conflict));
	json_put_str(policy, "orphans", orphan_rule_name(p->policy->orphans));
	if (p->policy->match != MATCH_NONE)
		json_put_str(
			policy, "match", match_rule_name(p->policy->match));
	json_put(head, "policy", policy);
	if (p->undo)
		json_put_str(head, "undo", p->undo);
	put_guards(head, p->guards);
	put_counted(head, p->guards);
	put_waits(head, policy, &p->policy->waits);
	json_put(head, "sources", json_copy(p->sides->sources));
	return head;
}

static json *plan_end(const struct plan *p)
{
	json *end = stream_line("end"), *totals;
	struct totals t;

	op_list_count(p->ops, &t);
	totals = json_put(end, "totals", totals_json(&t));
	json_put_int(totals, "live_pairs", (int64_t)p->live_pairs);
	return end;
}

int plan_write(const struct plan *p, FILE *out, struct error *e)
{
	struct stream_writer w;
	int rc;

	stream_writer_init(&w, out);
	rc = stream_write(&w, plan_head(p), e);
	for (size_t i = 0; i < p->ops->n && rc == 0; i++)
		rc = stream_write(&w, op_line(&p->ops->at[i], i + 1), e);
	if (rc == 0)
		rc = stream_write_end(&w, plan_end(p), true, e);
	stream_writer_fini(&w);
	return rc;
}
