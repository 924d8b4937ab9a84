#include "store/chat/tasks.h"

#include "store/base/json.h"
#include "store/base/secret.h"
#include "store/model.h"

#include <stdio.h>
#include <string.h>

#define REF_DIGITS 10

static const char *kind_name(enum task_kind kind)
{
    return kind == TASK_INVALID ? "invalid" : "conflict";
}

struct task_item task_of_jailed(const struct jailed *j)
{
    return (struct task_item){TASK_INVALID, j->flow, j->remote_id, j->part};
}

struct task_item task_of_conflict(int64_t id, struct arena *arena)
{
    return (struct task_item){TASK_CONFLICT, "", arena_printf(arena, "%lld", (long long)id), ""};
}

/* ---------------------------------------------------------------- names for buttons */

const char *task_key(const struct task_item *t, struct buf *out)
{
    buf_clear(out);
    if (t->kind == TASK_CONFLICT)
        buf_add(out, t->item);
    else /* a newline stands in no flow's name, so no two rows come to the same text */
        buf_addf(out, "%s\n%s\n%s", t->flow, t->item, t->part);
    return buf_str(out);
}

const char *task_ref(const struct task_item *t, char out[TASK_REF_MAX])
{
    AUTO_BUF whole = BUF_INIT(1 << 16);
    char hash[33];
    if (t->kind == TASK_CONFLICT) {
        snprintf(out, TASK_REF_MAX, "c%.20s", t->item);
        return out;
    }
    hash_hex(task_key(t, &whole), hash);
    str_copy(out, REF_DIGITS + 1, hash);
    return out;
}

const char *task_short(char kind, const char *name, char out[TASK_SHORT_MAX])
{
    char hash[33];
    hash_hex(name, hash);
    snprintf(out, TASK_SHORT_MAX, "%c%.*s", kind, TASK_SHORT_MAX - 2, hash);
    return out;
}

bool task_is_short(const char *word)
{
    return (*word == 'f' || *word == 'r') && strlen(word) == TASK_SHORT_MAX - 1 &&
           strspn(word + 1, "0123456789abcdef") == TASK_SHORT_MAX - 2;
}

static int find_jailed(struct db *db, const char *ref, struct arena *arena, struct task_item *ret,
                       bool *ret_found, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err, "SELECT flow, remote_id, part FROM quarantine"))
        return -1;
    int more;
    while ((more = query_next(q, err)) > 0) {
        char is[TASK_REF_MAX];
        const struct task_item t = {TASK_INVALID, query_text(q, 0), query_text(q, 1),
                                    query_text(q, 2)};
        if (strcmp(task_ref(&t, is), ref) != 0)
            continue;
        *ret = (struct task_item){TASK_INVALID, query_dup(q, 0, arena), query_dup(q, 1, arena),
                                  query_dup(q, 2, arena)};
        *ret_found = true;
        return 0;
    }
    return more < 0 ? -1 : 0;
}

int task_find(struct db *db, const char *ref, struct arena *arena, struct task_item *ret,
              bool *ret_found, struct err *err)
{
    int64_t id, there;
    *ret_found = false;
    if (*ref != 'c' || !base_parse_i64(ref + 1, 1, INT64_MAX, &id))
        return strlen(ref) == REF_DIGITS ? find_jailed(db, ref, arena, ret, ret_found, err) : 0;
    if (DB_INT(db, 0, &there, err, "SELECT 1 FROM conflict WHERE id = :id AND state = 'open'",
               B_INT(":id", id)))
        return -1;
    *ret = task_of_conflict(id, arena);
    *ret_found = there != 0;
    return 0;
}

/* ---------------------------------------------------------------- who has it */

#define ITEM_IS " kind = :kind AND flow = :flow AND item = :item AND part = :part"
#define ITEM_BINDS(t)                                                                              \
    B_TEXT(":kind", kind_name((t)->kind)), B_TEXT(":flow", (t)->flow), B_TEXT(":item", (t)->item), \
        B_TEXT(":part", (t)->part)

