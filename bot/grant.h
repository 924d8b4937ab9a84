/* grant.h: whom /grant, /revoke, /bind and /unbind mean, and what a role is called. Within a
 * command's call. */
#ifndef BOT_GRANT_H
#define BOT_GRANT_H

#include "bot/ask.h"

/* Roles are given to people in Telegram, whatever chat the admin sits in. */
#define GRANT_VIA "telegram"

struct grantee {
    int64_t id;       /* 0: nobody we know */
    const char *name; /* for the reply */
    bool is_admin;    /* by configuration */
};

/* word: a numeric id (known or not) or @username of somebody who wrote before; NULL finds nobody.
 */
int grant_find(struct ask *a, const char *word, struct grantee *ret, struct err *err);

/* «Пётр (3001)», or the number alone of somebody whose name is not known. */
void grantee_words(const struct grantee *who, enum lang lang, struct msg *m);

/* «организатор (Кухня, до 4 июля, 12:00)», in the arena. */
const char *grant_words(struct ask *a, enum lang lang, const struct grant *g);

/* Tells them in their language, with {what} for the grant (NULL: without). Somebody who never wrote
 * to the bot cannot be told. */
int grant_tell(struct ask *a, const struct grantee *who, enum text_id text, const struct grant *g,
               struct err *err);

/* What a person has changed: their role is worked out anew. */
int grant_changed(struct ask *a, int64_t id, struct err *err);

/* What follows /grant NAME: a role (organizer when none is named), a time, and a team's name, in
 * any order but the name last. Pure. Returns false when a word that begins like a time is none. */
struct grant_wish {
    enum role role;
    int64_t for_ms;   /* 0: for good */
    const char *team; /* "": everything */
};
bool grant_read(const char *text, struct arena *arena, struct grant_wish *ret);

#endif
