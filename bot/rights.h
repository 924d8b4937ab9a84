/* rights.h: what somebody in a chat may do now, and for which teams: all that counts, put together
 * from the configuration, what was given, and what the store says of the person they are.
 *
 * Worked out for every update anew, so what ends by itself needs nobody to end it. Within a
 * transaction, in the worker of the chat lane; what is returned lives in the arena. */
#ifndef BOT_RIGHTS_H
#define BOT_RIGHTS_H

#include "bot/bot.h"
#include "store/chat/bindings.h"
#include "store/chat/grants.h"
#include "store/conflicts.h"
#include "store/quarantine.h"

enum right_from {
    RIGHT_CONFIG, /* an admin by configuration; or the terminal */
    RIGHT_GIVEN,  /* by /grant: `grant` */
    RIGHT_BOUND,  /* a person of the store */
    RIGHT_LEADS,  /* who leads a team this year, [telegram] leads_are_organizers */
};

struct right {
    enum role role;
    const char *team_id; /* NULL: everything */
    enum right_from from;
    const struct grant *grant;
};

struct rights {
    const struct right *list;
    size_t n;
    enum role role;              /* the highest, for whatever team */
    enum role whole;             /* the highest that is for everything */
    const struct binding *bound; /* or NULL; it counts while ->live */
};

int rights_of(const struct bot *bot, struct db *db, const char *via, int64_t user_id, int64_t now,
              struct arena *arena, const struct rights **ret, struct err *err);

/* Has at least `need` for that team. Pure. */
bool rights_for_team(const struct rights *r, enum role need, const char *team_id);

/* The same for a record: for one of the teams that it belongs to. */
int rights_for_record(struct db *db, const struct rights *r, enum role need, const char *entity,
                      const char *id, struct arena *arena, bool *ret, struct err *err);

/* For a line of quarantine: its record's or its row's own teams (sync/row_reach.h). One that cannot
 * be placed belongs to nobody whose role is limited. */
int rights_for_row(const struct bot *bot, struct db *db, const struct rights *r, enum role need,
                   const struct jailed *j, struct arena *arena, bool *ret, struct err *err);
/* For a conflict: those of its record. Whether two records are one concerns the teams of both, and
 * so takes the role for everything. */
int rights_for_conflict(struct db *db, const struct rights *r, enum role need,
                        const struct conflict *c, struct arena *arena, bool *ret, struct err *err);

/* A command that asks ask_may_team or ask_may_record of what it shows and changes; the others take
 * their role for everything. Pure. */
bool rights_by_team(const char *command);

/* What a person has changed: works out their role and keeps it (people_role_changed). */
int rights_changed(const struct bot *bot, struct db *db, const char *via, int64_t user_id,
                   int64_t now, struct err *err);

/* Grants whose time is over: each is closed and its person told, once. And where the store changed
 * since the last call, those whom it makes something (a lead who leads no more) get the list of
 * commands of what they are now. Opens transactions of its own, and only when there is something to
 * write. *ret_told: something was said. */
int rights_tick(const struct bot *bot, struct db *db, int64_t now, bool *ret_told, struct err *err);

/* Is that id an admin by configuration? */
bool rights_in_config(const struct bot *bot, const char *via, int64_t user_id);

/* A role as people call it. */
enum text_id rights_role_text(enum role role);

/* «организатор», «организатор (Кухня, до 4 июля, 12:00)», appended to out as plain text; returns
 * buf_str(out). */
const char *rights_words(struct buf *out, struct db *db, enum role role, const char *team_id,
                         int64_t until, int64_t now, enum lang lang, struct arena *arena);

#endif
