/* kin.h: the records that stand around one: a person's participations and badges, a badge's
 * arrivals, who leads a team. Live ones only. Reads only; any thread with its own db. */
#ifndef STORE_KIN_H
#define STORE_KIN_H

#include "store/db.h"

enum kin {
    KIN_PARTICIPATIONS, /* of a person, the newest year first */
    KIN_BADGES,         /* of a person, the same */
    KIN_ARRIVALS,       /* of a badge, the same */
    KIN_CHILDREN,       /* badges that name this one as their parent */
    KIN_LEADS,          /* of a team, participations in a lead's role, the newest year first */
};

/* The ids, at most max; *ret_total counts all. */
int kin_ids(struct db *db, enum kin kin, const char *id, size_t max, struct arena *arena,
            const char ***ret, size_t *ret_n, int64_t *ret_total, struct err *err);

/* How many take part in the team that year, role by role, most first. */
struct kin_count {
    const char *role; /* its code */
    int64_t n;
};
int kin_roles(struct db *db, const char *team_id, int year, struct arena *arena,
              struct kin_count **ret, size_t *ret_n, struct err *err);

#endif
