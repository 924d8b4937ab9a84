/* restore.h: a person wants a deleted record back. It becomes live in the store, and with it what
 * was deleted because of it; its rows follow with the next pushes: marks are cleared, rows come out
 * of the trash. Nothing is asked of a remote. Within the caller's transaction; thread of the
 * caller. */
#ifndef SYNC_RESTORE_H
#define SYNC_RESTORE_H

#include "store/deletions.h"
#include "store/record.h"
#include "sync/config/config.h"

enum restorable {
    RESTORE_CAN,
    RESTORE_LIVE,    /* it is not deleted */
    RESTORE_RULE,    /* its row breaks a rule and would be deleted again: the row is to be mended */
    RESTORE_WITH,    /* it belongs to a record that is deleted, which has to come back first */
    RESTORE_NO_ROW,  /* the row was removed: it is to be brought back where it was */
    RESTORE_UNKNOWN, /* no such record */
};

struct restore_look {
    enum restorable can;
    const struct record *rec;          /* NULL: UNKNOWN */
    const struct deletion *deletion;   /* NULL: LIVE, UNKNOWN */
    const char *with_entity, *with_id; /* WITH: the record at the root of it … */
    bool with_can;                     /* … and whether that one may come back */
};

/* What restoring would come to. Reads only; *ret lives in the arena. */
int restore_look(struct db *db, const struct config *cfg, const char *entity, const char *id,
                 struct arena *arena, struct restore_look *ret, struct err *err);

/* Restores a record that was found RESTORE_CAN in this transaction, as `by` ("telegram:1001").
 * *ret_entities: the entities of whatever came back, as undo_pushes (undo.h) takes them. */
int restore_record(struct db *db, const struct config *cfg, const struct restore_look *look,
                   const char *by, int64_t at, uint32_t *ret_entities, struct err *err);

#endif
