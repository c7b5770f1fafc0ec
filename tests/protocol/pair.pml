/*
 * The protocol of writing, for one pair: a row and its page, in sync at first.
 * Two runs, two people, crashes. README.md says what is modelled, what is left
 * out and why that is enough; protocol.sh checks it, whole and crippled.
 *
 * A comment "code: FILE FUNCTION, ..." names what a step is; protocol.sh demands
 * that these functions are in these files.
 *
 * Each of these takes one protection out: NO_JOURNAL NO_CONDITION NO_LOOK NO_LOCK
 * NO_SUM NO_SUM_IN_LOOK NO_LOOK_BEFORE_AGREEING. STRICT_WINDOW, STRICT_LISTING and
 * SAME_MINUTE show the three windows that Notion's API leaves open.
 * Sizes: EVENTS RUNS CRASHES.
 */
#ifndef EVENTS
#define EVENTS 2 /* what people do, in all */
#endif
#ifndef RUNS
#define RUNS 2 /* of each of the two runners, while people work */
#endif
#ifndef CRASHES
#define CRASHES 1
#endif
#define MACHINES 1 /* state folders */
#define TAGS (EVENTS + 1)
#define QUIET_RUNS 4

/*
 * v: the content, one field; its checksum is v itself. d: deleted, or in the
 * trash. sum: the stored checksum. mark: notion_synced, of the row.
 * Ghosts: t and pt are the numbers of the edits that v and d come from.
 */
typedef Half { byte v; byte t; bit d; byte pt; byte sum; bit mark }

Half row, page;
Half listed; /* the page as Notions listing shows it, a minute or two old */

/*
 * The pair's line: base and journal, which are read as one.
 * code: lib/sync/base_pair.h base_pair, lib/sync/base.c base_load_with
 */
typedef Line {
	bit known; byte rv; bit rd; byte pv; bit pd; /* held[] */
	byte chk; byte rsum; byte psum;
	bit sent; bit to; byte srv; bit srd; byte spv; bit spd; byte schk
}

Line base[MACHINES];
bit lock[MACHINES];
byte crashes = CRASHES;
byte edits; /* people's edits so far */
bit quiet;  /* people have stopped, and so have crashes */
bit idle;   /* the last run has planned nothing */

#define SUPABASE 0
#define NOTION 1
#define NONE 0
#define UPDATE 1
#define TRASH 2
#define RESTORE 3
#define LINK 4
#define STAMP 5
#define ADOPT 6
#define NO_BASE 0
#define CHECKSUM 1
#define SETTLED 2
#define FIELDS 3
#define BY_BOTH 0
#define BY_ROW 1
#define BY_PAGE 2
#define BY_NEITHER 3

hidden Half none;
hidden Line nothing;

/* --- ghosts: what makes an overwrite lawful --------------------------------
 * Every edit has a number; anc[] are the edits that its author had before them,
 * as far as they stood on that half. Content that we write may replace what its
 * author knew, and what the op records as a conflict's loser. An edit that was
 * taken back before it had arrived anywhere is no edit (section 4).
 */
bit no_lost_edit = 1, no_lost_deletion = 1, no_deletion_without_proof = 1, convergence = 1;
byte anc[TAGS];
byte parent[TAGS];
byte value[TAGS];
bit back[TAGS];    /* it restores what was there before its parent */
bit landed[TAGS];  /* it has been written to the other half */
bit hasty[TAGS];   /* made between a look at the page and the PATCH */
bit touched[MACHINES]; /* a person has touched the page since `sent` was noted */
bit window[2];     /* that runner has looked and not sent yet */

#define KNEW(new, old) (new == old || (anc[new] >> old) & 1)
#define NO_EDIT(new, old) \
	(back[old] && !landed[parent[old]] && KNEW(new, parent[parent[old]]))
#ifdef STRICT_WINDOW
#define EXCUSED(old) false
#else
#define EXCUSED(old) hasty[old]
#endif

inline arrives(half, new_v, new_t, loser_v, is_conflict) {
	if
	:: half.v != new_v ->
		no_lost_edit = KNEW(new_t, half.t) || NO_EDIT(new_t, half.t) ||
			(is_conflict && half.v == loser_v) || EXCUSED(half.t);
		assert(no_lost_edit);
		landed[new_t] = 1
	:: else
	fi;
	anc[new_t] = anc[new_t] | anc[half.t] | (1 << half.t);
	anc[new_t] = anc[new_t] & ~(1 << new_t);
	half.v = new_v; half.t = new_t
}

