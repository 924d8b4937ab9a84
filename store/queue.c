#include "store/queue.h"

#include "store/base/clock.h"
#include "store/base/json.h"

#include <string.h>

#define JOB_COLUMNS                                                                                \
    "id, key, kind, steps, step, lane, options, state, priority, actor, actor_name, cancel,"       \
    " results, error, created_at, started_at, finished_at, stopped_by"
#define OPEN_MAX 200
#define KEEP_MS  ((int64_t)7 * 24 * 3600 * 1000)
/* Nobody puts a job off for longer (queue_put_back): one that seems to be was put off by a clock
 * that has been set back since. */
#define PUT_OFF_MAX_MS 60000

static void steps_to_json(const struct job *j, struct buf *out)
{
    buf_addc(out, '[');
    for (size_t i = 0; i < j->n_steps; i++) {
        if (i)
            buf_addc(out, ',');
        json_quote(out, j->steps[i]);
    }
    buf_addc(out, ']');
}

static void steps_from_json(const char *text, struct arena *arena, struct job *j)
{
    AUTO_JSON *tree = NULL;
    struct err ignored = {0}; /* our own text; a damaged one gives no steps and the job ends */
    if (json_parse(text, strlen(text), &tree, &ignored))
        return;
    const char **list = arena_alloc(arena, JOB_STEPS_MAX, sizeof *list);
    for (const cJSON *s = tree->child; s && j->n_steps < JOB_STEPS_MAX; s = s->next) {
        if (cJSON_IsString(s))
            list[j->n_steps++] = arena_strdup(arena, s->valuestring);
    }
    j->steps = list;
}

static void read_job(const struct query *q, struct arena *arena, struct job *j)
{
    *j = (struct job){
        .id = query_int(q, 0),
        .key = query_dup(q, 1, arena),
        .kind = query_dup(q, 2, arena),
        .step = (size_t)query_int(q, 4),
        .lane = query_dup(q, 5, arena),
        .options = query_dup(q, 6, arena),
        .state = query_dup(q, 7, arena),
        .priority = (int)query_int(q, 8),
        .actor = query_dup(q, 9, arena),
        .actor_name = query_dup(q, 10, arena),
        .cancel = query_int(q, 11) != 0,
        .results = query_dup(q, 12, arena),
        .error = query_dup(q, 13, arena),
        .created_at = query_int(q, 14),
        .started_at = query_int(q, 15),
        .finished_at = query_int(q, 16),
        .stopped_by = query_dup(q, 17, arena),
    };
    steps_from_json(query_text(q, 3), arena, j);
}

int queue_add(struct db *db, const struct job *j, int64_t *ret_id, bool *ret_joined,
              struct err *err)
{
    AUTO_BUF steps = BUF_INIT(1 << 16);
    int64_t open;
    if (DB_INT(db, 0, &open, err,
               "SELECT id FROM job WHERE key = :key AND state IN ('queued', 'running')",
               B_TEXT(":key", j->key)))
        return -1;
    if (open) {
        *ret_id = open;
        *ret_joined = true;
        return DB_RUN(db, err,
                      "UPDATE job SET priority = min(priority, :p), cancel = 0 WHERE id = :id AND"
                      " (priority > :p OR cancel <> 0)",
                      B_INT(":p", j->priority), B_INT(":id", open));
    }
    steps_to_json(j, &steps);
    if (DB_RUN(db, err,
               "INSERT INTO job(key, kind, steps, lane, options, state, priority, actor,"
               " actor_name, created_at) VALUES(:key, :kind, :steps, :lane, :options, 'queued',"
               " :priority, :actor, :actor_name, :now)",
               B_TEXT(":key", j->key), B_TEXT(":kind", j->kind), B_TEXT(":steps", buf_str(&steps)),
               B_TEXT(":lane", j->lane), B_TEXT(":options", j->options ? j->options : "{}"),
               B_INT(":priority", j->priority), B_TEXT(":actor", j->actor),
               B_TEXT(":actor_name", j->actor_name), B_INT(":now", clock_now_ms())))
        return -1;
    *ret_id = db_last_id(db);
    *ret_joined = false;
    return 0;
}