int tasks_get(struct db *db, const struct task_item *t, struct arena *arena, struct task **ret,
              struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err, "SELECT id, via, user_id, given_by, given_at FROM task WHERE" ITEM_IS,
                 ITEM_BINDS(t)))
        return -1;
    int more = query_next(q, err);
    *ret = NULL;
    if (more > 0) {
        *ret = arena_alloc(arena, 1, sizeof **ret);
        **ret = (struct task){query_int(q, 0), query_dup(q, 1, arena), query_int(q, 2),
                              query_dup(q, 3, arena), query_int(q, 4)};
    }
    return more < 0 ? -1 : 0;
}

static int make_task(struct db *db, const struct task_item *t, struct err *err)
{
    return DB_RUN(db, err,
                  "INSERT INTO task(kind, flow, item, part) VALUES(:kind, :flow, :item, :part)"
                  " ON CONFLICT DO NOTHING",
                  ITEM_BINDS(t));
}

int tasks_give(struct db *db, const struct task_item *t, const char *via, int64_t user_id,
               const char *by, int64_t at, bool *ret_new, struct err *err)
{
    if ((via && make_task(db, t, err)) ||
        DB_RUN(db, err,
               "UPDATE task SET via = :via, user_id = :user, given_by = :by, given_at = :at"
               " WHERE" ITEM_IS " AND (via IS NOT :via OR user_id IS NOT :user)",
               B_TEXT(":via", via), via ? B_INT(":user", user_id) : B_NULL(":user"),
               B_TEXT(":by", by), B_INT(":at", at), ITEM_BINDS(t)))
        return -1;
    *ret_new = db_changes(db) > 0;
    return 0;
}

/* ---------------------------------------------------------------- reminders */

int tasks_remind(struct db *db, const struct task_item *t, const struct reminder *r,
                 struct err *err)
{
    if (!r->at)
        return DB_RUN(db, err,
                      "DELETE FROM reminder WHERE via = :via AND user_id = :user AND task IN"
                      " (SELECT id FROM task WHERE" ITEM_IS ")",
                      B_TEXT(":via", r->via), B_INT(":user", r->user_id), ITEM_BINDS(t));
    if (make_task(db, t, err))
        return -1;
    return DB_RUN(db, err,
                  "INSERT INTO reminder(task, via, user_id, chat_id, thread_id, at)"
                  " SELECT id, :via, :user, :chat, :thread, :at FROM task WHERE" ITEM_IS
                  " ON CONFLICT(task, via, user_id) DO UPDATE SET chat_id = excluded.chat_id,"
                  " thread_id = excluded.thread_id, at = excluded.at",
                  B_TEXT(":via", r->via), B_INT(":user", r->user_id), B_INT(":chat", r->chat_id),
                  B_INT(":thread", r->thread_id), B_INT(":at", r->at), ITEM_BINDS(t));
}

int tasks_reminded_at(struct db *db, const struct task_item *t, const char *via, int64_t user_id,
                      int64_t *ret, struct err *err)
{
    return DB_INT(db, 0, ret, err,
                  "SELECT r.at FROM task JOIN reminder r ON r.task = task.id WHERE" ITEM_IS
                  " AND r.via = :via AND r.user_id = :user",
                  ITEM_BINDS(t), B_TEXT(":via", via), B_INT(":user", user_id));
}

int tasks_due(struct db *db, int64_t now, size_t max, struct arena *arena, struct reminder **ret,
              size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT t.id, t.kind, t.flow, t.item, t.part, r.via, r.user_id, r.chat_id,"
                 " r.thread_id, r.at FROM reminder r JOIN task t ON t.id = r.task"
                 " WHERE r.at <= :now ORDER BY r.at, t.id LIMIT :max",
                 B_INT(":now", now), B_INT(":max", (int64_t)max)))
        return -1;
    *ret = arena_alloc(arena, max ? max : 1, sizeof **ret);
    *ret_n = 0;
    int more;
    while ((more = query_next(q, err)) > 0)
        (*ret)[(*ret_n)++] = (struct reminder){
            .task = query_int(q, 0),
            .item = {strcmp(query_text(q, 1), "invalid") ? TASK_CONFLICT : TASK_INVALID,
                     query_dup(q, 2, arena), query_dup(q, 3, arena), query_dup(q, 4, arena)},
            .via = query_dup(q, 5, arena),
            .user_id = query_int(q, 6),
            .chat_id = query_int(q, 7),
            .thread_id = query_int(q, 8),
            .at = query_int(q, 9),
        };
    return more < 0 ? -1 : 0;
}

