/* grant.h: whom /grant and /revoke mean. Within a command's call. */
#ifndef BOT_GRANT_H
#define BOT_GRANT_H

#include "bot/command.h"

/* Roles are given to people in Telegram, whatever chat the admin sits in. */
#define GRANT_VIA "telegram"

struct grantee {
    int64_t id;       /* 0: nobody we know */
    const char *name; /* for the reply */
    enum role role;
    bool is_admin; /* by configuration */
};

/* word: a numeric id (known or not) or @username of somebody who wrote before; NULL finds nobody.
 */
int grant_find(struct ask *a, const char *word, struct grantee *ret, struct err *err);

/* Tells them, in their language. Somebody who never wrote to the bot cannot be told. */
int grant_tell(struct ask *a, const struct grantee *who, enum text_id text, struct err *err);

#endif