int queue_watch(struct db *db, int64_t job, const struct watcher *w, struct err *err)
{
    return DB_RUN(db, err,
                  "INSERT INTO job_watch(job, via, chat_id, thread_id, lang, user_id)"
                  " VALUES(:job, :via, :chat, :thread, :lang, :user) ON CONFLICT DO NOTHING",
                  B_INT(":job", job), B_TEXT(":via", w->via), B_INT(":chat", w->chat_id),
                  B_INT(":thread", w->thread_id), B_TEXT(":lang", w->lang),
                  B_INT(":user", w->user_id));
}

int queue_watchers(struct db *db, int64_t job, struct arena *arena, struct watcher **ret,
                   size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    struct watcher *list = NULL;
    size_t n = 0, cap = 0;
    if (DB_QUERY(db, &q, err,
                 "SELECT via, lang, chat_id, thread_id, user_id FROM job_watch WHERE job = :job",
                 B_INT(":job", job)))
        return -1;
    int more;
    while ((more = query_next(q, err)) > 0) {
        list = arena_grow(arena, list, &cap, n + 1, sizeof *list);
        list[n++] = (struct watcher){query_dup(q, 0, arena), query_dup(q, 1, arena),
                                     query_int(q, 2), query_int(q, 3), query_int(q, 4)};
    }
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}

static bool lane_busy(const char *lane, const char *const *busy, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(busy[i], lane))
            return true;
    }
    return false;
}

int queue_claim(struct db *db, const char *const *busy, size_t n_busy, int64_t now,
                struct arena *arena, struct job **ret, int64_t *ret_next_at, struct err *err)
{
    struct job *found = NULL;
    *ret_next_at = 0;
    {
        AUTO_QUERY *q = NULL;
        if (DB_QUERY(db, &q, err,
                     "SELECT " JOB_COLUMNS ", not_before FROM job WHERE state = 'queued'"
                     " ORDER BY priority, id LIMIT :max",
                     B_INT(":max", OPEN_MAX)))
            return -1;
        int more;
        while (!found && (more = query_next(q, err)) > 0) {
            int64_t due = query_int(q, 18);
            if (due > now && due - now <= PUT_OFF_MAX_MS) {
                if (!*ret_next_at || due < *ret_next_at)
                    *ret_next_at = due;
            } else if (!lane_busy(query_text(q, 5), busy, n_busy)) {
                found = arena_alloc(arena, 1, sizeof *found);
                read_job(q, arena, found);
            }
        }
        if (!found && more < 0)
            return -1;
    }
    *ret = found;
    if (!found)
        return 0;
    /* another process may have taken it between the look and this */
    if (DB_RUN(db, err,
               "UPDATE job SET state = 'running', started_at = coalesce(started_at, :now)"
               " WHERE id = :id AND state = 'queued'",
               B_INT(":now", now), B_INT(":id", found->id)))
        return -1;
    if (!db_changes(db))
        *ret = NULL;
    if (!found->started_at)
        found->started_at = now;
    return 0;
}

int queue_step(struct db *db, int64_t id, size_t next_step, const char *lane, const char *results,
               struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE job SET state = 'queued', step = :step, lane = :lane,"
                  " results = :results WHERE id = :id",
                  B_INT(":step", (int64_t)next_step), B_TEXT(":lane", lane),
                  B_TEXT(":results", results), B_INT(":id", id));
}

int queue_finish(struct db *db, int64_t id, const char *state, const char *results,
                 const char *error, struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE job SET state = :state, results = :results, error = :error,"
                  " finished_at = :now WHERE id = :id",
                  B_TEXT(":state", state), B_TEXT(":results", results), B_TEXT(":error", error),
                  B_INT(":now", clock_now_ms()), B_INT(":id", id));
}