/* NO DELETION WITHOUT PROOF: the other half's deletion is a person's, who knew
 * of this half being there. */
inline is_deleted(half, source) {
	if
	:: !half.d ->
		no_deletion_without_proof = source.d && source.pt != 0 &&
			(KNEW(source.pt, half.pt) || NO_EDIT(source.pt, half.pt) ||
				EXCUSED(half.pt) || blind);
		assert(no_deletion_without_proof);
		landed[source.pt] = 1;
		anc[source.pt] = (anc[source.pt] | anc[half.pt] | (1 << half.pt)) &
			~(1 << source.pt);
		half.pt = source.pt; half.d = 1
	:: else
	fi
}

/* NO LOST DELETION: only for an undelete, or for an edit, which wins. */
inline is_revived(half, source) {
	if
	:: half.d ->
		no_lost_deletion = !source.d &&
			(KNEW(source.pt, half.pt) || NO_EDIT(source.pt, half.pt) ||
				!KNEW(half.t, source.t) || EXCUSED(half.pt));
		assert(no_lost_deletion);
		landed[source.pt] = 1;
		anc[source.pt] = (anc[source.pt] | anc[half.pt] | (1 << half.pt)) &
			~(1 << source.pt);
		half.pt = source.pt; half.d = 0
	:: else
	fi
}

/* For who reads a counterexample; nothing else. */
#define SHOW(what) printf(what); \
	printf(": row %d%c page %d%c\n", row.v, (row.d -> 'x' : ' '), page.v, (page.d -> 'x' : ' '))
#define STEP(what) printf("  run %d ", me); SHOW(what)

#define TELL_LINE printf("    line: known %d, row %d, page %d, sums %d %d %d, sent %d\n", \
	l.known, l.rv, l.pv, l.chk, l.rsum, l.psum, l.sent)

/* --- people ---------------------------------------------------------------- */

inline edit_content(half, other, is_back) {
	edits++;
	anc[edits] = anc[half.t] | (1 << half.t) |
		(other.v == half.v -> anc[other.t] | (1 << other.t) : 0);
	parent[edits] = half.t;
	back[edits] = is_back && value[parent[half.t]] == 1;
	value[edits] = (is_back -> 1 : edits + 1);
	half.v = value[edits]; half.t = edits
}

inline edit_presence(half, other) {
	edits++;
	anc[edits] = anc[half.pt] | (1 << half.pt) |
		(other.d == half.d -> anc[other.pt] | (1 << other.pt) : 0);
	parent[edits] = half.pt;
	back[edits] = (half.pt != 0);
	half.d = 1 - half.d; half.pt = edits
}

inline touch_page() {
	hasty[edits] = window[0] || window[1];
	touched[0] = base[0].sent && base[0].to == NOTION
}

proctype person_in_supabase() {
	do
	:: atomic { edits < EVENTS && !row.d -> d_step { edit_content(row, page, 0) };
		SHOW("a person edits the row") }
#ifndef NO_BACK
	:: atomic { edits < EVENTS && !row.d && row.v != 1 ->
		d_step { edit_content(row, page, 1) };
		SHOW("a person edits the row back") }
#endif
	:: atomic { edits < EVENTS -> d_step { edit_presence(row, page) };
		SHOW("a person deletes the row, or brings it back") }
	:: break
	od
}

proctype person_in_notion() {
	do
	:: atomic { edits < EVENTS && !page.d ->
		d_step { edit_content(page, row, 0); touch_page() };
		SHOW("a person edits the page") }
#ifndef NO_BACK
	:: atomic { edits < EVENTS && !page.d && page.v != 1 ->
		d_step { edit_content(page, row, 1); touch_page() };
		SHOW("a person edits the page back") }
#endif
	:: atomic { edits < EVENTS -> d_step { edit_presence(page, row); touch_page() };
		SHOW("a person moves the page to the trash, or out of it") }
	:: break
	od
}

inline copy_half(TO, FROM) {
	TO.v = FROM.v; TO.t = FROM.t; TO.d = FROM.d; TO.pt = FROM.pt;
	TO.sum = FROM.sum; TO.mark = FROM.mark
}

