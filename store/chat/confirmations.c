#include "store/chat/confirmations.h"

#include <string.h>

#define KEPT_MS     ((int64_t)30 * 24 * 3600 * 1000)
#define WAITING_MAX 20
#define BACK_MS                                                                                    \
    60000 /* a clock that was set back by more must not make a question good for long              \
           */

static const char *const names[] = {"asked", "second", "doing", "done", "refused", "renewed"};

int confirmations_ask(struct db *db, const struct confirmation *c, int64_t *ret_id, struct err *err)
{
    if (DB_RUN(db, err, "DELETE FROM confirmation WHERE since < :before",
               B_INT(":before", c->asked_at - KEPT_MS)) ||
        DB_RUN(db, err,
               "UPDATE confirmation SET state = 'renewed', since = :at WHERE via = :via"
               " AND chat_id = :chat AND slot = :slot AND state IN ('asked', 'second')",
               B_INT(":at", c->asked_at), B_TEXT(":via", c->via), B_INT(":chat", c->chat_id),
               B_TEXT(":slot", c->slot)) ||
        DB_RUN(db, err,
               "INSERT INTO confirmation(via, user_id, chat_id, thread_id, slot, command, what,"
               " size, state, asked_at, since) VALUES(:via, :user, :chat, :thread, :slot, :command,"
               " :what, :size, 'asked', :at, :at)",
               B_TEXT(":via", c->via), B_INT(":user", c->user_id), B_INT(":chat", c->chat_id),
               B_INT(":thread", c->thread_id), B_TEXT(":slot", c->slot),
               B_TEXT(":command", c->command), B_TEXT(":what", c->what), B_INT(":size", c->size),
               B_INT(":at", c->asked_at)))
        return -1;
    *ret_id = db_last_id(db);
    return 0;
}

int confirmations_get(struct db *db, int64_t id, struct arena *arena, struct confirmation **ret,
                      struct err *err)
{
    AUTO_QUERY *q = NULL;
    *ret = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT via, user_id, chat_id, thread_id, slot, command, what, size, state,"
                 " asked_at, since, settled_by FROM confirmation WHERE id = :id",
                 B_INT(":id", id)))
        return -1;
    int more = query_next(q, err);
    if (more <= 0)
        return more;
    struct confirmation *c = arena_alloc(arena, 1, sizeof *c);
    *c = (struct confirmation){
        .id = id,
        .via = query_dup(q, 0, arena),
        .user_id = query_int(q, 1),
        .chat_id = query_int(q, 2),
        .thread_id = query_int(q, 3),
        .slot = query_dup(q, 4, arena),
        .command = query_dup(q, 5, arena),
        .what = query_dup(q, 6, arena),
        .size = query_int(q, 7),
        .asked_at = query_int(q, 9),
        .since = query_int(q, 10),
        .settled_by = query_dup(q, 11, arena),
    };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (!strcmp(names[i], query_text(q, 8)))
            c->state = (enum confirm_state)i;
    }
    *ret = c;
    return 0;
}

int confirmations_waiting(struct db *db, const char *via, int64_t not_of, int64_t now,
                          struct arena *arena, struct confirmation ***ret, size_t *ret_n,
                          struct err *err)
{
    AUTO_QUERY *q = NULL;
    int64_t ids[WAITING_MAX];
    size_t n = 0;
    int more;
    *ret_n = 0;
    *ret = arena_alloc(arena, WAITING_MAX, sizeof **ret);
    if (DB_QUERY(db, &q, err,
                 "SELECT id FROM confirmation WHERE state = 'second' AND since > :since"
                 " AND since <= :ahead"
                 " AND NOT (via = :via AND user_id = :user) ORDER BY id LIMIT :max",
                 B_INT(":since", now - CONFIRM_GOOD_MS), B_INT(":ahead", now + BACK_MS),
                 B_TEXT(":via", via), B_INT(":user", not_of), B_INT(":max", WAITING_MAX)))
        return -1;
    while ((more = query_next(q, err)) > 0)
        ids[n++] = query_int(q, 0);
    for (size_t i = 0; !more && i < n; i++) {
        struct confirmation *c;
        if (confirmations_get(db, ids[i], arena, &c, err))
            return -1;
        if (c)
            (*ret)[(*ret_n)++] = c;
    }
    return more;
}

int confirmations_set(struct db *db, int64_t id, enum confirm_state state, const char *by,
                      int64_t at, struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE confirmation SET state = :state, since = :at,"
                  " settled_by = ifnull(:by, settled_by) WHERE id = :id",
                  B_TEXT(":state", names[state]), B_INT(":at", at), B_TEXT(":by", by),
                  B_INT(":id", id));
}

bool confirmation_over(const struct confirmation *c, int64_t now)
{
    return (c->state == CONFIRM_ASKED || c->state == CONFIRM_SECOND) &&
           (now - c->since >= CONFIRM_GOOD_MS || c->since - now > BACK_MS);
}
