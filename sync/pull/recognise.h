/* recognise.h: which record a row without a link stands for: one that has its id, one of an insert
 * that nobody heard of, one that looks like it, or a new one, and the id that one is born with.
 * Private to the engine's files. */
#ifndef SYNC_RECOGNISE_H
#define SYNC_RECOGNISE_H

#include "store/staging.h"
#include "sync/run_state.h"

/* Lives in the run's page. */
struct recognised {
    struct record *ours;      /* the record it is, or NULL: a new one */
    char id[UUID_LEN + 1];    /* of a new one */
    struct link *before;      /* the record's row so far, which is gone, or NULL */
    bool sent;                /* ours: an insert of it was sent, and nobody heard of its row */
    char rival[UUID_LEN + 1]; /* a record that is known by this id too, and has another row here:
                                 perhaps the same, a person has to say; or "" */
    bool taken;               /* its id is another row's, and there is no other to be had */
};

/* A new record of that id as it begins: what the row says, and the flow's new.* */
int recognise_newborn(struct run_state *s, const struct candidate *c, const char *id,
                      struct record **ret, struct err *err);

/* Claims what it finds in the plan. Errors: those of the database. */
int recognise(struct run_state *s, const struct staged_row *row, const struct candidate *c,
              struct recognised *ret, struct err *err);

/* The same of a row that is marked as deleted, by nothing but its id: never a record that only
 * looks like it, nor one whose row is gone: that waits for a row that is there. */
int recognise_by_id(struct run_state *s, const struct staged_row *row, const struct candidate *c,
                    struct recognised *ret, struct err *err);

#endif
