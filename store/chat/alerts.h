/* alerts.h: what is wrong, as one row for each cause (a kind and its subject) while it lasts.
 *
 * Whoever meets trouble raises it, as often as they meet it, and clears it when it is over; the
 * watchman (bot/alerts/watch.h) tells people, once for a cause. Any thread with its own db; writes
 * belong inside the caller's transaction, and happen only where something is new. */
#ifndef STORE_ALERTS_H
#define STORE_ALERTS_H

#include "store/db.h"

/* The store keeps the names (alert_kind_name). */
enum alert_kind {
    ALERT_REMOTE_DOWN, /* subject: the remote */
    ALERT_REMOTE_AUTH, /* the remote: it refuses the token */
    ALERT_FLOW,        /* the step that fails */
    ALERT_BRAKE,       /* the step that a brake stops; ref: its plan */
    ALERT_CONFLICTS,   /* num fields wait for a decision */
    ALERT_QUARANTINE,  /* the flow; num rows in the last hour */
    ALERT_QUEUE,       /* num jobs stand still */
    ALERT_OUTBOX,      /* num messages wait to be sent */
    ALERT_DISK,        /* num MB are left */
    ALERT_WAL,         /* the store's journal has num MB */
    ALERT_CLOCK,       /* who told another time; num: seconds that we are ahead of them */
    ALERT_BACKUP,      /* where to; detail: why it failed */
    ALERT_CRASHES,     /* num times in detail minutes */
    ALERT_POLL,        /* somebody else polls with the bot's token */
    ALERT_UNNAMED,     /* the flow; num records that no row names any more, detail: some names */
    ALERT_PLANS,       /* the cycle, or ""; it leads brakes that wait for a decision together */
    ALERT_MORE,        /* the kind; num of its causes are told of together */
    ALERT_KINDS
};
enum severity { SEV_INFO, SEV_WARNING, SEV_IMPORTANT, SEV_CRITICAL, SEV_COUNT };

const char *alert_kind_name(enum alert_kind kind); /* "remote_down" */
bool alert_kind_parse(const char *name, enum alert_kind *ret);
const char *severity_name(enum severity s); /* "info", "warning", "important", "critical" */
bool severity_parse(const char *name, enum severity *ret);
enum severity alert_severity(enum alert_kind kind); /* how bad that is, unless somebody says else */
/* Told once and over: there is nothing to mend. */
bool alert_is_event(enum alert_kind kind);
/* A condition that is looked at: its end is shown where its beginning stands, and not told anew. */
bool alert_ends_quietly(enum alert_kind kind);

struct alert {
    int64_t id;
    enum alert_kind kind;
    enum severity severity;
    const char *subject, *detail /* or NULL */, *steps;
    bool open, grouped;
    bool dropped; /* over because something else stands for it */
    int64_t times, num, ref, since, last_at, closed_at, flaps, round, round_at, reminded, remind_at,
        tell_at, shown_at, told_at;
    int64_t lead; /* the alert that tells of it together with others, or 0 */
};

struct alert_news {
    enum alert_kind kind;
    const char *subject;      /* at most 200 bytes are kept */
    const char *detail;       /* in words, as the engine says it; or NULL */
    const char *step;         /* the step that met it: remembered, or NULL */
    const enum severity *bad; /* NULL: as alert_severity says */
    int64_t num, ref;
    int64_t since;    /* 0: now */
    int64_t grace_ms; /* told only when it lasts so long, or happens again */
    bool look;        /* what a look found, not something that happened: counts nothing */
};

#define ALERT_FLAP_MS 600000 /* what comes back so soon goes on where it was */

/* It happened, or happened again. Writes nothing when a look found what is known. *ret_id (or
 * NULL): the alert. */
int alerts_raise(struct db *db, const struct alert_news *n, int64_t now, int64_t *ret_id,
                 struct err *err);
/* It is over: said once to those who know of it. Writes nothing when it is not open. */
int alerts_clear(struct db *db, enum alert_kind kind, const char *subject, int64_t now,
                 struct err *err);
/* The same without a word: something else stands for it now. */
int alerts_drop(struct db *db, enum alert_kind kind, const char *subject, int64_t now,
                struct err *err);
/* The open one begins anew (a token that was accepted meanwhile is refused again): told as news. */
int alerts_again(struct db *db, int64_t id, int64_t since, int64_t now, struct err *err);
/* What is said of it is to be renewed now. */
int alerts_touch(struct db *db, int64_t id, int64_t now, struct err *err);
/* A plan of that step was decided on: what is said of its brake is to be renewed. */
int alerts_plan_settled(struct db *db, const char *step, int64_t now, struct err *err);
/* Nobody is reminded of it any more. */
int alerts_no_reminders(struct db *db, int64_t id, struct err *err);

bool alert_has_step(const struct alert *a, const char *step);

/* *ret NULL when there is none. */
int alerts_get(struct db *db, int64_t id, struct arena *arena, struct alert **ret, struct err *err);
int alerts_find_open(struct db *db, enum alert_kind kind, const char *subject, struct arena *arena,
                     struct alert **ret, struct err *err);
/* The open ones, the worst first, without those that another open one leads; at most max. */
int alerts_list_open(struct db *db, size_t max, struct arena *arena, struct alert **ret,
                     size_t *ret_n, struct err *err);
/* The open ones of a kind, oldest first; at most max. */
int alerts_list_kind(struct db *db, enum alert_kind kind, size_t max, struct arena *arena,
                     struct alert **ret, size_t *ret_n, struct err *err);
/* Those that were mended since, newest first, at most max. */
int alerts_list_closed(struct db *db, int64_t since, size_t max, struct arena *arena,
                       struct alert **ret, size_t *ret_n, struct err *err);
/* What this cause did before `id`, newest first, at most max. */
int alerts_history(struct db *db, const struct alert *a, size_t max, struct arena *arena,
                   struct alert **ret, size_t *ret_n, struct err *err);

/* ---- for the one who tells */

/* Whether something is to be told now. */
int alerts_is_due(struct db *db, int64_t now, bool *ret, struct err *err);
/* What is to be told now, the worst first, at most max. */
int alerts_due(struct db *db, int64_t now, size_t max, struct arena *arena, struct alert **ret,
               size_t *ret_n, struct err *err);
/* a was told as it is: keeps flaps, round, round_at, reminded, remind_at, told_at, grouped and
 * tell_at of it. */
int alerts_told(struct db *db, const struct alert *a, int64_t now, struct err *err);
/* Open ones of the kind that nobody was told of in any way, oldest first, at most max. */
int alerts_untold(struct db *db, enum alert_kind kind, size_t max, struct arena *arena,
                  struct alert **ret, size_t *ret_n, struct err *err);
/* From now on that alert tells of it (0: it is told by itself, and anew). */
int alerts_set_lead(struct db *db, int64_t id, int64_t lead, int64_t now, struct err *err);
/* Those that the alert leads, open or not, oldest first, at most max. */
int alerts_led(struct db *db, int64_t lead, size_t max, struct arena *arena, struct alert **ret,
               size_t *ret_n, struct err *err);
/* Alerts of the kind that were told of for the first time since; and open ones that stand behind a
 * number. */
int alerts_count_told(struct db *db, enum alert_kind kind, int64_t since, int64_t *ret,
                      struct err *err);
int alerts_count_grouped(struct db *db, enum alert_kind kind, int64_t *ret, struct err *err);

/* Forgets those closed more than 30 days ago. Writes nothing when there are none. */
int alerts_prune(struct db *db, int64_t now, struct err *err);

#endif
