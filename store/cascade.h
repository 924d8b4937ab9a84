/* cascade.h: records that are deleted with the record they belong to, and restored with it: the
 * references that do so are marked in the model. The store remembers what went for what, so that
 * nothing is restored that was deleted for a reason of its own.
 *
 * A record whose target is deleted is never live: written so, it is deleted there and then.
 * rows_save.c sees to that, whoever writes. All of it belongs inside the caller's transaction. */
#ifndef STORE_CASCADE_H
#define STORE_CASCADE_H

#include "store/db.h"
#include "store/record.h"

/* The record that another one was deleted with. */
struct cascade {
    const struct entity *e; /* NULL: none; it is live, or deleted for a reason of its own */
    char id[UUID_LEN + 1];
};
int cascade_of(struct db *db, const struct entity *e, const char *id, struct cascade *ret,
               struct err *err);

/* From now on it is deleted since why is. */
int cascade_remember(struct db *db, const struct entity *e, const char *id,
                     const struct cascade *why, struct err *err);

/* A record that was deleted with another one is deleted for a reason of its own, too: it stays so
 * when that one returns. Nothing for any other. */
int cascade_own(struct db *db, const struct entity *e, const char *id, struct err *err);

/* Do records of `to` go with those of `from`, directly or through others? Pure. */
bool cascade_reaches(const struct entity *from, const struct entity *to);

/* For rows_save.c, before r is written (old NULL: as a new record): sets r->deleted as its targets
 * want it, and remembers why. */
int cascade_before(struct db *db, const struct record *old, struct record *r, struct err *err);
#endif
