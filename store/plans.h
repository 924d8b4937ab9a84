/* plans.h: plans that wait for a person: a preview somebody asked for, or what a brake held back.
 * Written in several transactions (state writing), usable once open. */
#ifndef STORE_PLANS_H
#define STORE_PLANS_H

#include "store/db.h"
#include "store/runs.h"

struct saved_plan {
    int64_t id;
    const char *flow, *actor, *brake /* or NULL */, *state, *settled_by;
    struct counts counts; /* inserted, updated, deleted, ids */
    int64_t created_at;
};

struct saved_op {
    const char *op, *entity, *local_id /* or NULL */, *remote_id, *name, *changes, *reason, *digest;
};

/* Within the caller's transactions. */
int plans_begin(struct db *db, const char *flow, const char *actor, const char *brake,
                const char *hash, int64_t at, int64_t *ret_id, struct err *err);
int plans_add(struct db *db, int64_t id, int64_t seq, const struct saved_op *op, struct err *err);
int plans_open(struct db *db, int64_t id, const struct counts *counts, struct err *err);

/* A plan is good for a day: then the tables have moved on, and a new one is looked at. */
#define PLANS_GOOD_MS ((int64_t)24 * 3600 * 1000)

/* The open plan of the flow that a brake held back and that does just this, kept after `since`; 0:
 * none. */
int plans_same(struct db *db, const char *flow, const char *hash, int64_t since, int64_t *ret_id,
               struct err *err);

/* open → applied or refused, once: *ret_was_open is false for the second press. */
int plans_settle(struct db *db, int64_t id, const char *state, const char *by, int64_t at,
                 bool *ret_was_open, struct err *err);

/* *ret NULL when there is none. */
int plans_get(struct db *db, int64_t id, struct arena *arena, struct saved_plan **ret,
              struct err *err);
/* Ops in order, from seq `from`, at most max. */
int plans_ops(struct db *db, int64_t id, int64_t from, size_t max, struct arena *arena,
              struct saved_op **ret, size_t *ret_n, struct err *err);
int plans_count(struct db *db, int64_t id, int64_t *ret, struct err *err);

/* Those that a brake held back after `since`, and that nobody has decided on: of each flow that
 * still stands still the latest, oldest first, at most max. */
int plans_held(struct db *db, int64_t since, int64_t *ret, size_t max, size_t *ret_n,
               struct err *err);

/* Forgets plans older than 7 days. Writes nothing when there are none. */
int plans_prune(struct db *db, int64_t now, struct err *err);

#endif
