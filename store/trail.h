/* trail.h: what a run left behind, as an undo asks for it: its changes of one record, and what has
 * come to lean on that record since. Writes belong inside the caller's transaction. */
#ifndef STORE_TRAIL_H
#define STORE_TRAIL_H

#include "store/audit.h"
#include "store/links.h"
#include "store/model.h"

/* The audit's field for what is wished of a record's row in a remote; the record itself has none of
 * that name. */
#define TRAIL_ROW "row"

/* The audit rows that a run wrote of one record, in order; at most TRAIL_ROWS_MAX of them. */
#define TRAIL_ROWS_MAX 1000
int trail_rows(struct db *db, int64_t run, const char *entity, const char *local_id,
               struct arena *arena, struct audit_row **ret, size_t *ret_n, struct err *err);

/* The newest change of one of the record's fields above row `after`, by anything but the run;
 * whether it is deleted counts as no field. *ret NULL: none. */
int trail_later(struct db *db, int64_t run, const char *entity, const char *local_id, int64_t after,
                struct arena *arena, struct audit_row **ret, struct err *err);

/* Records that are not deleted and name this one in a reference field, at most max. */
struct trail_ref {
    const struct entity *e;
    const char *id;
};
int trail_referrers(struct db *db, const struct entity *e, const char *id, size_t max,
                    struct arena *arena, struct trail_ref **ret, size_t *ret_n, struct err *err);

/* Was the link's row made by a push of ours? */
int trail_was_made(struct db *db, const struct link *l, bool *ret, struct err *err);

/* Is something still remembered of the time up to `at`: an audit row or a write on a remote that is
 * as old. */
int trail_reaches(struct db *db, int64_t at, bool *ret, struct err *err);

/* undo_run takes back what run did. */
int trail_set_undoes(struct db *db, int64_t undo_run, int64_t run, struct err *err);
/* The newest run that took back what this one did; 0: none. */
int trail_undone_by(struct db *db, int64_t run, int64_t *ret, struct err *err);
/* The run that this one took back; 0: it is no undo. */
int trail_undoes(struct db *db, int64_t undo_run, int64_t *ret, struct err *err);

#endif
