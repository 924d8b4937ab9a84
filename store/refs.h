/* refs.h: sets of references (FT_REFS): a badge's teams. As a value such a set is a JSON array of
 * ids in ascending order, and nothing when it is empty, so that equal sets are equal texts; in the
 * store it is rows of the field's side table. Writes belong inside the caller's transaction. */
#ifndef STORE_REFS_H
#define STORE_REFS_H

#include "store/db.h"
#include "store/model.h"
#include "store/value.h"

#define REFS_MAX 1000 /* ids that one row may name in a set */

/* The set of these ids, in any order, each counted once. Pure. */
struct value refs_value(const char *const *ids, size_t n, struct arena *arena);

/* The ids of such a value, in the arena. Pure. Errors (ERR_DATA): it is no list of texts. */
int refs_ids(const struct value *v, struct arena *arena, const char ***ret, size_t *ret_n,
             struct err *err);

/* Appends the set as one column of a SELECT from e's table, so that a record is read as it is at
 * one moment; refs_of_column makes the value of what the column holds (NULL too). */
void refs_add_column(const struct entity *e, const struct field *f, struct buf *sql);
struct value refs_of_column(const char *text, struct arena *arena);

/* Makes the store's set that of v: what is not in it goes, what is missing comes, the rest is not
 * touched. Errors: ERR_LOCAL, also when a named record is not there. */
int refs_save(struct db *db, const struct entity *e, const struct field *f, const char *id,
              const struct value *v, struct err *err);

/* Appends a SELECT of the ids of all records of e that name record :id in f, a reference or a set
 * of them; deleted ones too. */
void refs_add_referrers(const struct entity *e, const struct field *f, struct buf *sql);

/* Appends a SELECT of the ids of all records of e that name in f a record with rev > :since. */
void refs_add_followers(const struct entity *e, const struct field *f, struct buf *sql);

#endif
