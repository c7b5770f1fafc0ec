/*
 * The id of a plan: what it would do, and to what. Two plans that would do the
 * same to records that hold the same have one id, in whatever order the
 * services have listed them and whenever these were edited; anything else that
 * is done, or written over, makes it another one, and so does a guard that
 * trips for one plan alone. So whoever allows a plan by its id allows what was
 * seen, and no more.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "output.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/hex.h"
#include "util/stream.h"

#define DIGEST_BYTES 32

struct digest {
	unsigned char bytes[DIGEST_BYTES];
};

/*
 * A text between a 1 and its NUL, and a 0 where there is none, so that no two
 * lists of texts look alike.
 */
static int add_text(EVP_MD_CTX *ctx, const char *s)
{
	return s ? EVP_DigestUpdate(ctx, "\1", 1) &
			       EVP_DigestUpdate(ctx, s, strlen(s) + 1)
		 : EVP_DigestUpdate(ctx, "", 1);
}

static int add_flag(EVP_MD_CTX *ctx, bool flag)
{
	return add_text(ctx, flag ? "+" : "-");
}

static int add_json(EVP_MD_CTX *ctx, const json *v)
{
	/* It was in a line. */
	struct buf text = BUF_INIT(2 * (size_t)STREAM_LINE_MAX);
	int ok = !v || json_print(v, &text) == 0;

	ok = ok && add_text(ctx, v ? buf_str(&text) : NULL);
	buf_fini(&text);
	return ok;
}

/* What is there now, to the letter: it is written over, or the op rests on it.
 */
static int add_half(EVP_MD_CTX *ctx, const struct record *r)
{
	int ok = 1;

	if (!r)
		return add_text(ctx, NULL);
	for (enum field f = 0; f < FIELDS; f++)
		ok &= add_text(ctx, r->is.value[f]);
	return ok & add_flag(ctx, r->deleted) & add_text(ctx, r->link) &
	       add_json(ctx, r->date_detail);
}

/* What is written. */
static int add_set(EVP_MD_CTX *ctx, const struct planned_op *op)
{
	int ok = 1;

	for (enum field f = 0; f < FIELDS; f++)
		if (op->fields & FIELD_BIT(f))
			ok &= add_text(ctx, field_name(f)) &
			      add_text(ctx, op->set.value[f]);
	ok &= add_json(ctx, op->set_detail);
	if (op->marks)
		ok &= add_text(ctx, op->checksum) & add_flag(ctx, op->synced);
	if (op->settles)
		ok &= add_text(ctx, op->agreed_checksum) &
		      add_flag(ctx, op->agreed.deleted);
	return ok;
}

static int add_conflict(EVP_MD_CTX *ctx, const struct planned_op *op)
{
	int ok = 1;

	for (enum field f = 0; f < FIELDS; f++)
		if (op->conflict & FIELD_BIT(f))
			ok &= add_text(ctx, field_name(f));
	return ok & add_text(ctx, op->undecided ? NULL : side_name(op->winner));
}

static int add_op(EVP_MD_CTX *ctx, const struct planned_op *op)
{
	int ok = add_text(ctx, op_kind_name(op->kind)) &
		 add_text(ctx, op_target_name(op->target)) &
		 add_text(ctx, op->row_id) & add_text(ctx, op->page_id) &
		 add_text(ctx, op->code) & add_text(ctx, op->match) &
		 add_set(ctx, op) & add_half(ctx, op->row) &
		 add_half(ctx, op->page);

	if (op->waits)
		ok &= add_text(ctx, op_kind_name(op->would)) &
		      add_text(ctx, op_target_name(op->would_target));
	return op->conflict ? ok & add_conflict(ctx, op) : ok;
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, DIGEST_BYTES);
}

/* One op after another, in an order that only they decide. */
static int add_ops(EVP_MD_CTX *ctx, EVP_MD_CTX *one, const struct op_list *ops)
{
	struct digest *all = xcalloc(ops->n ? ops->n : 1, sizeof *all);
	int ok = 1;

	for (size_t i = 0; i < ops->n && ok; i++)
		ok = EVP_DigestInit_ex(one, EVP_sha256(), NULL) &&
		     add_op(one, &ops->at[i]) &&
		     EVP_DigestFinal_ex(one, all[i].bytes, NULL);
	qsort(all, ops->n, sizeof *all, by_bytes);
	ok = ok && EVP_DigestUpdate(ctx, all, ops->n * sizeof *all);
	free(all);
	return ok;
}

static int add_names(EVP_MD_CTX *ctx, const json *names)
{
	int ok = 1;

	for (const json *v = json_first(names); v && ok; v = json_next(v))
		ok = add_text(ctx, json_key(v)) & add_text(ctx, json_text(v));
	return ok;
}

static int add_rules(EVP_MD_CTX *ctx, const struct plan *p)
{
	int ok = 1;

	for (enum side s = 0; s < SIDES && ok; s++)
		ok = add_text(ctx, json_str(p->sides->scope, side_name(s)));
	return ok && add_names(ctx, json_get(p->sides->scope, "columns")) &&
	       add_text(ctx, conflict_rule_name(p->policy->conflict)) &&
	       add_text(ctx, orphan_rule_name(p->policy->orphans)) &&
	       add_text(ctx, match_rule_name(p->policy->match)) &&
	       add_text(ctx, plan_undone(p));
}

/* Whether they are allowed or not: that is what the id is asked for. */
static int add_guards(EVP_MD_CTX *ctx, const struct guards *g)
{
	int ok = 1;

	for (enum guard i = 0; i < GUARDS; i++)
		if (g->tripped[i])
			ok &= add_text(ctx, guard_name(i));
	return ok & add_text(ctx, NULL);
}

void plan_id(const struct plan *p, char id[UUID_SIZE])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new(), *one = EVP_MD_CTX_new();
	unsigned char digest[EVP_MAX_MD_SIZE] = { 0 };
	char hex[33];

	/* SHA-256 is part of every OpenSSL; without memory all is lost. */
	if (ctx && one && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) &&
		add_rules(ctx, p) && add_guards(ctx, p->guards) &&
		add_ops(ctx, one, p->ops))
		EVP_DigestFinal_ex(ctx, digest, NULL);
	EVP_MD_CTX_free(one);
	EVP_MD_CTX_free(ctx);
	*hex_put(hex, digest, 16) = '\0';
	uuid_normalize(hex, id);
}
