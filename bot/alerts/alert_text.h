/* alert_text.h: an alert as people read it: what happened and since when, what rosterd does about
 * it, what they can do, and the buttons for that. Pure; any thread. */
#ifndef BOT_ALERT_TEXT_H
#define BOT_ALERT_TEXT_H

#include "bot/bot.h"
#include "store/chat/alert_chats.h"

/* A plan that waits together with others, or waited. */
struct alert_plan {
    const char *step, *why;
    int64_t id;
    enum {
        ALERT_PLAN_WAITS,
        ALERT_PLAN_APPLIED,
        ALERT_PLAN_REFUSED,
        ALERT_PLAN_OVER /* its flow went through without it */
    } state;
};

/* All that the words depend on. */
struct alert_view {
    const struct config *cfg;
    const struct alert *a;
    enum lang lang;
    int64_t now;
    struct alert_muted muted;       /* in that chat */
    int64_t next_try;               /* UTC ms: when its remote is asked again; 0: not known */
    const char *others[LANG_COUNT]; /* names of the remotes that work, or NULL */
    int64_t waiting, sent;    /* records that wait for its remote; those sent since it was mended */
    bool plan_open;           /* of a brake: the plan waits for somebody */
    struct alert_plan *plans; /* of ALERT_PLANS */
    size_t n_plans;
    bool hide_people; /* people's names are not for this chat */
};

/* One line: an icon, what, and since when; ended: what it has become. */
void alert_head(const struct alert_view *v, struct msg *m);
/* What is told while it lasts, or that it is over. */
void alert_message(const struct alert_view *v, struct msg *m, struct buttons *b);
/* What becomes of a message when a newer one tells of the same alert: its head. */
void alert_old_message(const struct alert_view *v, struct msg *m);
/* Everything known of it, without the buttons to mute. */
void alert_details(const struct alert_view *v, const struct alert *before, size_t n_before,
                   struct msg *m, struct buttons *b);

const char *alert_title(enum alert_kind kind, enum lang lang);
const char *severity_title(enum severity s, enum lang lang);

#endif
