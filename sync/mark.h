/* mark.h: rows that say of themselves that they are deleted. Reading: who marked a row, and what
 * that means for its record; writing: rows that break a rule, or whose record was deleted in the
 * store, get a mark, one at a time, and lose it when that is over. What is to be marked is worked
 * out anew by every push from quarantine, records and what is known of the marks, so nothing has to
 * be queued and nothing is lost while the remote is down. Private to the engine's files. */
#ifndef SYNC_MARK_H
#define SYNC_MARK_H

#include "store/staging.h"
#include "sync/run_state.h"

/* What a marked row means here. */
enum marked {
    MARKED_NOT,  /* it is there; so is one that only rosterd marked, for a rule: it may be valid */
    MARKED_HERE, /* for a deletion in the store: its record is deleted, and not for the row's sake
                  */
    MARKED_THERE /* by a person or the feeder: its record is deleted, whatever it belongs to */
};

/* The columns that are read beside those of the fields; returns how many (at most 2). */
size_t mark_columns(const struct flow *flow, const char **ret);
/* Reads their cells into the row that is staged. */
void mark_stage(const struct flow *flow, const struct cell *cells, struct arena *arena,
                struct staged_row *row);

/* Before the rows are judged. */
int mark_begin(struct run_state *s, struct err *err);
/* What the row's mark means; plans that what was read is remembered. */
int mark_read(struct run_state *s, const struct staged_row *row, enum marked *ret, struct err *err);
/* The row is invalid (MARKED_NOT) or marked: its record goes with it; where the row is marked even
 * when it was deleted already, and comes back with its row. */
int mark_gone(struct run_state *s, const struct link *link, enum marked how, struct err *err);
/* After a complete listing: rows that are gone are marked no more. */
int mark_vanish(struct run_state *s, struct err *err);

/* The push. What a row's mark must be is decided in one place (mark_plan.c), by who wants it: a
 * person or the feeder, whose marks are left alone; a deletion in the store; a rule. First, by
 * record: the row of one that was deleted in the store … *ret: it is marked, or will be … */
int mark_plan_deleted(struct run_state *s, const struct record *r, const struct link *link,
                      bool *ret, struct err *err);
/* … and the one of a record that is back: *ret: the row has a mark that goes, or must stay. */
int mark_plan_back(struct run_state *s, const struct record *r, const struct link *link, bool *ret,
                   struct err *err);
/* Then the others: rows that break a rule, marks that are not due any more. */
int mark_plan(struct run_state *s, struct err *err);
/* Does what was planned, one by one, each announced before. */
int mark_send(struct run_state *s, struct err *err);

/* What the cell of a mark says: epoch seconds, 0: nothing. Exposed for its test. */
int64_t mark_time(const struct cell *cell);

#endif
