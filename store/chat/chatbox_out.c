/* The second half of chatbox.h: what the bot has to say. */
#include "store/chat/chatbox.h"

#include "store/base/clock.h"
#include "store/base/json.h"
#include "store/base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define PAYLOAD_MAX   (256u << 10) /* one message as JSON */
#define HELD_MAX      (256u << 10) /* the list of held chats as JSON */
#define FILE_NAME_MAX 160
/* a file as JSON: a control character takes six bytes there */
#define FILE_PAYLOAD_MAX (6 * (size_t)CHATBOX_FILE_MAX + PAYLOAD_MAX)

/* ---------------------------------------------------------------- what is to be said */

static int add_picture(const struct outgoing_picture *p, struct buf *b, struct err *err)
{
    AUTO_JSON *tree = NULL;
    size_t n = strlen(p->drawing);
    if (n > CHATBOX_DRAWING_MAX)
        return err_set(err, ERR_DATA, "a drawing of more than %u bytes", CHATBOX_DRAWING_MAX);
    if (json_parse(p->drawing, n, &tree, err))
        return err_wrap(err, "drawing");
    buf_addf(b, ",\"drawing\":%s,\"figures\":", p->drawing);
    json_quote(b, p->figures);
    buf_add(b, ",\"name\":");
    json_quote(b, p->name);
    return 0;
}

static int message_payload(const struct outgoing *out, char **ret, struct err *err)
{
    struct buf b = BUF_INIT(PAYLOAD_MAX);
    if (out->buttons) {
        AUTO_JSON *tree = NULL;
        if (json_parse(out->buttons, strlen(out->buttons), &tree, err))
            return err_wrap(err, "buttons");
    }
    buf_add(&b, "{\"text\":");
    json_quote(&b, out->text);
    if (out->buttons) {
        buf_add(&b, ",\"buttons\":");
        buf_add(&b, out->buttons);
    }
    if (out->silent)
        buf_add(&b, ",\"silent\":true");
    if (out->picture && add_picture(out->picture, &b, err)) {
        buf_free(&b);
        return -1;
    }
    buf_addc(&b, '}');
    if (b.over) {
        buf_free(&b);
        return err_set(err, ERR_DATA, "a message of more than %u bytes", PAYLOAD_MAX);
    }
    *ret = buf_take(&b);
    return 0;
}

/* A slot's row is found again by its name; `part` of an older text must not stay in the payload, so
 * an equal text is looked for without it. */
static int say_in_slot(struct db *db, const struct outgoing *out, const char *payload,
                       struct err *err)
{
    return DB_RUN(
        db, err,
        "INSERT INTO chat_out(via, chat_id, thread_id, kind, slot, payload, final, state, created_at)"
        " VALUES (:via, :chat, :thread, 'message', :slot, :payload, :final, 'queued', :now)"
        " ON CONFLICT(via, chat_id, thread_id, slot) WHERE slot IS NOT NULL DO UPDATE SET"
        "  version = version + 1, payload = :payload, final = :final, created_at = :now,"
        "  attempts = 0, error = NULL, state = 'queued',"
        "  not_before = CASE state WHEN 'failed' THEN 0 ELSE not_before END"
        " WHERE state = 'failed' OR json_remove(payload, '$.part', '$.unsure') IS NOT json(:payload)"
        "  OR (state = 'queued' AND final < :final)",
        B_TEXT(":via", out->via), B_INT(":chat", out->chat_id), B_INT(":thread", out->thread_id),
        B_TEXT(":slot", out->slot), B_TEXT(":payload", payload),
        B_INT(":final", !out->intermediate), B_INT(":now", clock_now_ms()));
}

/* The person blocked the bot. */
static int is_dead(struct db *db, const char *via, int64_t chat_id, int64_t *ret, struct err *err)
{
    return DB_INT(db, 0, ret, err,
                  "SELECT dead FROM chat_user WHERE via = :via AND user_id = :chat",
                  B_TEXT(":via", via), B_INT(":chat", chat_id));
}