#define IS_LISTED (listed.v == page.v && listed.t == page.t && listed.d == page.d && \
	listed.pt == page.pt && listed.sum == page.sum)

/* The listing follows the page when it will. */
proctype index() {
	do
	:: atomic { !quiet && !IS_LISTED -> d_step { copy_half(listed, page) };
		SHOW("Notions listing shows the page as it is") }
	:: atomic { quiet -> break }
	od
}

/* --- plan ------------------------------------------------------------------ */

#define l base[f]
#define EXPLAINS(stored, own) (stored == l.chk || stored == own || \
	(l.known && (stored == l.rv || stored == l.pv)) || \
	(l.sent && (stored == l.schk || stored == l.srv || stored == l.spv)))
/* code: cmd/plan/merge_base.c find_fields, lib/sync/base_pair.c base_explains */
#define TRUSTED (EXPLAINS(r.sum, l.rsum) && EXPLAINS(g.sum, l.psum))

/* code: cmd/plan/merge_base.c has_arrived */
inline has_arrived() {
	if
	:: l.to == SUPABASE ->
		arrived = (r.d == l.srd && (r.v == l.srv || (l.known && l.srv == l.rv))) ||
			(l.srd && (r.d || !r.mark)) ||
			(!l.srd && r.sum == l.schk && r.sum != l.rsum && r.sum != l.chk)
	:: else ->
		arrived = (g.d == l.spd && (g.v == l.spv || (l.known && l.spv == l.pv))) ||
			(l.spd && (g.d || (touched[f] && !same_minute))) ||
			(!l.spd && g.sum == l.schk && g.sum != l.psum && g.sum != l.chk)
	fi
}

/* code: cmd/plan/merge_base.c find_checksum */
inline find_checksum() {
	if
	:: r.sum == g.sum -> kind = CHECKSUM; one = r.sum
	:: else ->
		if
		:: r.v == r.sum && g.v == g.sum -> kind = SETTLED
		:: else ->
			if
			:: r.v == g.sum -> kind = CHECKSUM; one = g.sum
			:: r.v != g.sum && g.v == r.sum -> kind = CHECKSUM; one = r.sum
			:: else -> kind = NO_BASE
			fi
		fi
	fi
}

/* code: cmd/plan/merge_base.c merge_base_find */
inline find_base() {
	arrived = 0; kind = NO_BASE; one = 0;
	if
	:: l.sent && TRUSTED -> has_arrived()
	:: else
	fi;
	if
	:: TRUSTED && arrived -> kind = FIELDS; hrv = l.srv; hrd = l.srd; hpv = l.spv; hpd = l.spd
	:: TRUSTED && !arrived && l.known -> kind = FIELDS; hrv = l.rv; hrd = l.rd; hpv = l.pv; hpd = l.pd
	:: else -> find_checksum()
	fi
}

/* Who changed it: by. code: cmd/plan/merge.c who_changed */
inline find_changed() {
	by = BY_BOTH;
	if
	:: kind == SETTLED -> by = BY_NEITHER
	:: kind == CHECKSUM && (r.v == one) != (g.v == one) -> by = (g.v == one -> BY_ROW : BY_PAGE)
	:: kind == FIELDS && r.v == hrv && g.v == hpv -> by = BY_NEITHER
	:: kind == FIELDS && r.v == hrv && g.v != hpv -> by = BY_PAGE
	:: kind == FIELDS && r.v != hrv && g.v == hpv -> by = BY_ROW
	:: else
	fi
}

/* code: cmd/plan/merge.c merge_pair */
inline merge() {
	from_page = 0; writes = 0; conflict = 0; alone = 0;
	if
	:: r.v != g.v ->
		find_changed();
		alone = (by == BY_NEITHER);
		conflict = (by == BY_BOTH);
		writes = !alone;
		from_page = (by == BY_PAGE || (conflict && page_wins))
	:: else
	fi
}

/*
 * A page op, a row op, a link and a stamp, in this order.
 * code: cmd/plan/emit.c emit_live emit_rest, cmd/plan/emit_parts.c row_is_stale
 */
