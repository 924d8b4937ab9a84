/* marks.h: rows that say of themselves that they are deleted (a column with a time, one with a
 * reason), and who said so. One entry for each row that was marked when it was last read, or that
 * rosterd is about to mark. Writes belong inside the caller's transaction. */
#ifndef STORE_MARKS_H
#define STORE_MARKS_H

#include "store/db.h"

enum mark_by {
    MARK_RULE,   /* the row breaks a rule: it stands in quarantine as invalid */
    MARK_STORE,  /* its record was deleted in the store */
    MARK_HAND,   /* a person marked it in the table */
    MARK_FEEDER, /* the meal-and-gate system did */
    MARK_BYS
};

enum mark_state {
    MARK_THERE,   /* as last read, or written and read back */
    MARK_SETTING, /* announced; whether it was written is not known */
    MARK_CLEARING /* announced that it goes; whether it went is not known */
};

struct mark {
    const char *remote, *tbl, *remote_id;
    int64_t at;      /* the mark itself, epoch seconds; 0: only its reason is left there */
    const char *why; /* the reason beside it, or NULL */
    enum mark_by by;
    enum mark_state state;
    int64_t since; /* when rosterd first knew of it, UTC ms */
};

/* "rule", "store", "hand", "feeder". */
const char *mark_by_name(enum mark_by by);
bool mark_by_read(const char *name, enum mark_by *ret);

/* *ret NULL when the row is not marked. */
int marks_get(struct db *db, const char *remote, const char *tbl, const char *remote_id,
              struct arena *arena, struct mark **ret, struct err *err);
/* Adds it, or changes what is known of the row; `since` is kept. */
int marks_put(struct db *db, const struct mark *m, struct err *err);
int marks_drop(struct db *db, const char *remote, const char *tbl, const char *remote_id,
               struct err *err);
/* Of all tables, newest first: only those by `by` (MARK_BYS: by anybody), from offset, at most max.
 * *ret_total counts all of them. */
int marks_list(struct db *db, enum mark_by by, size_t offset, size_t max, struct arena *arena,
               struct mark **ret, size_t *ret_n, int64_t *ret_total, struct err *err);

/* A row that breaks a rule: `flow` keeps it in quarantine as invalid for `reason`. */
struct mark_due {
    const char *remote_id, *reason;
    const struct mark *mark; /* what is known of its mark, or NULL */
};
/* Rows of the table that are invalid and not marked so, or not for that reason. Rows that others
 * marked are left out, unless nothing but the words is left of that. */
int marks_to_set(struct db *db, const char *flow, const char *remote, const char *tbl,
                 struct arena *arena, struct mark_due **ret, size_t *ret_n, struct err *err);
/* Marks that rosterd set for a rule which the row no longer breaks (it is not in quarantine, nor
 * was its record deleted with another one), and those whose clearing was announced. */
int marks_to_clear(struct db *db, const char *flow, const char *remote, const char *tbl,
                   struct arena *arena, struct mark **ret, size_t *ret_n, struct err *err);
/* After a complete listing: marks of rows that it does not have. */
int marks_missing(struct db *db, const char *remote, const char *tbl, struct arena *arena,
                  struct mark **ret, size_t *ret_n, struct err *err);
/* Is any row of the table marked? */
int marks_any(struct db *db, const char *remote, const char *tbl, bool *ret, struct err *err);

#endif
