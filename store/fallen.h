/* fallen.h: rows whose record names another one that was deleted because its own row breaks a rule:
 * nobody touched them, and they break a rule since. Reads only. */
#ifndef STORE_FALLEN_H
#define STORE_FALLEN_H

#include "store/db.h"
#include "store/model.h"

struct fallen_query {
    const struct entity *entity;
    const struct field *ref;         /* of entity, FT_REF: it names the other one */
    const char *flow, *remote, *tbl; /* of the rows */
    const char *target_flow, *target_remote, *target_tbl; /* where the other one has its row */
    int64_t since; /* only those that changed above this rev */
};

struct fallen {
    const char *remote_id, *remote_key; /* key: or NULL */
    int64_t remote_at;
};

/* Rows that are there, of live records; not those that were just listed (staging.h) or stand in
 * their flow's quarantine: these are judged anyway. At most max. */
int fallen_rows(struct db *db, const struct fallen_query *want, size_t max, struct arena *arena,
                struct fallen **ret, size_t *ret_n, struct err *err);

#endif