inline live(revives_page, revives_row) {
	v = (from_page -> g.v : r.v);
	t = (from_page -> g.t : r.t);
	page_op = (revives_page -> RESTORE : (writes && !from_page -> UPDATE : NONE));
	row_op = (revives_row -> RESTORE : (writes && from_page -> UPDATE : NONE));
	page_sets = writes && !from_page;
	row_sets = writes && from_page;
	mark = 1;
	if
	:: alone ->
		/* as standing_sum() has it, and no agreement */
		sum_page = g.sum; sum_row = r.sum;
		link = revives_page && !r.mark
	:: else ->
		sum_page = v; sum_row = v;
		link = row_op == NONE && (r.sum != v || !r.mark);
		stamp = page_op == NONE && g.sum != v;
		adopt = page_op == NONE && row_op == NONE && !link && !stamp &&
			!(l.known && !l.sent && l.chk == v && l.rv == v && l.pv == v &&
			  !l.rd && !l.pd)
	fi
}

/* code: cmd/plan/emit_gone.c emit_trash */
inline trash() {
	if
	:: g.d -> row_op = TRASH; v = r.v; t = r.t; sum_row = r.v; mark = 0
	:: else ->
		page_op = TRASH; v = g.v; t = g.t; sum_row = g.v; mark = 0;
		link = r.sum != g.v || r.mark; dead = 1
	fi
}

/* code: cmd/plan/decide.c decide_half_deleted */
inline half_deleted() {
	changed = (r.v != g.v);
	if
	:: changed && kind == FIELDS -> changed = (r.d -> g.v != hpv : r.v != hrv)
	:: changed && kind == CHECKSUM -> changed = (r.d -> g.v != one : r.v != one)
	:: else
	fi;
	if
	:: kind != FIELDS -> came_back = !r.mark; not_kept = 0
	:: else ->
		came_back = (r.d -> hpd : hrd);
		not_kept = !came_back && !changed && (r.d -> hrd : hpd)
	fi;
	if
	:: not_kept -> skip
	:: !not_kept && came_back -> merge(); live(!r.d, r.d)
	:: !not_kept && !came_back && changed ->
		/* code: cmd/plan/merge.c merge_take */
		writes = 1; from_page = r.d; alone = 0; conflict = 0;
		live(!r.d, r.d)
	:: else -> trash()
	fi;
	changed = 0; came_back = 0; not_kept = 0
}

/* code: cmd/plan/emit_gone.c emit_deleted */
inline both_deleted() {
	v = (r.v == g.v -> r.v : (kind == FIELDS -> hpv : 0));
	mark = 0; dead = 1;
	sum_row = (v != 0 -> v : r.sum);
	link = r.mark;
	adopt = !link && v != 0 &&
		!(l.known && !l.sent && l.chk == v && l.rv == v && l.pv == v && l.rd && l.pd)
}

/* code: cmd/plan/decide.c decide_pair */
inline make_plan() {
	find_base();
	if
	:: r.d && g.d -> both_deleted()
	:: r.d != g.d -> half_deleted()
	:: else -> merge(); live(0, 0)
	fi;
	idle = (page_op == NONE && row_op == NONE && !link && !stamp && !adopt);
	kind = 0; one = 0; hrv = 0; hrd = 0; hpv = 0; hpd = 0; by = 0; arrived = 0;
	writes = 0; from_page = 0; alone = 0
}

/* --- apply: the journal ----------------------------------------------------- */

inline copy_line(TO, FROM) {
	TO.known = FROM.known; TO.rv = FROM.rv; TO.rd = FROM.rd; TO.pv = FROM.pv;
	TO.pd = FROM.pd; TO.chk = FROM.chk; TO.rsum = FROM.rsum; TO.psum = FROM.psum;
	TO.sent = FROM.sent; TO.to = FROM.to; TO.srv = FROM.srv; TO.srd = FROM.srd;
	TO.spv = FROM.spv; TO.spd = FROM.spd; TO.schk = FROM.schk
}

inline clear_sent() {
	l.sent = 0; l.to = 0; l.srv = 0; l.srd = 0; l.spv = 0; l.spd = 0; l.schk = 0
}

inline clear_line() {
	l.known = 0; l.rv = 0; l.rd = 0; l.pv = 0; l.pd = 0; l.chk = 0;
	l.rsum = 0; l.psum = 0
}

/*
 * The line as this op finds it, in place; `was` keeps the one that was there.
 * code: cmd/apply/known.c find_line resolve_sent
 */
