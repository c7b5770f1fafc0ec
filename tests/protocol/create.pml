/*
 * The protocol of creating: a row that gets a page, and a page that gets a row, once
 * each. Two runners, a person who edits the row, a query that lags, answers that are
 * lost, requests that arrive late, kills. README.md says what is left out.
 *
 * A comment "code: FILE FUNCTION, ..." names what a step is; protocol.sh demands
 * that these functions are in these files.
 *
 * Each of these takes one protection out: NO_OPEN_CREATE NO_SEARCH NO_WAIT NO_RENEWAL
 * NO_MAKER. TWO_FOLDERS shows the window of two machines with a state folder each.
 */
#ifndef RUNS
#define RUNS 2 /* of each of the two runners, before all is quiet */
#endif
#ifndef KILLS
#define KILLS 2
#endif
#ifdef TWO_FOLDERS
#define FOLDERS 2 /* state folders */
#else
#define FOLDERS 1
#endif
#define QUIET_RUNS 4
#define PAGES 5
#define PERSONS 1 /* the page that a person has made; it has no row yet */

/*
 * there: it was made; shown: by the listing and by searches; gone: in the trash;
 * v: its content, and the checksum that it bears; rows: how many were made for it.
 */
typedef Page { bit there; bit shown; bit gone; byte v; byte rows }

Page page[PAGES]; /* 0: none */
byte v = 1;       /* the row's content */
byte link;        /* and its page */

/* code: cmd/apply/journal.h open_create */
typedef Create { bit open; byte page; bit answered; byte v; bit old }

Create create[FOLDERS];
byte flying; /* requests that arrive after their sender has given up, by content */
bit lock[FOLDERS];
byte kills = KILLS;
byte made;   /* how many pages there are */
bit quiet, idle;

bit no_second_page = 1, no_second_row = 1, convergence = 1;

#define LIVE(i) (page[i].there && !page[i].gone)
#define OWN_LIVE ((LIVE(2) -> 1 : 0) + (LIVE(3) -> 1 : 0) + (LIVE(4) -> 1 : 0))
#define ALL_SHOWN (page[1].shown == page[1].there && page[2].shown == page[2].there && \
	page[3].shown == page[3].there && page[4].shown == page[4].there)

#define SHOW(what) printf(what); printf(": link %d, pages of ours %d\n", link, OWN_LIVE)
#define STEP(what) printf("  run %d ", me); SHOW(what)

/* A page of ours comes into being. On two machines the second one is to go again. */
inline make_page(content) {
	made++;
	assert(made < PAGES);
	page[made].there = 1;
	page[made].v = content;
	no_second_page = (FOLDERS > 1 || OWN_LIVE <= 1);
	assert(no_second_page)
}

/* A row for a page: one for the person's, and none for ours, whose row is there. */
inline make_row(i) {
	page[i].rows++;
	no_second_row = (i == PERSONS && page[i].rows == 1);
	assert(no_second_row)
}

/* --- what goes on around ----------------------------------------------------- */

proctype person() {
	if
	:: atomic { v = 2; SHOW("a person edits the row") }
	:: true
	fi
}

/* Notion's listing and its searches show a page when they will, and a request whose
 * sender has given up may still arrive. */
proctype services() {
	byte i;
	do
	:: atomic { !quiet && flying -> make_page(flying); flying = 0; SHOW("a late request arrives") }
	:: atomic { !quiet && !ALL_SHOWN ->
		if
		:: LIVE(1) && !page[1].shown -> page[1].shown = 1
		:: LIVE(2) && !page[2].shown -> page[2].shown = 1
		:: LIVE(3) && !page[3].shown -> page[3].shown = 1
		:: LIVE(4) && !page[4].shown -> page[4].shown = 1
		:: else
		fi;
		SHOW("Notion shows a page") }
	/* Five minutes: longer than either takes. code: cmd/apply/page_create.c settle_earlier */
	:: atomic { !flying && ALL_SHOWN ->
		i = 0;
		do
		:: i < FOLDERS ->
			if
			:: create[i].open && !create[i].old -> create[i].old = 1; SHOW("five minutes pass")
			:: else
			fi;
			i++
		:: else -> break
		od;
		i = 0 }
	:: atomic { quiet -> break }
	od
}

/* --- a run ---------------------------------------------------------------------- */

#define MAY_BE_KILLED \
	if \
	:: kills > 0 && !quiet -> kills--; STEP("IS KILLED"); goto out \
	:: true \
	fi

#define c create[f]

