/* audit.h: who changed what, when, from which remote or person. Written in the transaction of the
 * change itself; history and undo are read from it. */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "store/db.h"

/* field NULL: the whole record, as JSON in before (deleted) or after (inserted). run 0: no run. */
int audit_add(struct db *db, int64_t run, const char *entity, const char *local_id,
              const char *field, const char *before, const char *after, const char *source,
              int64_t at, struct err *err);

struct audit_row {
    const char *entity, *local_id, *field, *before, *after,
        *source; /* field, before, after: or NULL */
    int64_t run, at, row;
};

/* The first rows of a run, changes of single fields before whole new records: they tell more. */
int audit_of_run(struct db *db, int64_t run, size_t max, struct arena *arena,
                 struct audit_row **ret, size_t *ret_n, struct err *err);

/* All rows of a run in the order in which they were written, above row `after` (0: from the first),
 * at most max. */
int audit_page_of_run(struct db *db, int64_t run, int64_t after, size_t max, struct arena *arena,
                      struct audit_row **ret, size_t *ret_n, struct err *err);

/* What happened to a record and to those that name it in a reference field (a person's
 * participations), newest first, below row before_id (0: from the newest). Each row's id comes in
 * `row`. */
int audit_of_record(struct db *db, const char *entity, const char *local_id, int64_t before_id,
                    size_t max, struct arena *arena, struct audit_row **ret, size_t *ret_n,
                    struct err *err);

/* Who set the field last: the newest row of the field or of the whole record; *ret NULL when there
 * is none. */
int audit_last_of_field(struct db *db, const char *entity, const char *local_id, const char *field,
                        struct arena *arena, struct audit_row **ret, struct err *err);

#endif
