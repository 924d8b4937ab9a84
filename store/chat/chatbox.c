#include "store/chat/chatbox.h"

#include "store/base/clock.h"
#include "store/base/json.h"
#include "store/base/secret.h"

#include <inttypes.h>
#include <string.h>

#define PAYLOAD_MAX (256u << 10) /* one update as JSON */
#define PRUNE_ROWS  300
#define IN_KEEP_MS  (INT64_C(48) * 3600 * 1000)
#define OUT_KEEP_MS (INT64_C(7) * 24 * 3600 * 1000)

/* ---------------------------------------------------------------- updates as JSON */

static const char *const kind_names[] = {
    [UPDATE_MESSAGE] = "message", [UPDATE_PRESS] = "press", [UPDATE_GONE] = "gone",
    [UPDATE_BACK] = "back",       [UPDATE_OTHER] = "other", [UPDATE_FILE] = "file",
    [UPDATE_MOVED] = "moved",
};

static void put_id(struct buf *b, const char *key, int64_t id)
{
    if (id)
        buf_addf(b, ",\"%s\":%" PRId64, key, id);
}

static void put_text(struct buf *b, const char *key, const char *text)
{
    if (!text)
        return;
    buf_addf(b, ",\"%s\":", key);
    json_quote(b, text);
}

/* The order of the keys is fixed: the digest that tells a repeat from a new update is of this text.
 */
char *chat_update_to_json(const struct chat_update *u)
{
    struct buf b = BUF_INIT(PAYLOAD_MAX);
    buf_addf(&b, "{\"kind\":\"%s\",\"update_id\":%" PRId64 ",\"chat\":%" PRId64,
             kind_names[u->kind], u->update_id, u->chat_id);
    buf_addf(&b, ",\"thread\":%" PRId64 ",\"user\":%" PRId64 ",\"message\":%" PRId64, u->thread_id,
             u->user_id, u->message_id);
    buf_addf(&b, ",\"private\":%s", u->is_private ? "true" : "false");
    put_text(&b, "text", u->text);
    put_text(&b, "data", u->data);
    put_text(&b, "callback", u->callback_id);
    put_text(&b, "name", u->user_name);
    put_text(&b, "username", u->username);
    put_text(&b, "language", u->language);
    put_text(&b, "contact", u->contact);
    put_id(&b, "reply_to", u->reply_to);
    if (u->contact_of_another)
        buf_add(&b, ",\"contact_of_another\":true");
    if (u->forwarded)
        buf_add(&b, ",\"forwarded\":true");
    put_text(&b, "file", u->file.id);
    put_text(&b, "file_name", u->file.name);
    put_text(&b, "file_mime", u->file.mime);
    put_id(&b, "file_size", u->file.size);
    put_id(&b, "moved_to", u->moved_to);
    buf_addc(&b, '}');
    return buf_take(&b);
}

static bool kind_of(const char *name, enum update_kind *ret)
{
    for (size_t i = 0; name && i < ARRAY_LEN(kind_names); i++) {
        if (!strcmp(name, kind_names[i])) {
            *ret = (enum update_kind)i;
            return true;
        }
    }
    return false;
}

int chat_update_from_json(const char *json, struct arena *arena, struct chat_update *ret,
                          struct err *err)
{
    AUTO_JSON *tree = NULL;
    struct chat_update u = {0};
    if (json_parse(json, strlen(json), &tree, err))
        return err_wrap(err, "stored update");
    if (!kind_of(json_text(tree, "kind"), &u.kind) || !json_i64(tree, "chat", &u.chat_id) ||
        !json_i64(tree, "user", &u.user_id))
        return err_set(err, ERR_DATA, "stored update: no kind, chat or user");
    json_i64(tree, "update_id", &u.update_id);
    json_i64(tree, "thread", &u.thread_id);
    json_i64(tree, "message", &u.message_id);
    u.is_private = json_bool(tree, "private");
    u.text = arena_strdup(arena, json_text(tree, "text"));
    u.data = arena_strdup(arena, json_text(tree, "data"));
    u.callback_id = arena_strdup(arena, json_text(tree, "callback"));
    u.user_name = arena_strdup(arena, json_text(tree, "name"));
    u.username = arena_strdup(arena, json_text(tree, "username"));
    u.language = arena_strdup(arena, json_text(tree, "language"));
    u.contact = arena_strdup(arena, json_text(tree, "contact"));
    u.contact_of_another = json_bool(tree, "contact_of_another");
    json_i64(tree, "reply_to", &u.reply_to);
    u.forwarded = json_bool(tree, "forwarded");
    u.file.id = arena_strdup(arena, json_text(tree, "file"));
    u.file.name = arena_strdup(arena, json_text(tree, "file_name"));
    u.file.mime = arena_strdup(arena, json_text(tree, "file_mime"));
    json_i64(tree, "file_size", &u.file.size);
    json_i64(tree, "moved_to", &u.moved_to);
    *ret = u;
    return 0;
}

/* ---------------------------------------------------------------- coming in */

static int store_update(struct db *db, const char *via, const struct chat_update *u, int64_t now,
                        struct err *err)
{
    char digest[33];
    AUTO_FREE char *payload = chat_update_to_json(u);
    hash_hex(payload, digest);
    if (DB_RUN(db, err,
               "INSERT OR IGNORE INTO chat_in(via, update_id, digest, payload, state, received_at)"
               " VALUES (:via, :update_id, :digest, :payload, 'new', :now)",
               B_TEXT(":via", via), B_INT(":update_id", u->update_id), B_TEXT(":digest", digest),
               B_TEXT(":payload", payload), B_INT(":now", now)))
        return -1;
    if (!db_changes(db))
        return 0;
    if (u->kind == UPDATE_MOVED)
        return chatbox_migrate(db, via, u->chat_id, u->moved_to, err);
    bool gone = u->kind == UPDATE_GONE;
    if (gone && !u->is_private) /* thrown out of a group: the person is still there */
        return 0;
    return DB_RUN(db, err,
                  "UPDATE chat_user SET dead = :dead"
                  " WHERE via = :via AND user_id = :user AND dead <> :dead",
                  B_INT(":dead", gone), B_TEXT(":via", via), B_INT(":user", u->user_id));
}