int chatbox_say(struct db *db, const struct outgoing *out, struct err *err)
{
    AUTO_FREE char *payload = NULL;
    int64_t dead;
    if (is_dead(db, out->via, out->chat_id, &dead, err))
        return -1;
    if (dead)
        return 0;
    if (message_payload(out, &payload, err))
        return -1;
    if (out->slot)
        return say_in_slot(db, out, payload, err);
    return DB_RUN(
        db, err,
        "INSERT INTO chat_out(via, chat_id, thread_id, kind, payload, final, state, created_at)"
        " VALUES (:via, :chat, :thread, 'message', :payload, :final, 'queued', :now)",
        B_TEXT(":via", out->via), B_INT(":chat", out->chat_id), B_INT(":thread", out->thread_id),
        B_TEXT(":payload", payload), B_INT(":final", !out->intermediate),
        B_INT(":now", clock_now_ms()));
}

/* A file on the disk as it is now: it may have changed when it is sent. */
static int check_path(const struct outgoing_file *f, struct err *err)
{
    struct stat st;
    if (stat(f->path, &st) || !S_ISREG(st.st_mode))
        return err_set(err, ERR_DATA, "%s is not there any more", f->name);
    if (!st.st_size)
        return err_set(err, ERR_DATA, "%s is empty: there is nothing to send", f->name);
    if (st.st_size > CHATBOX_PATH_MAX)
        return err_set(err, ERR_DATA, "%s has %.1f MB, files of at most %u MB can be sent", f->name,
                       (double)st.st_size / (1 << 20), CHATBOX_PATH_MAX >> 20);
    return 0;
}

/* Text that is no UTF-8 could never be read back, and the queue would stand still at it. */
static int check_file(const struct outgoing_file *f, struct err *err)
{
    size_t name = strlen(f->name), size = f->content ? strlen(f->content) : 0;
    size_t caption = f->caption ? strlen(f->caption) : 0;
    if (!name || name > FILE_NAME_MAX || caption > CHATBOX_CAPTION_MAX)
        return err_set(err, ERR_DATA, "a file without a name, or its name or caption is too long");
    if (!utf8_valid(f->name, name) || (caption && !utf8_valid(f->caption, caption)))
        return err_set(err, ERR_DATA, "a file whose name or caption is no UTF-8");
    if (!f->content)
        return check_path(f, err);
    if (!size)
        return err_set(err, ERR_DATA, "%s is empty: there is nothing to send", f->name);
    if (size > CHATBOX_FILE_MAX)
        return err_set(err, ERR_DATA, "%s has %.1f MB, files of at most %u MB can be sent", f->name,
                       (double)size / (1 << 20), CHATBOX_FILE_MAX >> 20);
    if (!utf8_valid(f->content, size))
        return err_set(err, ERR_DATA, "%s: the content is no UTF-8", f->name);
    return 0;
}

int chatbox_send_file(struct db *db, const struct outgoing_file *f, struct err *err)
{
    int64_t dead;
    if (check_file(f, err) || is_dead(db, f->via, f->chat_id, &dead, err))
        return -1;
    if (dead)
        return 0;
    AUTO_BUF b = BUF_INIT(FILE_PAYLOAD_MAX);
    buf_add(&b, "{\"name\":");
    json_quote(&b, f->name);
    buf_add(&b, ",\"caption\":");
    json_quote(&b, f->caption ? f->caption : "");
    buf_add(&b, f->content ? ",\"content\":" : ",\"path\":");
    json_quote(&b, f->content ? f->content : f->path);
    if (f->mime) {
        buf_add(&b, ",\"mime\":");
        json_quote(&b, f->mime);
    }
    buf_addc(&b, '}');
    return DB_RUN(db, err,
                  "INSERT INTO chat_out(via, chat_id, thread_id, kind, payload, state, created_at)"
                  " VALUES (:via, :chat, :thread, 'document', :payload, 'queued', :now)",
                  B_TEXT(":via", f->via), B_INT(":chat", f->chat_id),
                  B_INT(":thread", f->thread_id), B_TEXT(":payload", buf_str(&b)),
                  B_INT(":now", clock_now_ms()));
}

