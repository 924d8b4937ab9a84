/* quarantine.h: remote rows that break a rule, kept with their reason until they become valid.
 * Writes belong inside the caller's transaction. */
#ifndef STORE_QUARANTINE_H
#define STORE_QUARANTINE_H

#include "store/db.h"

/* The reason of a record that was not sent for cells which nobody can read (raw: {"column":"what it
 * says"}). It is judged again by every push, as those that wait are, but a person has to mend it.
 */
#define QUARANTINE_UNREAD "Not readable there"
/* Does a row of the table (named q, or none: "") wait for others, so that nobody has to do a thing.
 */
#define QUARANTINE_WAITS(q) "(" q "state = 'waiting' AND " q "reason <> '" QUARANTINE_UNREAD "')"

struct jailed {
    const char *flow, *remote_id, *part;
    bool waiting;       /* it refers to a record we do not have yet; else it is invalid */
    const char *reason; /* a sentence that people filter by */
    const char *detail; /* the value that is wrong, or NULL */
    const char *raw;
    const char *remote_key; /* the remote's own UUID text, or NULL */
    int64_t edited_at, first_seen, last_seen;
};

/* *ret NULL when the row is not in quarantine. */
int quarantine_get(struct db *db, const char *flow, const char *remote_id, const char *part,
                   struct arena *arena, struct jailed **ret, struct err *err);

/* Rows of a flow (NULL: of all), oldest first, from offset, at most max; *ret_total counts all. */
int quarantine_list(struct db *db, const char *flow, size_t offset, size_t max, struct arena *arena,
                    struct jailed **ret, size_t *ret_n, int64_t *ret_total, struct err *err);

/* Puts a row in or renews its state; first_seen is kept. */
int quarantine_put(struct db *db, const struct jailed *j, struct err *err);
int quarantine_free(struct db *db, const char *flow, const char *remote_id, const char *part,
                    struct err *err);

/* The row was written by us, beside its values, and has this time now. */
int quarantine_touch(struct db *db, const char *flow, const char *remote_id, int64_t edited_at,
                     int64_t now, struct err *err);

/* Rows of the flow that a complete listing no longer has. */
int quarantine_missing(struct db *db, const char *flow, struct arena *arena, struct jailed **ret,
                       size_t *ret_n, struct err *err);

/* Is this row of that flow invalid, and why: the reason (arena) or NULL. */
int quarantine_reason(struct db *db, const char *flow, const char *remote_id, struct arena *arena,
                      const char **ret, struct err *err);

/* Those that wait for others, and those that a person has to mend. */
int quarantine_count(struct db *db, const char *flow, int64_t *ret_waiting, int64_t *ret_invalid,
                     struct err *err);
/* Of the latter the records that have cells which nobody can read. */
int quarantine_unread(struct db *db, const char *flow, int64_t *ret, struct err *err);

#endif
