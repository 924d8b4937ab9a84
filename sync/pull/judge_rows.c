#include "sync/pull/jail.h"
#include "sync/pull/judge.h"
#include "sync/pull/rejudge.h"
#include "sync/pull/siblings.h"
#include "sync/resolve.h"

#include <string.h>

#define BATCH 200

/* We wrote the row, or learnt that it is gone, after it was kept: what was kept would undo that. It
 * stays there until a listing brings it as it is now. */
static int written_since(struct run_state *s, const struct jailed *j, bool *ret, struct err *err)
{
    struct link *links;
    size_t n;
    if (links_of_row(s->e->db, s->flow->remote->name, s->flow->table, j->remote_id, s->page, &links,
                     &n, err))
        return -1;
    for (size_t i = 0; i < n; i++)
        *ret = *ret || links[i].wrote_at >= j->last_seen || links[i].missing_since > j->last_seen;
    return 0;
}

/* Rows in quarantine that the listing did not bring: judged again from what was kept of them. */
static int judge_jailed(struct run_state *s, struct err *err)
{
    struct jail_set *set = s->jail;
    for (size_t i = 0; i < set->n; i++) {
        const struct jailed *j = &set->list[i];
        if (set->seen[i] || s->end.complete || siblings_is_put_off(s, j->remote_id))
            continue;
        arena_reset(s->page);
        bool old = false;
        if (written_since(s, j, &old, err))
            return -1;
        if (old)
            continue;
        struct staged_row row = {.remote_id = j->remote_id,
                                 .remote_key = j->remote_key,
                                 .edited_at = j->edited_at,
                                 .raw = j->raw,
                                 .mark_at = STAGED_UNREAD};
        if (judge_row(s, &row, err))
            return -1;
    }
    return 0;
}

int judge_rows(struct run_state *s, struct err *err)
{
    int64_t after = 0, done = 0, total;
    siblings_begin(s);
    if (jail_load(s, err) || resolve_load(s, err) || mark_begin(s, err) ||
        staging_count(s->e->db, &total, err))
        return -1;
    for (;;) {
        struct staged_row *rows;
        size_t n;
        arena_reset(s->page);
        if (staging_read(s->e->db, after, BATCH, s->page, &rows, &n, err))
            return -1;
        if (!n)
            break;
        /* one view for the page's many small questions, instead of a lock for each of them */
        if (db_begin_read(s->e->db, err))
            return -1;
        for (size_t i = 0; i < n; i++) {
            if (judge_row(s, &rows[i], err))
                return -1; /* the run rolls back */
        }
        db_rollback(s->e->db);
        after = rows[n - 1].seq;
        done += (int64_t)n;
        if (run_progress(s, PROGRESS_JUDGE, done, total, err))
            return -1;
    }
    bool moved = !s->cursor || s->cursor->judged_rev != s->store_rev || s->any_listed ||
                 jail_has(s, JAIL_SETTLES);
    if (rejudge_rows(s, judge_row, err) ||
        ((moved || siblings_may_come(s)) && judge_jailed(s, err)))
        return -1;
    return siblings_judge(s, judge_what_it_says, err);
}