int chatbox_answer(struct db *db, const char *via, int64_t chat_id, const char *callback_id,
                   const char *text, struct err *err)
{
    AUTO_BUF b = BUF_INIT(PAYLOAD_MAX);
    buf_add(&b, "{\"callback\":");
    json_quote(&b, callback_id);
    buf_add(&b, ",\"text\":");
    json_quote(&b, text);
    buf_addc(&b, '}');
    return DB_RUN(db, err,
                  "INSERT INTO chat_out(via, chat_id, kind, payload, state, created_at)"
                  " VALUES (:via, :chat, 'answer', :payload, 'queued', :now)",
                  B_TEXT(":via", via), B_INT(":chat", chat_id), B_TEXT(":payload", buf_str(&b)),
                  B_INT(":now", clock_now_ms()));
}

/* ---------------------------------------------------------------- going out: what is next */

static int drop_late_answers(struct db *db, const char *via, int64_t now_ms, struct err *err)
{
    int64_t late, before = now_ms - CHATBOX_ANSWER_MS;
    if (DB_INT(db, 0, &late, err,
               "SELECT EXISTS (SELECT 1 FROM chat_out WHERE via = :via AND state = 'queued'"
               " AND kind = 'answer' AND created_at < :before)",
               B_TEXT(":via", via), B_INT(":before", before)))
        return -1;
    if (!late)
        return 0;
    return DB_RUN(db, err,
                  "UPDATE chat_out SET state = 'failed', error = 'too late' WHERE via = :via"
                  " AND state = 'queued' AND kind = 'answer' AND created_at < :before",
                  B_TEXT(":via", via), B_INT(":before", before));
}

static int read_item(const struct query *q, struct arena *arena, struct out_item *ret,
                     struct err *err)
{
    struct out_item item = {
        .id = query_int(q, 0),
        .chat_id = query_int(q, 2),
        .thread_id = query_int(q, 3),
        .slot = query_dup(q, 4, arena),
        .version = query_int(q, 6),
        .intermediate = !query_int(q, 7),
        .message_id = query_int(q, 8),
        .attempts = (int)query_int(q, 9),
        .created_at = query_int(q, 10),
    };
    const char *payload = query_text(q, 5);
    bool answer = str_eq(query_text(q, 1), "answer"), file = str_eq(query_text(q, 1), "document");
    AUTO_JSON *tree = NULL;
    const char *words = file ? "caption" : "text";
    int64_t n;
    if (json_parse(payload, strlen(payload), &tree, err) || !json_text(tree, words))
        return err_set(err, ERR_LOCAL, "chat_out %" PRId64 " cannot be read", item.id);
    item.text = arena_strdup(arena, json_text(tree, words));
    item.callback_id = arena_strdup(arena, json_text(tree, "callback"));
    item.silent = json_bool(tree, "silent");
    item.part = json_i64(tree, "part", &n) ? (int)n : 0;
    item.unsure = json_i64(tree, "unsure", &n) ? (int)n : 0;
    const cJSON *buttons = json_at(tree, "buttons");
    AUTO_FREE char *text = buttons ? cJSON_PrintUnformatted(buttons) : NULL;
    item.buttons = arena_strdup(arena, text);
    item.file_name = arena_strdup(arena, json_text(tree, "name"));
    item.file_path = arena_strdup(arena, json_text(tree, "path"));
    item.file_mime = arena_strdup(arena, json_text(tree, "mime"));
    const cJSON *drawing = json_at(tree, "drawing");
    AUTO_FREE char *shape = drawing ? cJSON_PrintUnformatted(drawing) : NULL;
    item.drawing = arena_strdup(arena, shape);
    item.figures = arena_strdup(arena, json_text(tree, "figures"));
    item.action = answer                          ? OUT_ANSWER
                  : file                          ? OUT_FILE
                  : item.message_id && !item.part ? OUT_EDIT
                                                  : OUT_SEND;
    *ret = item;
    return 0;
}

#define ITEM                                                                                       \
    "id, kind, chat_id, thread_id, slot,"                                                          \
    " CASE kind WHEN 'document' THEN json_remove(payload, '$.content') ELSE payload END, version," \
    " final, message_id, attempts, created_at"

