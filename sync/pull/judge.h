/* judge.h: one row: what its records become (judge.c), and what the judging of special rows
 * (unique.c) shares with it (judge_parts.c). All of them: judge_rows.c. Private to the engine's
 * files. */
#ifndef SYNC_JUDGE_H
#define SYNC_JUDGE_H

#include "store/staging.h"
#include "sync/agreed.h"
#include "sync/mark.h"
#include "sync/run_state.h"

/* Plans what becomes of the row's records; or puts the row off (siblings.h). */
int judge_row(struct run_state *s, const struct staged_row *row, struct err *err);
/* The same of a row that was put off: what its mark means is known already. */
int judge_what_it_says(struct run_state *s, const struct staged_row *row, enum marked marked,
                       struct err *err);

/* ---- judge_parts.c */

/* The link between the row, or the candidate's part of it, and a record. Lives in the run's arena.
 */
struct link judge_link(const struct run_state *s, const struct staged_row *row,
                       const struct candidate *c, const char *local_id,
                       const struct agreed *agreed);

/* A change that is not taken in yet (the record is paused, the row was edited just now) stands in
 * quarantine until it may be: *ret_held. local_id NULL: a record that is to be made. */
int judge_hold_back(struct run_state *s, const struct staged_row *row, const struct candidate *c,
                    const char *local_id, bool *ret_held, struct err *err);

#endif