int tasks_told(struct db *db, const struct reminder *r, struct err *err)
{
    return DB_RUN(db, err,
                  "DELETE FROM reminder WHERE task = :task AND via = :via AND user_id = :user",
                  B_INT(":task", r->task), B_TEXT(":via", r->via), B_INT(":user", r->user_id));
}

int tasks_next_at(struct db *db, int64_t *ret, struct err *err)
{
    return DB_INT(db, 0, ret, err, "SELECT min(at) FROM reminder");
}

/* ---------------------------------------------------------------- the lists */

#define JAILED_FROM                                                                                \
    " FROM quarantine q LEFT JOIN task t ON t.kind = 'invalid' AND t.flow = q.flow"                \
    " AND t.item = q.remote_id AND t.part = q.part"                                                \
    " WHERE (:flow IS NULL OR q.flow = :flow) AND (:reason IS NULL OR q.reason = :reason)"         \
    " AND (:via IS NULL OR (t.via = :via AND t.user_id = :user))"                                  \
    " AND (NOT :free OR t.user_id IS NULL)"                                                        \
    " AND (:only IS NULL OR q.flow || char(10) || q.remote_id || char(10) || q.part IN"            \
    " (SELECT value FROM json_each(:only)))"
#define WAITS QUARANTINE_WAITS("q.")
#define CONFLICTS_FROM                                                                             \
    " FROM conflict q LEFT JOIN task t ON t.kind = 'conflict' AND t.flow = ''"                     \
    " AND t.item = CAST(q.id AS TEXT) AND t.part = '' WHERE q.state = 'open'"                      \
    " AND (:flow IS NULL OR q.flow = :flow) AND (:reason IS NULL OR q.field = :reason)"            \
    " AND (:via IS NULL OR (t.via = :via AND t.user_id = :user))"                                  \
    " AND (NOT :free OR t.user_id IS NULL)"                                                        \
    " AND (:only IS NULL OR CAST(q.id AS TEXT) IN (SELECT value FROM json_each(:only)))"
#define FILTER_BINDS(f)                                                                            \
    B_TEXT(":flow", (f)->flow), B_TEXT(":reason", (f)->reason), B_TEXT(":via", (f)->via),          \
        B_INT(":user", (f)->user_id), B_INT(":free", (f)->free), B_TEXT(":only", (f)->only)

static int count_jailed(struct db *db, const struct task_filter *f, int64_t *ret_waiting,
                        int64_t *ret_invalid, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT count(*) FILTER (WHERE " WAITS "), count(*) FILTER (WHERE NOT " WAITS
                 ")" JAILED_FROM,
                 FILTER_BINDS(f)) ||
        query_next(q, err) < 0)
        return -1;
    *ret_waiting = query_int(q, 0);
    *ret_invalid = query_int(q, 1);
    return 0;
}

/* The reasons of rows that nobody has to mend, as JSON. */
static const char *along_reasons(struct buf *out)
{
    buf_addc(out, '[');
    for (size_t e = 0; e < model_n_entities; e++) {
        for (size_t i = 0; i < model_entities[e].n; i++) {
            const struct field *f = &model_entities[e].fields[i];
            const char *const reasons[] = {f->bad_deleted, f->bad_deleted_too};
            for (size_t k = 0; k < ARRAY_LEN(reasons); k++) {
                if (!reasons[k])
                    continue;
                buf_add(out, out->len > 1 ? "," : "");
                json_quote(out, reasons[k]);
            }
        }
    }
    buf_addc(out, ']');
    return buf_str(out);
}