inline find_line() {
	copy_line(was, l);
	if
	:: !noted && !TRUSTED -> clear_line(); clear_sent(); copy_line(was, l)
	:: !noted && TRUSTED && l.sent ->
		if
		:: l.to == SUPABASE ->
			arrived = (l.srd -> r.d :
				(r.d == l.srd && r.v == l.srv) ||
				(r.sum == l.schk && r.sum != l.rsum && r.sum != l.chk))
		:: else ->
			arrived = (l.spd -> g.d :
				(g.d == l.spd && g.v == l.spv) ||
				(g.sum == l.schk && g.sum != l.psum && g.sum != l.chk))
		fi;
		if
		:: arrived -> l.known = 1; l.rv = l.srv; l.rd = l.srd; l.pv = l.spv; l.pd = l.spd
		:: else
		fi;
		arrived = 0
	:: else
	fi;
	clear_sent()
}

/*
 * What both halves are known to hold once the target is as (av, ad); `may`: it
 * can be said. code: cmd/apply/known.c halves_after
 */
inline halves_after(WHICH, KIND, TO_D, WRITES, THEN) {
	may = 1;
	sv = (WHICH == SUPABASE -> g.v : r.v); sd = (WHICH == SUPABASE -> g.d : r.d);
	hrv = l.rv; hrd = l.rd; hpv = l.pv; hpd = l.pd;
	if
	:: KIND == TRASH && sd -> hrv = av; hpv = av; hrd = 1; hpd = 1
	:: KIND == LINK && dead -> hrv = v; hpv = v; hrd = 1; hpd = 1; may = (v != 0)
	:: KIND == ADOPT -> hrv = v; hpv = v; hrd = dead; hpd = dead
	:: else ->
		if
		:: av == sv && TO_D == sd -> hrv = av; hpv = av; hrd = TO_D; hpd = TO_D
		:: !(av == sv && TO_D == sd) && l.known ->
			if
			:: WRITES && av == sv -> hrv = av; hpv = av
			:: else
			fi;
			if
			:: TO_D == sd -> hrd = TO_D; hpd = TO_D
			:: else
			fi
		:: !(av == sv && TO_D == sd) && !l.known && THEN ->
			hrv = sv; hpv = sv; hrd = 0; hpd = 0
		:: else -> may = 0
		fi
	fi;
	sv = 0; sd = 0; av = 0; ad = 0
}

inline clear_halves() { hrv = 0; hrd = 0; hpv = 0; hpd = 0; may = 0 }

/* Before a write. code: cmd/apply/known.c known_sent note_sent */
inline note_sent(SIDE, OP, AD, SETS, LATER, SUM_SENT) {
#ifndef NO_JOURNAL
	find_line();
	halves_after(SIDE, OP, AD, SETS, LATER);
	if
	:: may ->
		l.rsum = r.sum; l.psum = g.sum;
		l.sent = 1; l.to = SIDE; l.schk = SUM_SENT;
		l.srv = hrv; l.srd = hrd; l.spv = hpv; l.spd = hpd;
		touched[f] = 0; sent = 1
	:: else -> copy_line(l, was)
	fi;
	clear_halves()
#else
	skip
#endif
}

/* code: cmd/apply/known.c known_revived */
inline note_revived(SUM_SENT) {
#ifndef NO_JOURNAL
	find_line();
	l.sent = 1; l.to = NOTION; l.schk = SUM_SENT;
	l.spv = g.v; l.srv = (l.known -> l.rv : g.v); l.srd = 0; l.spd = 0;
	l.rsum = r.sum; l.psum = g.sum;
	touched[f] = 0; sent = 1
#else
	skip
#endif
}

/* After it, by its answer. code: cmd/apply/known.c known_note note_done */
inline note_done(SIDE, OP, SETS, LATER) {
	if
	:: !sent -> find_line()
	:: else -> clear_sent()
	fi;
	av = (SIDE == SUPABASE -> r.v : g.v);
	ad = (SIDE == SUPABASE -> r.d : g.d);
	halves_after(SIDE, OP, ad, SETS, LATER);
	if
	:: may ->
		l.known = 1; l.rv = hrv; l.rd = hrd; l.pv = hpv; l.pd = hpd;
		l.rsum = r.sum; l.psum = g.sum; noted = 1;
		if
		:: hrv == hpv && hrd == hpd -> l.chk = hrv
		:: else
		fi
	:: else ->
		if
		:: sent -> skip
		:: else -> copy_line(l, was)
		fi
	fi;
	sent = 0; clear_halves(); copy_line(was, nothing);
	TELL_LINE
}

