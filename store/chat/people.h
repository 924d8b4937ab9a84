/* people.h: who talks to the bot: their role and language. Writes belong inside the caller's
 * transaction. */
#ifndef STORE_PEOPLE_H
#define STORE_PEOPLE_H

#include "store/chat/role.h"
#include "store/db.h"

struct chat_user {
    const char *via;
    int64_t user_id;
    const char *name, *username, *lang; /* any may be NULL */
    bool met;                           /* in a private chat; for people_seen only */
    bool lang_chosen;                   /* by /lang, not guessed from the client */
    enum role role; /* as last worked out from all that counts, for menus and lists; what they may
                     * do is worked out anew each time (bot/rights.h) */
};

/* *ret NULL for a stranger. */
int people_get(struct db *db, const char *via, int64_t user_id, struct arena *arena,
               struct chat_user **ret, struct err *err);
/* By @username, without regard to case; *ret NULL when nobody or more than one has it. */
int people_find(struct db *db, const char *via, const char *username, struct arena *arena,
                struct chat_user **ret, struct err *err);
/* Can they be written to: they were met in private and did not block the bot since. */
int people_reached(struct db *db, const char *via, int64_t user_id, bool *ret, struct err *err);
/* Remembers who wrote: name, username, the client's language; writes only when one of them changed.
 */
int people_seen(struct db *db, const struct chat_user *u, int64_t at, struct err *err);
int people_set_lang(struct db *db, const char *via, int64_t user_id, const char *lang,
                    struct err *err);
/* Their role as it is now, with everything that counts: when it is another than before, it is kept
 * and their list of commands is out of date (chat_user.menu_stale). Writes nothing otherwise. */
int people_role_changed(struct db *db, const char *via, int64_t user_id, enum role role, int64_t at,
                        struct err *err);
/* Somebody who was met in private, did not block the bot, and whose list of commands is out of
 * date; *ret NULL: nobody. */
int people_menu_next(struct db *db, const char *via, struct arena *arena, struct chat_user **ret,
                     struct err *err);
/* They have the list for the role and the language of u now; nothing when these are others by now.
 */
int people_menu_done(struct db *db, const struct chat_user *u, struct err *err);
/* The lists of all who have one are out of date. */
int people_menus_changed(struct db *db, const char *via, struct err *err);
/* Gives a role for everything and for good, in place of another such role, or takes all that was
 * given (ROLE_ANYONE), limited or not; with audit rows. A user who never wrote gets a row too. */
int people_grant(struct db *db, const char *via, int64_t user_id, enum role role, const char *by,
                 int64_t at, struct err *err);
/* Those to whom at least this role was given for everything and who have it now, each once with the
 * highest. Admins by configuration and those whom the store makes something do not stand here. */
int people_with_role(struct db *db, const char *via, enum role role, struct arena *arena,
                     struct chat_user **ret, size_t *ret_n, struct err *err);
/* All who count as organizers or admins, by whatever right and for whatever team, as it was last
 * worked out (people_role_changed): by id, at most 1000. */
int people_organizers(struct db *db, const char *via, struct arena *arena, struct chat_user **ret,
                      size_t *ret_n, struct err *err);

#endif
