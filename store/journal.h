/* journal.h: writes on remotes, announced before they happen. An intent is committed as 'sent'
 * before the remote is called and becomes 'done' in the transaction that takes the result in; one
 * that is found 'sent' at the start of a run is a write whose answer nobody heard.
 * Writes belong inside the caller's transaction. */
#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include "store/db.h"

struct intent {
    int64_t id, run;
    const char *flow; /* the step's name */
    const char *remote, *tbl;
    const char *op; /* "insert", "update", "archive" */
    const char *entity, *local_id, *part;
    const char *remote_id; /* NULL: not known yet */
    const char
        *payload; /* JSON: {"cells":{column:cell}, "base":{…}, "changes":{field:[before,after]},
                     "restored":true where a row came back} */
    const char *state;            /* "sent", "done", "dropped" */
    int64_t attempts, not_before; /* looks for a lost insert; 0 */
    const char *ref;              /* "adopt": a person says that the lost row is there */
    const char *error;
    int64_t created_at, sent_at, done_at;
};

/* Adds i in state 'sent'; *ret_id is its number. */
int journal_send(struct db *db, const struct intent *i, int64_t *ret_id, struct err *err);
/* It happened: this row (insert) now stands for the record. */
int journal_done(struct db *db, int64_t id, const char *remote_id, int64_t at, struct err *err);
/* Nobody can tell whether it happened; remote_id: where the row may be, or NULL. It stays 'sent'.
 */
int journal_unsure(struct db *db, int64_t id, const char *remote_id, const char *why,
                   struct err *err);
/* It did not happen, or is not to be followed any further; why is for people. */
int journal_drop(struct db *db, int64_t id, const char *why, int64_t at, struct err *err);
/* Looked for and not found: counts the look; nobody looks again before not_before. */
int journal_look_later(struct db *db, int64_t id, int64_t not_before, const char *why,
                       struct err *err);
/* Nobody looks for it before not_before; no look is counted. */
int journal_wait(struct db *db, int64_t id, int64_t not_before, struct err *err);
/* A person's word on a lost insert: "adopt", or NULL for none. */
int journal_set_ref(struct db *db, int64_t id, const char *ref, struct err *err);

int journal_get(struct db *db, int64_t id, struct arena *arena, struct intent **ret,
                struct err *err);
/* Those in state 'sent' of a step, oldest first. */
int journal_unheard(struct db *db, const char *flow, struct arena *arena, struct intent **ret,
                    size_t *ret_n, struct err *err);
/* The unheard insert of a record in a table, or NULL. */
int journal_unheard_insert(struct db *db, const char *remote, const char *tbl, const char *entity,
                           const char *local_id, struct arena *arena, struct intent **ret,
                           struct err *err);
/* Unheard inserts into a table, whichever step sent them. */
int journal_unheard_inserts(struct db *db, const char *remote, const char *tbl, struct arena *arena,
                            struct intent **ret, size_t *ret_n, struct err *err);
/* What a run has done, in order, above `after` (0: from the first), at most max. */
int journal_of_run(struct db *db, int64_t run, int64_t after, size_t max, struct arena *arena,
                   struct intent **ret, size_t *ret_n, struct err *err);

#endif
