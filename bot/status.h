/* status.h: the state of the whole, for /status and `rosterd status`. Reads only. */
#ifndef BOT_STATUS_H
#define BOT_STATUS_H

#include "store/db.h"
#include "store/runs.h"
#include "sync/config/config.h"

struct step_status {
    struct step step;
    struct flow_state state;
    const char
        *cursor; /* "" when it never finished, for what is sent and where rows have no times */
    int64_t newest_at; /* when the newest row that was read was edited there; 0: not known */
    int64_t known, waiting, invalid;
};

struct status {
    const struct remote_state *remotes; /* in the order of the config */
    const struct step_status *steps; /* flows in the order of the config, reading before sending */
    size_t n_steps;
    int64_t queued, to_say, rev, store_bytes;
    int64_t people, teams, participations, badges, arrivals;
    int64_t conflicts, paused; /* that wait for a person; records that stand still */
    int64_t unheard;           /* new rows of which nobody heard whether they were made */
};

int status_read(struct db *db, const struct config *cfg, struct arena *arena, struct status *ret,
                struct err *err);

/* The moment in a cursor, UTC ms; 0: it has none. */
int64_t status_newest(const char *cursor);
/* The cursor as a person can read it: the moment in it ("2026-07-01 12:00:00", UTC), else "". */
const char *status_cursor(const char *value, struct arena *arena);

#endif