static int store_batch(struct db *db, const char *via, const struct chat_update *updates, size_t n,
                       int64_t next_offset, struct err *err)
{
    int64_t now = clock_now_ms();
    for (size_t i = 0; i < n; i++)
        if (store_update(db, via, &updates[i], now, err))
            return -1;
    return DB_RUN(db, err,
                  "INSERT INTO chat_state(via, next_offset) VALUES (:via, :offset)"
                  " ON CONFLICT(via) DO UPDATE SET next_offset = :offset",
                  B_TEXT(":via", via), B_INT(":offset", next_offset));
}

int chatbox_receive(struct db *db, const char *via, const struct chat_update *updates, size_t n,
                    int64_t next_offset, struct err *err)
{
    int64_t offset;
    if (chatbox_offset(db, via, &offset, err))
        return -1;
    if (!n && offset == next_offset)
        return 0;
    if (db_begin(db, err))
        return -1;
    if (store_batch(db, via, updates, n, next_offset, err)) {
        db_rollback(db);
        return -1;
    }
    return db_commit(db, err);
}

int chatbox_offset(struct db *db, const char *via, int64_t *ret, struct err *err)
{
    return DB_INT(db, 0, ret, err, "SELECT next_offset FROM chat_state WHERE via = :via",
                  B_TEXT(":via", via));
}

static int set_in_state(struct db *db, int64_t id, const char *state, struct err *err)
{
    return DB_RUN(db, err, "UPDATE chat_in SET state = :state, done_at = :now WHERE id = :id",
                  B_TEXT(":state", state), B_INT(":now", clock_now_ms()), B_INT(":id", id));
}

int chatbox_claim(struct db *db, struct arena *arena, int64_t *ret_id, const char **ret_via,
                  struct chat_update *ret, struct err *err)
{
    for (;;) {
        const char *via, *payload;
        int64_t id;
        {
            AUTO_QUERY *q = NULL;
            if (DB_QUERY(db, &q, err,
                         "SELECT id, via, payload FROM chat_in WHERE state = 'new'"
                         " ORDER BY id LIMIT 1"))
                return -1;
            int more = query_next(q, err);
            if (more < 0)
                return -1;
            if (!more) {
                *ret_id = 0;
                return 0;
            }
            id = query_int(q, 0);
            via = query_dup(q, 1, arena);
            payload = query_dup(q, 2, arena);
        }
        struct err unreadable = {0};
        if (!chat_update_from_json(payload, arena, ret, &unreadable)) {
            *ret_id = id;
            *ret_via = via;
            return 0;
        }
        if (set_in_state(db, id, "dropped", err)) /* else it would block all that follow */
            return -1;
    }
}

int chatbox_get(struct db *db, const char *via, int64_t id, struct arena *arena,
                struct chat_update *ret, bool *ret_found, struct err *err)
{
    AUTO_QUERY *q = NULL;
    struct err unreadable = {0};
    if (DB_QUERY(db, &q, err, "SELECT payload FROM chat_in WHERE id = :id AND via = :via",
                 B_INT(":id", id), B_TEXT(":via", via)))
        return -1;
    int more = query_next(q, err);
    *ret_found =
        more > 0 && !chat_update_from_json(query_dup(q, 0, arena), arena, ret, &unreadable);
    return more < 0 ? -1 : 0;
}

int chatbox_done(struct db *db, int64_t id, struct err *err)
{
    return set_in_state(db, id, "done", err);
}

int chatbox_unread(struct db *db, const char *via, int64_t *ret, struct err *err)
{
    return DB_INT(db, 0, ret, err,
                  "SELECT count(*) FROM chat_in WHERE state = 'new' AND via = :via",
                  B_TEXT(":via", via));
}

/* ---------------------------------------------------------------- forgetting */

int chatbox_prune(struct db *db, int64_t now_ms, struct err *err)
{
    int64_t old_in, old_out;
    if (DB_INT(db, 0, &old_in, err,
               "SELECT EXISTS (SELECT 1 FROM chat_in WHERE state <> 'new' AND done_at < :before)",
               B_INT(":before", now_ms - IN_KEEP_MS)) ||
        DB_INT(db, 0, &old_out, err,
               "SELECT EXISTS (SELECT 1 FROM chat_out WHERE state <> 'queued'"
               " AND max(created_at, coalesce(sent_at, 0)) < :before)",
               B_INT(":before", now_ms - OUT_KEEP_MS)))
        return -1;
    if (old_in && DB_RUN(db, err,
                         "DELETE FROM chat_in WHERE id IN (SELECT id FROM chat_in"
                         " WHERE state <> 'new' AND done_at < :before ORDER BY id LIMIT :n)",
                         B_INT(":before", now_ms - IN_KEEP_MS), B_INT(":n", PRUNE_ROWS)))
        return -1;
    if (!old_out)
        return 0;
    return DB_RUN(db, err,
                  "DELETE FROM chat_out WHERE id IN (SELECT id FROM chat_out"
                  " WHERE state <> 'queued' AND max(created_at, coalesce(sent_at, 0)) < :before"
                  " ORDER BY id LIMIT :n)",
                  B_INT(":before", now_ms - OUT_KEEP_MS), B_INT(":n", PRUNE_ROWS));
}
