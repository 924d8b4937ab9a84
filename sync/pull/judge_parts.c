#include "store/pauses.h"
#include "sync/pull/jail.h"
#include "sync/pull/judge.h"

struct link judge_link(const struct run_state *s, const struct staged_row *row,
                       const struct candidate *c, const char *local_id, const struct agreed *agreed)
{
    return (struct link){
        .entity = s->flow->entity->name,
        .local_id = arena_strdup(s->arena, local_id),
        .flow = s->flow->name,
        .remote = s->flow->remote->name,
        .tbl = s->flow->table,
        .remote_id = arena_strdup(s->arena, row->remote_id),
        .part = arena_strdup(s->arena, c->part),
        .remote_key = arena_strdup(s->arena, row->remote_key),
        .base = agreed_text(agreed, s->arena),
        .remote_at = row->edited_at,
        .seen_at = s->now_ms,
    };
}

/* Somebody may still be typing. A row from the future (the remote's clock is ahead) waits from when
 * it was first seen. */
static bool is_young(struct run_state *s, const struct staged_row *row, const char *part)
{
    int64_t since = row->edited_at;
    if (!s->flow->settle_ms)
        return false;
    if (since > s->now_ms) {
        const struct jailed *old = jail_peek(s, row->remote_id, part);
        since = old ? old->first_seen : s->now_ms;
    }
    return s->now_ms - since < s->flow->settle_ms;
}

int judge_hold_back(struct run_state *s, const struct staged_row *row, const struct candidate *c,
                    const char *local_id, bool *ret_held, struct err *err)
{
    struct candidate held = *c;
    bool paused = false;
    held.verdict = VERDICT_WAITING;
    held.detail = NULL;
    if (local_id && pauses_has(s->e->db, s->flow->entity->name, local_id, &paused, err))
        return -1;
    held.reason = paused ? JAIL_PAUSED : is_young(s, row, c->part) ? JAIL_SETTLES : NULL;
    *ret_held = held.reason != NULL;
    if (*ret_held)
        jail_bad(s, row, &held);
    return 0;
}