int queue_recover(struct db *db, int64_t *ret, struct err *err)
{
    int64_t n;
    *ret = 0;
    if (DB_INT(db, 0, &n, err, "SELECT count(*) FROM job WHERE state = 'running'"))
        return -1;
    if (!n)
        return 0;
    *ret = n;
    return DB_RUN(db, err, "UPDATE job SET state = 'queued' WHERE state = 'running'");
}

int queue_put_back(struct db *db, int64_t id, int64_t not_before, struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE job SET state = 'queued', not_before = :at WHERE id = :id AND"
                  " state = 'running'",
                  B_INT(":at", not_before), B_INT(":id", id));
}

int queue_cancel(struct db *db, int64_t id, const char *by, bool *ret_was_open, struct err *err)
{
    if (DB_RUN(db, err,
               "UPDATE job SET stopped_by = CASE cancel WHEN 0 THEN :by ELSE stopped_by END,"
               " cancel = 1 WHERE id = :id AND state IN ('queued', 'running')",
               B_TEXT(":by", by), B_INT(":id", id)))
        return -1;
    *ret_was_open = db_changes(db) > 0;
    return 0;
}

int queue_is_cancelled(struct db *db, int64_t id, bool *ret, struct err *err)
{
    int64_t n;
    if (DB_INT(db, 0, &n, err, "SELECT cancel FROM job WHERE id = :id", B_INT(":id", id)))
        return -1;
    *ret = n != 0;
    return 0;
}

int queue_get(struct db *db, int64_t id, struct arena *arena, struct job **ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err, "SELECT " JOB_COLUMNS " FROM job WHERE id = :id", B_INT(":id", id)))
        return -1;
    int more = query_next(q, err);
    *ret = NULL;
    if (more > 0) {
        *ret = arena_alloc(arena, 1, sizeof **ret);
        read_job(q, arena, *ret);
    }
    return more < 0 ? -1 : 0;
}

static int read_jobs(struct query *q, size_t max, struct arena *arena, struct job **ret,
                     size_t *ret_n, struct err *err)
{
    struct job *list = arena_alloc(arena, max, sizeof *list);
    size_t n = 0;
    int more;
    while ((more = query_next(q, err)) > 0)
        read_job(q, arena, &list[n++]);
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}

int queue_open_jobs(struct db *db, struct arena *arena, struct job **ret, size_t *ret_n,
                    struct err *err)
{
    AUTO_QUERY *q = NULL;
    return DB_QUERY(db, &q, err,
                    "SELECT " JOB_COLUMNS " FROM job WHERE state IN ('queued', 'running')"
                    " ORDER BY id LIMIT :max",
                    B_INT(":max", OPEN_MAX)) ||
                   read_jobs(q, OPEN_MAX, arena, ret, ret_n, err)
               ? -1
               : 0;
}

int queue_ended_jobs(struct db *db, size_t max, struct arena *arena, struct job **ret,
                     size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    return DB_QUERY(db, &q, err,
                    "SELECT " JOB_COLUMNS " FROM job WHERE finished_at IS NOT NULL"
                    " ORDER BY finished_at DESC, id DESC LIMIT :max",
                    B_INT(":max", (int64_t)max)) ||
                   read_jobs(q, max, arena, ret, ret_n, err)
               ? -1
               : 0;
}

int queue_prune(struct db *db, int64_t now, struct err *err)
{
    int64_t n;
    if (DB_INT(db, 0, &n, err, "SELECT count(*) FROM job WHERE finished_at < :old",
               B_INT(":old", now - KEEP_MS)))
        return -1;
    if (!n)
        return 0;
    return DB_RUN(db, err, "DELETE FROM job WHERE finished_at < :old",
                  B_INT(":old", now - KEEP_MS));
}
