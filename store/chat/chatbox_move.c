/* The part of chatbox.h about chats that end or move. */
#include "store/chat/chatbox.h"

#define MOVES_MAX 8 /* of one group: a circle must end */

/* Runs the statements of one change in the caller's transaction, or in one of its own. */
static int together(struct db *db, int (*change)(struct db *, const void *, struct err *),
                    const void *ctx, struct err *err)
{
    if (db_in_transaction(db))
        return change(db, ctx, err);
    if (db_begin(db, err))
        return -1;
    if (change(db, ctx, err)) {
        db_rollback(db);
        return -1;
    }
    return db_commit(db, err);
}

struct dead {
    const char *via, *why;
    int64_t chat_id;
};

static int mark_dead(struct db *db, const void *ctx, struct err *err)
{
    const struct dead *d = ctx;
    if (DB_RUN(db, err, "UPDATE chat_user SET dead = 1 WHERE via = :via AND user_id = :chat",
               B_TEXT(":via", d->via), B_INT(":chat", d->chat_id)))
        return -1;
    return DB_RUN(db, err,
                  "UPDATE chat_out SET state = 'failed', error = :why"
                  " WHERE via = :via AND state = 'queued' AND chat_id = :chat",
                  B_TEXT(":why", d->why), B_TEXT(":via", d->via), B_INT(":chat", d->chat_id));
}

int chatbox_dead(struct db *db, const char *via, int64_t chat_id, const char *why, struct err *err)
{
    return together(db, mark_dead, &(struct dead){via, why, chat_id}, err);
}

struct move {
    const char *via;
    int64_t from, to;
};

static const char *const move_sql[] = {
    /* a slot that both ids have: the text under the old id is the newer one */
    "DELETE FROM chat_out WHERE via = :via AND chat_id = :to AND slot IS NOT NULL"
    " AND EXISTS (SELECT 1 FROM chat_out o WHERE o.via = :via AND o.chat_id = :from"
    "  AND o.thread_id = chat_out.thread_id AND o.slot = chat_out.slot)",
    "UPDATE chat_out SET chat_id = :to, message_id = NULL, sent_version = 0, not_before = 0"
    " WHERE via = :via AND chat_id = :from",
    "UPDATE OR REPLACE job_watch SET chat_id = :to WHERE via = :via AND chat_id = :from",
    "UPDATE confirmation SET chat_id = :to WHERE via = :via AND chat_id = :from",
    "UPDATE reminder SET chat_id = :to WHERE via = :via AND chat_id = :from",
    "UPDATE edit SET chat_id = :to WHERE via = :via AND chat_id = :from",
    "UPDATE OR REPLACE alert_chat SET chat_id = :to WHERE chat_id = :from AND :via IS NOT NULL",
    "UPDATE OR REPLACE alert_mute SET chat_id = :to WHERE chat_id = :from AND :via IS NOT NULL",
    "UPDATE OR REPLACE alert_unwanted SET chat_id = :to WHERE chat_id = :from AND :via IS NOT NULL",
    "INSERT INTO chat_moved(via, chat_id, moved_to) VALUES (:via, :from, :to)"
    " ON CONFLICT DO UPDATE SET moved_to = :to",
};

static int move_chat(struct db *db, const void *ctx, struct err *err)
{
    const struct move *m = ctx;
    for (size_t i = 0; i < ARRAY_LEN(move_sql); i++)
        if (DB_RUN(db, err, move_sql[i], B_TEXT(":via", m->via), B_INT(":from", m->from),
                   B_INT(":to", m->to)))
            return -1;
    return 0;
}

int chatbox_migrate(struct db *db, const char *via, int64_t from, int64_t to, struct err *err)
{
    int64_t known;
    if (DB_INT(db, 0, &known, err,
               "SELECT EXISTS (SELECT 1 FROM chat_moved WHERE via = :via AND chat_id = :from"
               " AND moved_to = :to) AND NOT EXISTS (SELECT 1 FROM chat_out WHERE via = :via"
               " AND chat_id = :from)",
               B_TEXT(":via", via), B_INT(":from", from), B_INT(":to", to)))
        return -1;
    if (known || !to || from == to)
        return 0;
    return together(db, move_chat, &(struct move){via, from, to}, err);
}

int chatbox_now_id(struct db *db, const char *via, int64_t chat_id, int64_t *ret, struct err *err)
{
    int64_t id = chat_id;
    for (int moves = 0; moves < MOVES_MAX; moves++) {
        int64_t next;
        if (DB_INT(db, id, &next, err,
                   "SELECT moved_to FROM chat_moved WHERE via = :via AND chat_id = :id",
                   B_TEXT(":via", via), B_INT(":id", id)))
            return -1;
        if (next == id)
            break;
        id = next;
    }
    *ret = id;
    return 0;
}