/* In the order in which they are asked; each takes :via, :now and :held. A message that was never
 * sent and waits holds back the later messages of its chat. */
static const char *const next_sql[] = {
    "SELECT " ITEM " FROM chat_out WHERE via = :via AND state = 'queued' AND kind = 'answer'"
    " AND not_before <= :now AND :held IS NOT NULL ORDER BY id LIMIT 1",

    "SELECT " ITEM " FROM chat_out o WHERE via = :via AND state = 'queued'"
    " AND kind IN ('message', 'document') AND not_before <= :now AND (final OR message_id IS NULL)"
    " AND chat_id NOT IN (SELECT value FROM json_each(:held))"
    " AND (sent_version > 0 OR NOT EXISTS (SELECT 1 FROM chat_out e WHERE e.via = :via"
    "  AND e.state = 'queued' AND e.id < o.id AND e.chat_id = o.chat_id"
    "  AND e.kind IN ('message', 'document') AND e.sent_version = 0 AND e.not_before > :now))"
    " ORDER BY id LIMIT 1",

    "SELECT " ITEM " FROM chat_out WHERE via = :via AND state = 'queued' AND kind = 'message'"
    " AND not_before <= :now AND NOT final AND message_id IS NOT NULL"
    " AND chat_id NOT IN (SELECT value FROM json_each(:held)) ORDER BY id LIMIT 1",
};

static int next_of(struct db *db, const char *sql, const char *via, int64_t now_ms,
                   const char *held, struct arena *arena, struct out_item *ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err, sql, B_TEXT(":via", via), B_INT(":now", now_ms),
                 B_TEXT(":held", held)))
        return -1;
    int more = query_next(q, err);
    if (more < 0)
        return -1;
    return more ? read_item(q, arena, ret, err) : 0;
}

int chatbox_next(struct db *db, const char *via, int64_t now_ms, const int64_t *held, size_t n_held,
                 struct arena *arena, struct out_item *ret, int64_t *ret_wait_ms, struct err *err)
{
    AUTO_BUF list = BUF_INIT(HELD_MAX);
    buf_addc(&list, '[');
    for (size_t i = 0; i < n_held; i++)
        buf_addf(&list, "%s%" PRId64, i ? "," : "", held[i]);
    buf_addc(&list, ']');
    if (list.over)
        return err_set(err, ERR_LOCAL, "%zu chats are held at once", n_held);
    if (drop_late_answers(db, via, now_ms, err))
        return -1;
    struct out_item item = {0};
    for (size_t i = 0; i < ARRAY_LEN(next_sql) && !item.id; i++)
        if (next_of(db, next_sql[i], via, now_ms, buf_str(&list), arena, &item, err))
            return -1;
    int64_t wait = 0;
    if (!item.id) {
        int64_t at;
        if (DB_INT(db, -1, &at, err,
                   "SELECT min(not_before) FROM chat_out WHERE via = :via AND state = 'queued'"
                   " AND not_before > :now",
                   B_TEXT(":via", via), B_INT(":now", now_ms)))
            return -1;
        wait = at < 0 ? -1 : at - now_ms;
    }
    *ret = item;
    *ret_wait_ms = wait;
    return 0;
}

int chatbox_read_path(const struct out_item *item, char **ret, size_t *ret_len, struct err *err)
{
    FILE *in = fopen(item->file_path, "rb");
    struct buf b = BUF_INIT((size_t)CHATBOX_PATH_MAX + 1);
    char part[65536];
    size_t n;
    while (in && !b.over && (n = fread(part, 1, sizeof part, in)) > 0)
        buf_addn(&b, part, n);
    bool bad = !in || ferror(in);
    if (in)
        fclose(in);
    if (bad || b.over || !b.len || b.len > CHATBOX_PATH_MAX) {
        buf_free(&b);
        return err_set(err, ERR_DATA, "%s is gone, or cannot be sent any more", item->file_name);
    }
    *ret_len = b.len;
    *ret = buf_take(&b);
    return 0;
}

