#include "store/chat/edits.h"

#include <string.h>

#define EDIT_COLUMNS                                                                               \
    "id, via, user_id, chat_id, thread_id, slot, entity, local_id, field, before, after, typed,"   \
    " state, asked_at, done_at"

static const char *const states[] = {"asked", "done", "undone", "left"};

static int read_one(struct query *q, struct arena *arena, struct edit **ret, struct err *err)
{
    int more = query_next(q, err);
    *ret = NULL;
    if (more <= 0)
        return more;
    *ret = arena_alloc(arena, 1, sizeof **ret);
    **ret = (struct edit){
        .id = query_int(q, 0),
        .via = query_dup(q, 1, arena),
        .user_id = query_int(q, 2),
        .chat_id = query_int(q, 3),
        .thread_id = query_int(q, 4),
        .slot = query_dup(q, 5, arena),
        .entity = query_dup(q, 6, arena),
        .local_id = query_dup(q, 7, arena),
        .field = query_dup(q, 8, arena),
        .before = query_dup(q, 9, arena),
        .after = query_dup(q, 10, arena),
        .typed = query_int(q, 11) != 0,
        .asked_at = query_int(q, 13),
        .done_at = query_int(q, 14),
    };
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        if (!strcmp(states[i], query_text(q, 12)))
            (*ret)->state = (enum edit_state)i;
    }
    return 0;
}

int edits_leave(struct db *db, const char *via, int64_t user_id, int64_t chat_id, int64_t at,
                struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE edit SET state = 'left', done_at = :at WHERE via = :via"
                  " AND user_id = :user AND chat_id = :chat AND state = 'asked' AND typed = 1",
                  B_INT(":at", at), B_TEXT(":via", via), B_INT(":user", user_id),
                  B_INT(":chat", chat_id));
}

int edits_ask(struct db *db, const struct edit *e, int64_t *ret_id, struct err *err)
{
    if (DB_RUN(db, err, "DELETE FROM edit WHERE asked_at < :old",
               B_INT(":old", e->asked_at - EDITS_KEPT_MS)) ||
        edits_leave(db, e->via, e->user_id, e->chat_id, e->asked_at, err) ||
        DB_RUN(
            db, err,
            "INSERT INTO edit(via, user_id, chat_id, thread_id, slot, entity, local_id, field,"
            " before, typed, state, asked_at) VALUES(:via, :user, :chat, :thread, :slot, :entity,"
            " :id, :field, :before, :typed, 'asked', :at)",
            B_TEXT(":via", e->via), B_INT(":user", e->user_id), B_INT(":chat", e->chat_id),
            B_INT(":thread", e->thread_id), B_TEXT(":slot", e->slot), B_TEXT(":entity", e->entity),
            B_TEXT(":id", e->local_id), B_TEXT(":field", e->field), B_TEXT(":before", e->before),
            B_INT(":typed", e->typed), B_INT(":at", e->asked_at)))
        return -1;
    *ret_id = db_last_id(db);
    return 0;
}

int edits_get(struct db *db, int64_t id, struct arena *arena, struct edit **ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err, "SELECT " EDIT_COLUMNS " FROM edit WHERE id = :id", B_INT(":id", id)))
        return -1;
    return read_one(q, arena, ret, err);
}

int edits_waiting(struct db *db, const char *via, int64_t user_id, int64_t chat_id,
                  int64_t thread_id, int64_t since, struct arena *arena, struct edit **ret,
                  struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT " EDIT_COLUMNS " FROM edit WHERE via = :via AND user_id = :user"
                 " AND chat_id = :chat AND thread_id = :thread AND state = 'asked' AND typed = 1"
                 " AND asked_at >= :since ORDER BY id DESC LIMIT 1",
                 B_TEXT(":via", via), B_INT(":user", user_id), B_INT(":chat", chat_id),
                 B_INT(":thread", thread_id), B_INT(":since", since)))
        return -1;
    return read_one(q, arena, ret, err);
}

int edits_done(struct db *db, int64_t id, const char *before, const char *after, int64_t at,
               struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE edit SET state = 'done', before = :before, after = :after,"
                  " done_at = :at WHERE id = :id",
                  B_TEXT(":before", before), B_TEXT(":after", after), B_INT(":at", at),
                  B_INT(":id", id));
}

int edits_set(struct db *db, int64_t id, enum edit_state state, int64_t at, struct err *err)
{
    return DB_RUN(db, err, "UPDATE edit SET state = :state, done_at = :at WHERE id = :id",
                  B_TEXT(":state", states[state]), B_INT(":at", at), B_INT(":id", id));
}