/* Certainly not written. code: cmd/apply/known.c note_failed */
inline note_failed() {
	if
	:: sent -> copy_line(l, was); sent = 0
	:: else
	fi;
	copy_line(was, nothing)
}

/* --- apply: the looks and the writes ---------------------------------------- */

/* Values, presence, and the stored checksum: who has synced the pair meanwhile has
 * changed that, even where a person has put the values back.
 * code: cmd/apply/seen.c row_is_as_seen page_is_as_seen */
#if defined(NO_LOOK)
#define ROW_IS_AS_SEEN true
#define PAGE_IS_AS_SEEN true
#elif defined(NO_SUM_IN_LOOK)
#define ROW_IS_AS_SEEN (row.v == r.v && row.d == r.d)
#define PAGE_IS_AS_SEEN (page.v == g.v && page.d == g.d)
#else
#define ROW_IS_AS_SEEN (row.v == r.v && row.d == r.d && row.sum == r.sum)
#define PAGE_IS_AS_SEEN (page.v == g.v && page.d == g.d && page.sum == g.sum)
#endif
/* Of the row's PATCH, which is atomic: updated_at and the values; or, after a look,
 * the values. code: cmd/apply/rows.c add_condition try_patch patch_after_a_look */
#define UPDATED_AT_IS_AS_SEEN (row.v == r.v && row.d == r.d && row.t == r.t && row.pt == r.pt)
#if defined(NO_CONDITION)
#define CONDITION true
#elif defined(NO_LOOK)
#define CONDITION (row.v == r.v && row.d == r.d)
#else
#define CONDITION (UPDATED_AT_IS_AS_SEEN || ROW_IS_AS_SEEN)
#endif
#ifdef NO_SUM
#define SUM(half, new) half.sum
#else
#define SUM(half, new) new
#endif

/* Reading changes nothing: a crash after a look is one after the step before. */
#define MAY_CRASH \
	if \
	:: crashes > 0 && !quiet -> crashes--; STEP("IS KILLED"); goto out \
	:: true \
	fi

/* Ghosts: what is written now stands for what was just seen. */
#ifdef NO_LOOK
#define SIGHT_OF_ROW skip
#define SIGHT_OF_PAGE skip
#else
#define SIGHT_OF_ROW r.pt = row.pt; t = (page_sets -> row.t : t)
#define SIGHT_OF_PAGE g.t = page.t; g.pt = page.pt; t = (row_sets -> page.t : t)
#endif
/* code: cmd/apply/recheck.c recheck_row */
#define LOOK_AT_ROW atomic { \
	if \
	:: ROW_IS_AS_SEEN -> SIGHT_OF_ROW; STEP("looks at the row") \
	:: else -> goto out \
	fi }
/* code: cmd/apply/recheck.c recheck_page page_still_says_so */
#define LOOK_AT_PAGE atomic { \
	if \
	:: PAGE_IS_AS_SEEN -> SIGHT_OF_PAGE; STEP("looks at the page") \
	:: else -> goto out \
	fi }
/* The same before the page is written: its window opens.
 * code: cmd/apply/pages.c try_properties try_trash is_as_planned */
#define LOOK_BEFORE_PATCH atomic { \
	if \
	:: PAGE_IS_AS_SEEN -> SIGHT_OF_PAGE; window[me] = 1; STEP("looks at the page") \
	:: else -> goto out \
	fi }

inline saw_page() { copy_half(g, page); window[me] = 0 }
inline saw_row() { copy_half(r, row) }

/*
 * One run: read, plan, lock, write.
 * code: cmd/apply/execute.c do_op settle, cmd/apply/op_chain.c op_hand_on op_supersede
 */