int chatbox_content(struct db *db, const struct out_item *item, char **ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT json_extract(payload, '$.content') FROM chat_out WHERE id = :id",
                 B_INT(":id", item->id)))
        return -1;
    int more = query_next(q, err);
    if (more < 0)
        return -1;
    if (!more || query_null(q, 0))
        return err_set(err, ERR_DATA, "the content of this file is gone");
    *ret = xstrdup(query_text(q, 0));
    return 0;
}

/* ---------------------------------------------------------------- going out: what became of it */

int chatbox_sent(struct db *db, const struct out_item *item, int64_t message_id,
                 int64_t edit_not_before_ms, struct err *err)
{
    return DB_RUN(
        db, err,
        "UPDATE chat_out SET sent_version = :version, sent_at = :now, error = NULL,"
        " message_id = CASE WHEN :message > 0 THEN :message ELSE message_id END,"
        " attempts = CASE WHEN version > :version THEN attempts ELSE 0 END,"
        " not_before = :not_before,"
        " payload = CASE kind WHEN 'document' THEN json_remove(payload, '$.content') ELSE payload END,"
        " state = CASE WHEN version > :version THEN 'queued' ELSE 'sent' END WHERE id = :id",
        B_INT(":version", item->version), B_INT(":now", clock_now_ms()),
        B_INT(":message", message_id), B_INT(":not_before", edit_not_before_ms),
        B_INT(":id", item->id));
}

int chatbox_part(struct db *db, const struct out_item *item, int part, int64_t message_id,
                 struct err *err)
{
    return DB_RUN(
        db, err,
        "UPDATE chat_out SET attempts = 0, error = NULL,"
        " message_id = CASE WHEN :message > 0 THEN :message ELSE message_id END,"
        " payload = CASE WHEN version > :version THEN payload"
        "  ELSE json_remove(json_set(payload, '$.part', :part), '$.unsure') END WHERE id = :id",
        B_INT(":message", message_id), B_INT(":version", item->version), B_INT(":part", part),
        B_INT(":id", item->id));
}

int chatbox_later(struct db *db, const struct out_item *item, int64_t not_before_ms, bool counted,
                  const char *why, struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE chat_out SET not_before = :not_before, error = :why,"
                  " attempts = attempts + :counted WHERE id = :id AND state = 'queued'",
                  B_INT(":not_before", not_before_ms), B_TEXT(":why", why),
                  B_INT(":counted", counted), B_INT(":id", item->id));
}

int chatbox_clock_back(struct db *db, const char *via, int64_t by_ms, struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE chat_out SET not_before = max(0, not_before - :by) WHERE via = :via"
                  " AND state = 'queued' AND not_before > 0",
                  B_INT(":by", by_ms), B_TEXT(":via", via));
}

int chatbox_unsure(struct db *db, const struct out_item *item, int64_t not_before_ms,
                   const char *why, struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE chat_out SET not_before = :not_before, error = :why,"
                  " attempts = attempts + 1, payload = CASE WHEN version > :version THEN payload"
                  "  ELSE json_set(payload, '$.unsure', :unsure) END"
                  " WHERE id = :id AND state = 'queued'",
                  B_INT(":not_before", not_before_ms), B_TEXT(":why", why),
                  B_INT(":version", item->version), B_INT(":unsure", item->unsure + 1),
                  B_INT(":id", item->id));
}

int chatbox_failed(struct db *db, const struct out_item *item, const char *why, struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE chat_out SET error = :why,"
                  " state = CASE WHEN version > :version THEN 'queued' ELSE 'failed' END"
                  " WHERE id = :id AND state = 'queued'",
                  B_TEXT(":why", why), B_INT(":version", item->version), B_INT(":id", item->id));
}

int chatbox_resend(struct db *db, const struct out_item *item, struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE chat_out SET message_id = NULL, sent_version = 0, not_before = 0,"
                  " attempts = attempts + 1, payload = json_remove(payload, '$.part')"
                  " WHERE id = :id AND state = 'queued'",
                  B_INT(":id", item->id));
}

int chatbox_waiting(struct db *db, const char *via, int64_t *ret, struct err *err)
{
    return DB_INT(db, 0, ret, err,
                  "SELECT count(*) FROM chat_out WHERE via = :via AND state = 'queued'",
                  B_TEXT(":via", via));
}
