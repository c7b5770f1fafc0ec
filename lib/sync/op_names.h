/*
 * The ops of a plan, as JSON: what `plan` writes, `apply` carries out and
 * `report` tells. One op is one line; its keys:
 *
 *   n          its number in the plan, from 1
 *   op, target what is done and where: see the enums
 *   row_id, page_id   the pair; absent for a half that is to be made
 *   set        create: all three of decision, type, date (null: empty).
 *              update, restore: the fields to write, no other; to a page also
 *              "date_detail":{"start","end"} where a date is put back with its
 *              time or end (undo).
 *   was        the values that `set` replaces, with "date_detail" where the
 *              date had one
 *   checksum   written as the stored checksum of the target (and, by create
 *              and link, of the row): that of the agreed content
 *   synced     written to notion_synced and Synced; false completes a deletion
 *   agreed     {decision,type,date,checksum,deleted}: the base line that holds
 *              once this op is done; absent where the pair isn't settled by it
 *   reason     why, in a few words for people
 *   code       of a skip, why: vaultsync-streams(5) lists them
 *   failures   how often in a row this record's ops have failed before; of a
 *              result, with this time
 *   match      of a pair that was found by its decision: the rule
 *   conflict   {fields,winner,lost,base,supabase_at,notion_at} where a
 *              conflict was decided by this op, with "resolved" true where a
 *              person has decided all of its fields; {fields,supabase,notion,
 *              base,supabase_at,notion_at} of a skip, where nobody has
 *   expect     what the plan saw, to be found again before a write:
 *              updated_at  of the row (RFC 3339), null where it has none
 *              checksum    of the target's content now
 *              row         {decision,type,date,link,deleted} of the row
 *              page        {decision,type,date,deleted} of the page
 *              and of both {stored_checksum,synced}, only for undo: nothing is
 *              compared with these before a write
 *              A plan of another's making may lack row and page:
 *              vaultsync-streams(5) says what is needed then.
 *
 * The head of a plan has "sources", the two fetch heads, from which `apply`
 * knows the property ids, the options of Type and whether the table has
 * deleted_at; it asks the services for what is missing there.
 */
#ifndef SYNC_OP_NAMES_H
#define SYNC_OP_NAMES_H

#include <stdbool.h>

/* The code of what was answered with success and not kept. */
#define OP_NOT_KEPT "not-kept"
/* The code of a skip because a person has paused the page. */
#define OP_PAUSED "paused"
/* That of what a person has decided, and an edit has overtaken. */
#define OP_NOT_RESOLVED "not-resolved"

enum op_kind {
	OP_CREATE,  /* makes the missing half and links the pair */
	OP_UPDATE,  /* writes the fields in set, checksum, synced (and the link)
		     */
	OP_LINK,    /* row only: link, checksum, synced */
	OP_STAMP,   /* page only: Checksum, Synced */
	OP_TRASH,   /* soft delete */
	OP_RESTORE, /* its undoing, with set where the content changes too */
	OP_ADOPT,   /* base only: records an equal pair, no request */
	OP_SKIP,    /* nothing is written */
	OP_KINDS,
};

enum op_target {
	TARGET_NOTION,
	TARGET_SUPABASE,
	TARGET_BASE,
	TARGET_NONE,
	OP_TARGETS,
};

/* It is one of the two services: an op of it sends requests. */
bool op_target_is_service(enum op_target t);
/* The words in the stream. */
const char *op_kind_name(enum op_kind k);
const char *op_target_name(enum op_target t);
/* -1 for any other word. */
int op_kind_parse(const char *s, enum op_kind *k);
int op_target_parse(const char *s, enum op_target *t);

#endif