proctype runner(byte me; byte f; byte runs) {
	Half r, g; /* what was read; then what is expected: op->seen[] */
	Line was;
	byte v, t, sum_page, sum_row, one, hrv, hpv, sv, av, kind, by, page_op, row_op;
	bit page_sets, row_sets, mark, link, stamp, adopt, dead, conflict, page_wins;
	bit hrd, hpd, sd, ad, may, arrived, writes, from_page, alone;
	bit changed, came_back, not_kept, noted, sent, same_minute, locked, blind;

again:
	atomic {
		if
		:: runs == 0 -> goto end
		:: else -> runs--
		fi;
#ifndef NO_LOCK
		/* A whole run is under the lock of its state folder; apply has one of its
		 * own besides. code: cmd/run/run.c begin, lib/util/lock.c lock_take,
		 * cmd/apply/journal.c journal_open */
		if
		:: lock[f] -> goto again
		:: else -> lock[f] = 1; locked = 1
		fi;
#endif
		/* code: cmd/sb-fetch/sb-fetch.c main */
		d_step { saw_row() };
		STEP("reads the row")
	};
	atomic {
#ifndef STRICT_LISTING
		/* The third window: the listing has not yet shown that the page is gone. */
		blind = page.d && !listed.d;
#endif
		/* A page that isn't listed is looked up by its id.
		 * code: cmd/notion-fetch/notion-fetch.c main */
		if
		:: listed.d -> copy_half(g, page)
		:: else -> copy_half(g, listed)
		fi;
		/* Which edit is the newer one: either. code: cmd/plan/merge.c later_edit */
		if
		:: r.v != g.v -> page_wins = 0
		:: r.v != g.v -> page_wins = 1
		:: r.v == g.v
		fi;
#ifdef SAME_MINUTE
		if
		:: touched[f] -> same_minute = 1
		:: true
		fi;
#endif
		d_step { make_plan(); page_wins = 0; same_minute = 0 };
		STEP("reads the page and plans");
		printf("    read: row %d, page %d; page op %d, row op %d, link %d, stamp %d, adopt %d\n",
			r.v, g.v, page_op, row_op, link, stamp, adopt);
		TELL_LINE;
		if
		:: page_op == NONE && row_op == NONE && !link && !stamp && !adopt -> goto out
		:: else
		fi
	};


	if
	:: page_op == UPDATE || page_op == TRASH ->
		/* code: cmd/apply/pages.c page_update page_trash note_first */
		LOOK_AT_ROW;
		LOOK_BEFORE_PATCH;
		atomic {
			d_step { av = (page_op == UPDATE -> v : g.v);
				note_sent(NOTION, page_op, page_op == TRASH, page_sets, row_sets, sum_page) };
			MAY_CRASH
		};
		atomic {
			/* code: cmd/apply/pages.c send take_answer judge_page */
			if
			:: page_op == UPDATE && page.d -> d_step { note_failed() }; goto out
			:: page_op == UPDATE && !page.d ->
				arrives(page, v, t, g.v, conflict);
				page.sum = SUM(page, sum_page)
			:: else -> is_deleted(page, r)
			fi;
			d_step { saw_page() };
			STEP("has written the page");
			MAY_CRASH
		};
		atomic {
			d_step { note_done(NOTION, page_op, page_sets, row_sets) };
			MAY_CRASH
		}
	:: page_op == RESTORE ->
		/* code: cmd/apply/pages.c page_restore */
		LOOK_AT_ROW;
		LOOK_BEFORE_PATCH;
		atomic {
			d_step {
				if
				:: page_sets -> note_revived(sum_page)
				:: else -> av = g.v; note_sent(NOTION, RESTORE, 0, 0, row_sets, sum_page)
				fi
			};
			MAY_CRASH
		};
		atomic {
			is_revived(page, r);
			window[me] = 0; g.d = 0;
			STEP("has taken the page out of the trash");
			MAY_CRASH
		};
		LOOK_BEFORE_PATCH;
		atomic {
			d_step {
#ifndef NO_JOURNAL
				/* What the second request starts from. */
				if
				:: page_sets -> l.known = 1; l.rv = l.srv; l.rd = l.srd;
					l.pv = l.spv; l.pd = l.spd; noted = 1
				:: !page_sets && sent -> clear_sent()
				:: else
				fi;
#endif
				av = (page_sets -> v : g.v);
				note_sent(NOTION, RESTORE, 0, page_sets, row_sets, sum_page)
			};
			MAY_CRASH
		};
		atomic {
			if
			:: page.d -> goto out
			/* What its deleter had edited before stands in the op's `was`. */
			:: !page.d && page_sets -> arrives(page, v, t, g.v, 1)
			:: else
			fi;
			page.sum = SUM(page, sum_page);
			d_step { saw_page() };
			STEP("has written the page");
			MAY_CRASH
		};
		atomic {
			d_step { note_done(NOTION, RESTORE, page_sets, row_sets) };
			MAY_CRASH
		}
	:: else
	fi;

	if
	:: row_op != NONE ->
		/* code: cmd/apply/rows.c row_update row_trash row_restore note_first carry_out */
		LOOK_AT_PAGE;
		atomic {
			d_step { av = (row_sets -> v : r.v);
				note_sent(SUPABASE, row_op, row_op == TRASH, row_sets, 0, sum_row) };
			MAY_CRASH
		};
		atomic {
			if
			:: CONDITION ->
				if
				:: row_op == TRASH -> is_deleted(row, g)
				:: row_op == RESTORE -> is_revived(row, g)
				:: else
				fi;
				if
				:: row_sets -> arrives(row, v, t, r.v, conflict || row_op == RESTORE)
				:: else
				fi;
				row.mark = mark;
				row.sum = SUM(row, sum_row)
			:: else -> d_step { note_failed() }; goto out
			fi;
			d_step { saw_row() };
			STEP("has written the row");
			MAY_CRASH
		};
		atomic {
			d_step { note_done(SUPABASE, row_op, row_sets, 0) };
			MAY_CRASH
		}
	:: else
	fi;

#ifndef NO_LOOK_BEFORE_AGREEING
	/* An agreement is noted after a look, where the base has a line of the pair.
	 * code: cmd/apply/known.c known_has_line, cmd/apply/execute.c may_agree */
	if
	:: (link || adopt) && page_op == NONE && row_op == NONE && (l.known || l.sent) -> LOOK_AT_PAGE
	:: else
	fi;
#endif
	if
	:: link ->
		/* The link, checksum and mark, whatever the row holds by now.
		 * code: cmd/apply/rows.c row_link row_link_to */
		atomic {
			row.mark = mark;
			row.sum = SUM(row, sum_row);
			d_step { saw_row() };
			STEP("has written the row");
			MAY_CRASH
		};
		atomic {
			d_step { note_done(SUPABASE, LINK, 0, 0) };
			MAY_CRASH
		}
	:: else
	fi;

	if
	:: stamp ->
		/* code: cmd/apply/pages.c page_stamp still_holds */
		LOOK_AT_ROW;
		atomic {
			if
			:: page.d -> goto out
			:: else -> page.sum = SUM(page, sum_page)
			fi;
			d_step { saw_page() };
			STEP("has written the page");
			MAY_CRASH
		};
		atomic {
			d_step { note_done(NOTION, STAMP, 0, 0) };
			MAY_CRASH
		}
	:: adopt -> atomic { d_step { note_done(SUPABASE, ADOPT, 0, 0) } }
	:: else
	fi;
out:
	atomic {
		/* It ends here, or was killed: the kernel takes its lock back. */
		d_step {
			if
			:: locked -> lock[f] = 0
			:: else
			fi;
			locked = 0; blind = 0; window[me] = 0; noted = 0; sent = 0;
			copy_half(r, none); copy_half(g, none); copy_line(was, nothing);
			v = 0; t = 0; sum_page = 0; sum_row = 0; page_op = 0; row_op = 0;
			page_sets = 0; row_sets = 0; mark = 0; link = 0; stamp = 0; adopt = 0;
			dead = 0; conflict = 0
		};
		goto again
	};
end:
	skip
}

init {
	byte i;
	atomic {
		d_step {
			row.v = 1; row.sum = 1; row.mark = 1;
			copy_half(page, row); copy_half(listed, row);
			value[0] = 1;
			i = 0;
			do
			:: i < MACHINES ->
				base[i].known = 1; base[i].rv = 1; base[i].pv = 1;
				base[i].chk = 1; base[i].rsum = 1; base[i].psum = 1; i++
			:: else -> break
			od;
			i = 0
		};
		run index(); run person_in_supabase(); run person_in_notion();
		run runner(0, 0, RUNS); run runner(1, MACHINES - 1, RUNS)
	};
	(_nr_pr == 2);
	atomic { quiet = 1; crashes = 0 };
	(_nr_pr == 1);
	/* CONVERGENCE: once all is quiet, a few runs leave nothing to do. */
	do
	:: i < QUIET_RUNS * MACHINES ->
		d_step { copy_half(listed, page); idle = 0 };
		run runner(0, i % MACHINES, 1);
		(_nr_pr == 1);
		i++
	:: else -> break
	od;
	convergence = idle && row.d == page.d && (row.d || row.v == page.v);
	assert(convergence)
}
