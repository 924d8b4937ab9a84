/* rows.h: reads and writes records of any entity, with their audit. SQL is generated from model.c.
 *
 * Writes belong inside the caller's transaction. updated_at and rev move only when something
 * changed. */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include "store/db.h"
#include "store/record.h"

/* Who changes something, for the audit. */
struct change {
    int64_t run;        /* 0: none */
    const char *source; /* "notion", "telegram:1001" */
    int64_t at;         /* UTC ms */
};

/* *ret is NULL when there is no such record. */
int rows_get(struct db *db, const struct entity *e, const char *id, struct arena *arena,
             struct record **ret, struct err *err);

int rows_exists(struct db *db, const struct entity *e, const char *id, bool *ret, struct err *err);
/* Is it there, and deleted. */
int rows_deleted(struct db *db, const struct entity *e, const char *id, bool *ret_there,
                 bool *ret_deleted, struct err *err);

/* Inserts r (its id set); sets created_at, updated_at and rev in it. One audit row with the whole.
 * One that belongs to a deleted record is deleted with it (cascade.h). */
int rows_insert(struct db *db, struct record *r, const struct change *by, struct err *err);

/* Writes the fields of r that differ from old, and deleted; one audit row per field. Writes nothing
 * when nothing differs. Sets updated_at and rev of r. Records that belong to r are deleted and
 * restored with it, and r itself stays or becomes deleted with what it belongs to (cascade.h). */
int rows_update(struct db *db, const struct record *old, struct record *r, const struct change *by,
                struct err *err);

/* The record with the same natural key as r that has no link yet in (remote, tbl): its id into
 * ret_id,
 * "" when there is none. Deleted records are passed over. */
int rows_find_unlinked(struct db *db, const struct record *r, const char *remote, const char *tbl,
                       char ret_id[UUID_LEN + 1], struct err *err);
/* The same, passing over the first `skip` such records, oldest first. */
int rows_find_unlinked_after(struct db *db, const struct record *r, const char *remote,
                             const char *tbl, size_t skip, char ret_id[UUID_LEN + 1],
                             struct err *err);

/* The oldest record, deleted or not, with the same values as r in these fields: its id into ret_id,
 * "" when there is none. */
int rows_find_same(struct db *db, const struct record *r, const size_t *fields, size_t n,
                   char ret_id[UUID_LEN + 1], struct err *err);

/* When the store's value of that field was last changed (or the record made), by the audit; 0: not
 * told. */
int rows_changed_at(struct db *db, const struct entity *e, const char *id, size_t field,
                    int64_t *ret, struct err *err);

int rows_count(struct db *db, const struct entity *e, int64_t *ret, struct err *err);

/* The store's current and next revision; the latter moves it, within a transaction. */
int rows_rev(struct db *db, int64_t *ret, struct err *err);

#endif
