/* conflicts.h: fields that both sides changed differently: those that wait for a person, and those
 * that a policy settled, with the value that lost.
 * Writes belong inside the caller's transaction. */
#ifndef STORE_CONFLICTS_H
#define STORE_CONFLICTS_H

#include "store/db.h"

struct conflict {
    int64_t id, run;
    const char *flow, *entity, *local_id, *field; /* field "deleted": edited there, deleted here, or
                                                     the other way round; "id": are these one? */
    const char *base, *ours, *theirs;             /* as the audit writes values; NULL: empty */
    const char *remote;
    int64_t theirs_at;      /* when the remote says that the row was edited; 0: unknown */
    bool open;              /* waits for a person */
    const char *settled_by; /* "policy", "agreed" (both became the same), "telegram:1001" */
    const char *choice;     /* "ours", "theirs"; NULL: none was made */
    int64_t created_at, settled_at;
};

/* Opens the conflict, or renews base, ours, theirs and theirs_at of the one that is open for the
 * same (flow, entity, local_id, field). Writes nothing when nothing differs. */
int conflicts_open(struct db *db, const struct conflict *c, struct err *err);
/* Writes one that is settled already (by policy): the losing value is kept in it. */
int conflicts_add_settled(struct db *db, const struct conflict *c, struct err *err);
/* Closes an open one, or writes down that a settled one was settled anew. choice NULL: there was
 * nothing left to choose. */
int conflicts_settle(struct db *db, int64_t id, const char *by, const char *choice, int64_t at,
                     struct err *err);

int conflicts_get(struct db *db, int64_t id, struct arena *arena, struct conflict **ret,
                  struct err *err);
/* The open ones, oldest first, from offset, at most max; *ret_total counts all. */
int conflicts_list_open(struct db *db, size_t offset, size_t max, struct arena *arena,
                        struct conflict **ret, size_t *ret_n, int64_t *ret_total, struct err *err);
/* The open ones of one record in one flow: one for each field that waits. */
int conflicts_of_record(struct db *db, const char *flow, const char *entity, const char *local_id,
                        struct arena *arena, struct conflict **ret, size_t *ret_n, struct err *err);
/* Is it open, or was it answered with "ours", whether these two records are one? Then nobody is
 * asked again. The field of such a question is "id", and theirs the other record's id. */
int conflicts_pair_known(struct db *db, const char *entity, const char *a, const char *b, bool *ret,
                         struct err *err);
/* Closes the open ones of a record that is no more, and those that ask whether another is it:
 * nothing is left to choose. */
int conflicts_close_all(struct db *db, const char *entity, const char *local_id, const char *by,
                        int64_t at, struct err *err);
/* Those that a run met, open or settled. */
int conflicts_of_run(struct db *db, int64_t run, size_t max, struct arena *arena,
                     struct conflict **ret, size_t *ret_n, struct err *err);
/* What one record and those that name it in a reference field met between `from` and `before` (the
 * latter excluded), newest first, at most max: for its history. */
int conflicts_history(struct db *db, const char *entity, const char *local_id, int64_t from,
                      int64_t before, size_t max, struct arena *arena, struct conflict **ret,
                      size_t *ret_n, struct err *err);
int conflicts_count_open(struct db *db, int64_t *ret, struct err *err);

#endif
