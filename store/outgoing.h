/* outgoing.h: which records a push has to look at. Reads only; any thread with its own db. */
#ifndef STORE_OUTGOING_H
#define STORE_OUTGOING_H

#include "store/base/buf.h"
#include "store/base/uuid.h"
#include "store/db.h"
#include "store/model.h"

/* What a push asks for. */
struct outgoing_query {
    const struct entity *entity;
    const char *flow; /* the step's name: its waiting rows in quarantine are looked at again */
    const char *remote, *tbl;
    int64_t since; /* the store's rev up to which everything was looked at */
    uint32_t refs; /* reference fields whose targets' changes count as the record's own */
    bool all;      /* every record, whatever its rev */
};

struct outgoing_id {
    char id[UUID_LEN + 1];
};

/* Ids in their order, above `after` ("" for the first), at most max: records that changed since,
 * that refer to one that did, that wait, or whose link is to be looked at again. */
int outgoing_list(struct db *db, const struct outgoing_query *o, const char *after, size_t max,
                  struct arena *arena, struct outgoing_id **ret, size_t *ret_n, struct err *err);

#endif