int tasks_jailed(struct db *db, const struct task_filter *f, size_t offset, size_t max,
                 struct arena *arena, struct jailed **ret, size_t *ret_n, int64_t *ret_waiting,
                 int64_t *ret_invalid, struct err *err)
{
    AUTO_BUF along = BUF_INIT(1 << 14);
    AUTO_QUERY *q = NULL;
    if (count_jailed(db, f, ret_waiting, ret_invalid, err) ||
        DB_QUERY(db, &q, err,
                 "SELECT q.flow, q.remote_id, q.part" JAILED_FROM " ORDER BY " WAITS
                 ", q.reason IN (SELECT value FROM json_each(:along)),"
                 " q.first_seen, q.flow, q.remote_id, q.part LIMIT :max OFFSET :offset",
                 FILTER_BINDS(f), B_TEXT(":along", along_reasons(&along)),
                 B_INT(":max", (int64_t)max), B_INT(":offset", (int64_t)offset)))
        return -1;
    *ret = arena_alloc(arena, max ? max : 1, sizeof **ret);
    *ret_n = 0;
    int more;
    while ((more = query_next(q, err)) > 0) {
        struct jailed *j;
        if (quarantine_get(db, query_text(q, 0), query_text(q, 1), query_text(q, 2), arena, &j,
                           err))
            return -1;
        if (j)
            (*ret)[(*ret_n)++] = *j;
    }
    return more < 0 ? -1 : 0;
}

int tasks_conflict_at(struct db *db, const struct task_filter *f, size_t offset, int64_t *ret,
                      int64_t *ret_total, struct err *err)
{
    if (DB_INT(db, 0, ret_total, err, "SELECT count(*)" CONFLICTS_FROM, FILTER_BINDS(f)))
        return -1;
    return DB_INT(db, 0, ret, err,
                  "SELECT q.id" CONFLICTS_FROM " ORDER BY q.id LIMIT 1 OFFSET :offset",
                  FILTER_BINDS(f), B_INT(":offset", (int64_t)offset));
}

int tasks_groups(struct db *db, enum task_kind kind, enum task_group_by by, const char *only,
                 struct arena *arena, struct task_group **ret, size_t *ret_n, struct err *err)
{
    static const char *const sql[2][3] = {
        [TASK_INVALID] = {"SELECT q.flow, 0, count(*)" JAILED_FROM
                          " GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT :max",
                          "SELECT q.reason, 0, count(*)" JAILED_FROM
                          " GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT :max",
                          "SELECT t.via, t.user_id, count(*)" JAILED_FROM
                          " GROUP BY 1, 2 ORDER BY 3 DESC, 2 LIMIT :max"},
        [TASK_CONFLICT] = {"SELECT q.flow, 0, count(*)" CONFLICTS_FROM
                           " GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT :max",
                           "SELECT q.field, 0, count(*)" CONFLICTS_FROM
                           " GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT :max",
                           "SELECT t.via, t.user_id, count(*)" CONFLICTS_FROM
                           " GROUP BY 1, 2 ORDER BY 3 DESC, 2 LIMIT :max"},
    };
    const struct task_filter all = {.only = only};
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err, sql[kind][by], FILTER_BINDS(&all), B_INT(":max", TASK_GROUPS_MAX)))
        return -1;
    *ret = arena_alloc(arena, TASK_GROUPS_MAX, sizeof **ret);
    *ret_n = 0;
    int more;
    while ((more = query_next(q, err)) > 0) {
        const char *name = query_text(q, 0);
        if (by == TASKS_BY_PERSON && name)
            name = arena_printf(arena, "%s:%lld", name, (long long)query_int(q, 1));
        else if (name)
            name = arena_strdup(arena, name);
        (*ret)[(*ret_n)++] = (struct task_group){name, query_int(q, 1), query_int(q, 2)};
    }
    return more < 0 ? -1 : 0;
}
