/* jail.h: the step's rows in quarantine while a run makes its plan: which are there, which come in,
 * which leave. Private to the engine's files. */
#ifndef SYNC_JAIL_H
#define SYNC_JAIL_H

#include "store/staging.h"
#include "sync/run_state.h"

/* Reasons that are rosterd's own, not the domain's. */
#define JAIL_PAUSED  "Paused"
#define JAIL_SETTLES "Edited just now"
#define JAIL_DELETED "Refers to a deleted record" /* nothing new is begun with one */
/* Of a dictionary's table. */
#define JAIL_BAD_CODE "Invalid code"
#define JAIL_TWO_ROWS "Duplicate code" /* neither row is taken for the entry */
/* Of a push; the row in quarantine is the record: remote_id is its local id. */
#define JAIL_UNLINKED    "Not linked there yet"       /* a record it refers to has no row there */
#define JAIL_UNCONFIRMED "Not confirmed yet"          /* sent, and the answer was lost */
#define JAIL_UNKNOWN     "Unknown whether created"    /* several rows look like it */
#define JAIL_REFUSED     "Refused"                    /* the remote does not take it as it is */
#define JAIL_IGNORED     "Ignored by the remote"      /* accepted, and silently not applied */
#define JAIL_SHARED      "Several records in one row" /* writing one would change the others */
#define JAIL_UNREAD      QUARANTINE_UNREAD            /* what people typed is not written over */
#define JAIL_MOVED       "Changed there meanwhile"    /* the next pull has to see it first */

struct jail_set {
    struct jailed *list;
    size_t n;
    uint32_t *slots; /* index + 1, open addressing */
    size_t n_slots;
    bool *seen; /* this run has dealt with the row */
};

/* Reads them into s->jail. */
int jail_load(struct run_state *s, struct err *err);

/* The row in quarantine, or NULL. */
const struct jailed *jail_peek(const struct run_state *s, const char *remote_id, const char *part);
/* The same; marks it as dealt with. */
const struct jailed *jail_find(struct run_state *s, const char *remote_id, const char *part);

/* Plans that a bad candidate goes into quarantine, unless it stands there for the same reason. */
void jail_bad(struct run_state *s, const struct staged_row *row, const struct candidate *c);

/* Tells the report of a row that came into quarantine. j lives as long as the run. */
void jail_sample(struct run_state *s, const struct jailed *j);

/* Plans that whatever of the row is in quarantine and was not found bad again leaves it. Always
 * after the ops that deal with the row: a row that waits may stand nowhere else, so it leaves only
 * when its record is in the store. */
void jail_free_row(struct run_state *s, const char *remote_id);

/* Does a row stand there for this reason. */
bool jail_has(const struct run_state *s, const char *reason);

#endif