inline close_create() { c.open = 0; c.page = 0; c.answered = 0; c.v = 0; c.old = 0 }

/* A page of ours that a search shows, bears that checksum, and is no row's.
 * code: cmd/apply/page_create.c search consider is_claimed, cmd/apply/made_page.c made_page_fits */
#define FITS(i, sum) (i > PERSONS && LIVE(i) && page[i].shown && page[i].v == sum && link != i && page[i].rows == 0)
inline search(sum) {
	found = 0;
#ifndef NO_SEARCH
	if
	:: FITS(2, sum) -> found = 2
	:: FITS(3, sum) -> found = 3
	:: FITS(4, sum) -> found = 4
	:: else
	fi
#endif
}

/* A page without a row that the listing shows. */
#define FREE(i) (LIVE(i) && page[i].shown && link != i && page[i].rows == 0)

/* code: cmd/apply/made_page.c made_page_yield may_go other_link */
inline yield(i) {
	if
	:: link != 0 && link != i && LIVE(link) && LIVE(i) && page[i].rows == 0 ->
		page[i].gone = 1; close_create(); STEP("moves its page to the trash")
	:: else
	fi
}

proctype runner(byte me; byte f; byte runs) {
	byte found, insert, mine, sum;
	bit locked, creates, links, answered, wrote;

again:
	atomic {
		if
		:: runs == 0 -> goto end
		:: else -> runs--
		fi;
		/* code: cmd/run/run.c begin, lib/util/lock.c lock_take, cmd/apply/journal.c journal_open */
		if
		:: lock[f] -> goto again
		:: else -> lock[f] = 1; locked = 1
		fi;
		/* The row and the listing are read, and paired: a row without a page goes with a
		 * page of the same content. code: cmd/plan/pair_checksum.c match_by_checksum,
		 * cmd/plan/decide.c decide */
		sum = v;
		if
		:: link == 0 && (FREE(2) && page[2].v == v) -> found = 2; links = 1
		:: link == 0 && (FREE(3) && page[3].v == v) -> found = 3; links = 1
		:: link == 0 && (FREE(4) && page[4].v == v) -> found = 4; links = 1
		:: else -> creates = (link == 0)
		fi;
		/* What a person holds back waits. code: cmd/plan/waits.c waits_judge */
		if
		:: creates && !quiet -> creates = 0
		:: true
		fi;
		/* Every other page without a row gets one. */
		if
		:: FREE(1) && found != 1 -> insert = 1
		:: FREE(2) && found != 2 -> insert = 2
		:: FREE(3) && found != 3 -> insert = 3
		:: FREE(4) && found != 4 -> insert = 4
		:: else
		fi;
		wrote = creates || links || insert;
		STEP("reads and plans");
		printf("    creates %d, links %d to %d, inserts for %d\n", creates, links, found, insert)
	};

	/* --- a page for the row. code: cmd/apply/page_create.c page_create */
	if
	:: creates ->
		atomic {
			found = 0;
#ifndef NO_OPEN_CREATE
			/* code: cmd/apply/page_create.c settle_earlier take_made */
			if
			:: c.open && c.page != 0 ->
				if
				:: LIVE(c.page) && page[c.page].rows == 0 -> found = c.page
				:: else -> close_create()
				fi
			:: c.open && c.page == 0 ->
				search(c.v);
				if
				:: found -> STEP("finds the page of an earlier create")
#ifdef NO_WAIT
				:: !found -> close_create()
#else
				:: !found && !c.old -> STEP("waits"); goto inserting
				:: !found && c.old -> close_create()
#endif
				fi
			:: else
			fi
#endif
		};
		if
		:: found -> atomic { mine = found; answered = c.answered; sum = c.v }
		:: else ->
			/* code: cmd/apply/recheck.c recheck_row, cmd/apply/journal.c journal_creating */
			atomic {
				if
				:: link != 0 || v != sum -> goto inserting
				:: else
				fi;
#ifndef NO_OPEN_CREATE
				c.open = 1; c.page = 0; c.answered = 0; c.v = sum; c.old = 0;
#endif
				MAY_BE_KILLED
			};
			/* The time of the create is that of its turn, which may come minutes later.
			 * code: cmd/apply/page_create.c send_create note_creating */
			atomic {
#ifndef NO_RENEWAL
				c.old = 0;
#endif
				if
				:: make_page(sum); mine = made; answered = 1; STEP("has made a page")
				:: make_page(sum); STEP("has made a page, and the answer is lost")
				:: !quiet && !flying -> flying = sum; STEP("hears nothing: its request is on its way")
				:: !quiet -> STEP("hears nothing: its request is lost")
				:: !quiet -> close_create(); STEP("is refused"); goto inserting
				fi;
				MAY_BE_KILLED
			};
			/* code: cmd/apply/page_create.c find_unanswered */
			atomic {
				if
				:: !mine -> search(sum); mine = found
				:: else
				fi;
				if
				:: !mine -> STEP("can't tell yet"); goto inserting
				:: else
				fi
			}
		fi;
		/* code: cmd/apply/page_create.c link_created, cmd/apply/journal.c journal_created */
		atomic {
#ifndef NO_OPEN_CREATE
			c.open = 1; c.page = mine; c.answered = answered; c.v = sum;
#endif
			MAY_BE_KILLED
		};
		/* The row's PATCH holds its link as a condition. code: cmd/apply/rows.c row_link_to */
		atomic {
			if
			:: link == 0 -> link = mine; STEP("links the row")
			:: link == mine
			:: else ->
				if
				:: answered -> yield(mine)
				:: else
				fi;
				goto inserting
			fi;
			MAY_BE_KILLED
		};
		/* code: cmd/apply/journal.c journal_linked */
		atomic { close_create(); MAY_BE_KILLED }
	:: links ->
		atomic {
			if
			:: link == 0 && LIVE(found) -> link = found; STEP("links the row to the page that fits")
			:: else
			fi;
			MAY_BE_KILLED
		}
	:: else
	fi;

inserting:
	/* --- a row for a page. code: cmd/apply/row_insert.c rows_insert */
	if
	:: insert ->
#ifndef NO_MAKER
		/* code: cmd/apply/left_page.c page_was_left_over page_has_maker find_row link_maker,
		 * cmd/apply/journal.c journal_find_page journal_next_maker */
		atomic {
			if
			:: c.open && c.answered && c.page == insert && link != 0 && link != insert && LIVE(link) ->
				yield(insert);
				if
				:: page[insert].gone -> goto out
				:: else
				fi
			:: else
			fi;
			if
			:: c.open && insert > PERSONS && link == 0 && (c.page == insert || (c.page == 0 && c.v == page[insert].v)) ->
				link = insert; close_create(); STEP("links the row to the page that was made for it");
				goto out
			:: else
			fi
		};
#endif
		/* The rows of these pages, as they are now. code: cmd/apply/row_insert.c take_those_there */
		atomic {
			if
			:: link == insert || page[insert].rows > 0 || page[insert].gone -> goto out
			:: else
			fi
		};
		/* Its id follows from the page's: a second one can't be. code: cmd/apply/row_insert.c send,
		 * cmd/apply/new_row.c new_row has_own_id */
		atomic {
			if
			:: page[insert].rows == 0 -> make_row(insert); STEP("inserts a row")
			:: page[insert].rows > 0 -> STEP("finds its row there")
			fi;
			MAY_BE_KILLED
		}
	:: else
	fi;
out:
	atomic {
		d_step {
			if
			:: locked -> lock[f] = 0
			:: else
			fi;
			idle = !wrote;
			locked = 0; found = 0; insert = 0; mine = 0; sum = 0; creates = 0; links = 0; answered = 0; wrote = 0
		};
		goto again
	};
end:
	skip
}

init {
	byte i;
	atomic {
		page[PERSONS].there = 1; page[PERSONS].v = 9; made = 1;
		run services(); run person();
		run runner(0, 0, RUNS); run runner(1, FOLDERS - 1, RUNS)
	};
	(_nr_pr == 2);
	/* What is on its way has arrived, and all is shown. */
	(!flying && page[1].shown == LIVE(1) && page[2].shown == page[2].there &&
		page[3].shown == page[3].there && page[4].shown == page[4].there);
	atomic { quiet = 1; kills = 0 };
	(_nr_pr == 1);
	do
	:: i < QUIET_RUNS * FOLDERS ->
		d_step {
			page[1].shown = page[1].there; page[2].shown = page[2].there;
			page[3].shown = page[3].there; page[4].shown = page[4].there;
			create[0].old = create[0].open;
			create[FOLDERS - 1].old = create[FOLDERS - 1].open;
			idle = 0
		};
		run runner(0, i % FOLDERS, 1);
		(_nr_pr == 1);
		i++
	:: else -> break
	od;
	convergence = idle && link != 0 && LIVE(link) && OWN_LIVE == 1 && page[PERSONS].rows == 1;
	assert(convergence)
}
