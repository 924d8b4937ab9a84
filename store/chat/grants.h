/* grants.h: roles that were given to people in a chat: each for everything or for one team, for
 * good or until a time. Several of one person add up. One whose time is over counts no more,
 * whether anybody noticed or not. Giving and taking is in the audit. Writes belong inside the
 * caller's transaction. */
#ifndef STORE_GRANTS_H
#define STORE_GRANTS_H

#include "store/chat/role.h"
#include "store/db.h"

struct grant {
    int64_t id;
    const char *via;
    int64_t user_id;
    enum role role;
    const char *team_id; /* NULL: everything */
    int64_t until;       /* UTC ms; 0: until it is taken away */
    const char *given_by;
    int64_t given_at;
    const char *ended_by; /* NULL: nobody has ended it; "time" */
};

/* Gives g->role for g->team_id until g->until. One of the same role and team that counts gets the
 * new time. *ret_id is its number, *ret_new whether anything was written. */
int grants_give(struct db *db, const struct grant *g, int64_t *ret_id, bool *ret_new,
                struct err *err);

/* Takes one away; by "time": its time was over. *ret_was: nobody had done so before. */
int grants_take(struct db *db, int64_t id, const char *by, int64_t at, bool *ret_was,
                struct err *err);

/* Counting or not; *ret NULL when there is none of that number. */
int grants_get(struct db *db, int64_t id, struct arena *arena, struct grant **ret, struct err *err);
bool grant_counts(const struct grant *g, int64_t now);

/* What counts now: of one person, the highest role first; of all, page by page, by person, at most
 * max from offset, *ret_total counts all. */
int grants_of(struct db *db, const char *via, int64_t user_id, int64_t now, struct arena *arena,
              struct grant **ret, size_t *ret_n, struct err *err);
int grants_list(struct db *db, const char *via, int64_t now, size_t offset, size_t max,
                struct arena *arena, struct grant **ret, size_t *ret_n, int64_t *ret_total,
                struct err *err);

/* What counts now for one team, of everybody, by person: at most 200. */
int grants_for_team(struct db *db, const char *team_id, int64_t now, struct arena *arena,
                    struct grant **ret, size_t *ret_n, struct err *err);

/* Those whose time is over and of which nobody has noticed, at most max. Cheap. */
int grants_over(struct db *db, int64_t now, size_t max, struct arena *arena, struct grant **ret,
                size_t *ret_n, struct err *err);

#endif
