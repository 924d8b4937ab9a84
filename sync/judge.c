#include "store/base/json.h"
#include "store/base/secret.h"
#include "store/rows.h"
#include "store/staging.h"
#include "sync/gone.h"
#include "sync/normalise.h"
#include "sync/reconcile.h"
#include "sync/run_state.h"

#include <stdio.h>
#include <string.h>

#define BATCH 200

/* ---------------------------------------------------------------- rows in quarantine, by remote id
 */

struct jail_set {
    struct jailed *list;
    size_t n;
    uint32_t *slots; /* index + 1, open addressing */
    size_t n_slots;
    bool *seen; /* the listing had this row */
};

static int jail_load(struct run_state *s, struct err *err)
{
    int64_t total;
    struct jail_set *set = arena_alloc(s->arena, 1, sizeof *set);
    if (quarantine_list(s->e->db, s->flow->name, 0, 100000, s->arena, &set->list, &set->n, &total,
                        err))
        return -1;
    for (set->n_slots = 64; set->n_slots < set->n * 2; set->n_slots *= 2)
        ;
    set->slots = arena_alloc(s->arena, set->n_slots, sizeof *set->slots);
    set->seen = arena_alloc(s->arena, set->n, sizeof *set->seen);
    for (size_t i = 0; i < set->n; i++) {
        size_t at = (size_t)(hash_u64(set->list[i].remote_id) & (set->n_slots - 1));
        while (set->slots[at])
            at = (at + 1) & (set->n_slots - 1);
        set->slots[at] = (uint32_t)i + 1;
    }
    s->jail = set;
    s->n_jailed = set->n;
    return 0;
}

static const struct jailed *jail_find(struct run_state *s, const char *remote_id, const char *part)
{
    struct jail_set *set = s->jail;
    size_t at = (size_t)(hash_u64(remote_id) & (set->n_slots - 1));
    for (; set->slots[at]; at = (at + 1) & (set->n_slots - 1)) {
        size_t i = set->slots[at] - 1;
        if (!strcmp(set->list[i].remote_id, remote_id) && !strcmp(set->list[i].part, part)) {
            set->seen[i] = true;
            return &set->list[i];
        }
    }
    return NULL;
}

static void free_from_jail(struct run_state *s, const struct jailed *j)
{
    if (!j)
        return;
    s->rep->freed++;
    plan_add(&s->plan, &(struct op){.kind = OP_FREE, .jail = *j});
}

/* Whatever of a row is in quarantine and was not found bad again. Always after the ops that deal
 * with the row: a row that waits may stand nowhere else, so it leaves only when its record is in
 * the store. */
static void free_rest(struct run_state *s, const char *remote_id)
{
    struct jail_set *set = s->jail;
    size_t at = (size_t)(hash_u64(remote_id) & (set->n_slots - 1));
    for (; set->slots[at]; at = (at + 1) & (set->n_slots - 1)) {
        size_t i = set->slots[at] - 1;
        if (set->seen[i] || strcmp(set->list[i].remote_id, remote_id))
            continue;
        set->seen[i] = true;
        free_from_jail(s, &set->list[i]);
    }
}

/* ---------------------------------------------------------------- references */

/* Which of the tables that this flow refers to were listed whole since the job began: a row that is
 * not among what came of them does not exist. */
static int load_listed(struct run_state *s, struct err *err)
{
    s->listed = arena_alloc(s->arena, s->flow->n_maps, sizeof *s->listed);
    for (size_t i = 0; i < s->flow->n_maps; i++) {
        const struct field *f = &s->flow->entity->fields[s->flow->maps[i].field];
        struct cursor *c;
        /* a preview has read the target's table but taken nothing of it in */
        if (f->type != FT_REF || !s->opt->listed_since || s->opt->dry_run)
            continue;
        const struct flow *carrier = config_carrier(s->e->cfg, f->ref, s->flow->maps[i].via);
        if (cursor_get(s->e->db, carrier->name, carrier->remote->name, carrier->table, s->arena, &c,
                       err))
            return -1;
        s->listed[i] = c && c->full_at >= s->opt->listed_since;
        s->any_listed = s->any_listed || s->listed[i];
    }
    return 0;
}

static bool was_listed(const struct run_state *s, const struct field *f)
{
    for (size_t i = 0; i < s->flow->n_maps; i++) {
        if (&s->flow->entity->fields[s->flow->maps[i].field] == f)
            return s->listed[i];
    }
    return false;
}

static const char *sentence(const struct field *f)
{
    return f->bad ? f->bad : f->bad_target ? f->bad_target : "Invalid reference";
}

static int resolve(void *ctx, const struct field *f, const char *via, const char *remote_id,
                   struct arena *arena, char *local, enum resolution *ret, const char **ret_reason,
                   struct err *err)
{
    struct run_state *s = ctx;
    const struct flow *carrier = config_carrier(s->e->cfg, f->ref, via);
    if (links_resolve(s->e->db, f->ref, via, carrier->table, remote_id, local, err))
        return -1;
    *ret = REF_FOUND;
    if (*local)
        return 0;
    /* ids are fixed at birth: a record born there has that very id, whichever flow brought it here
     */
    const struct entity *target = model_entity(f->ref);
    bool same_id = false;
    if (target->id_from_remote && rows_exists(s->e->db, target, remote_id, &same_id, err))
        return -1;
    if (same_id) {
        str_copy(local, UUID_LEN + 1, remote_id);
        return 0;
    }
    *ret = REF_WAITING;
    *ret_reason = sentence(f);
    if (!was_listed(s, f))
        return 0;
    const char *why;
    struct jailed *itself;
    if (quarantine_reason(s->e->db, carrier->name, remote_id, arena, &why, err) ||
        quarantine_get(s->e->db, carrier->name, remote_id, "", arena, &itself, err))
        return -1;
    if (itself && itself->waiting) /* it is there, and may come in yet */
        return 0;
    *ret = REF_INVALID;
    if (why && f->bad_target)
        *ret_reason = f->bad_target_when && !strcmp(why, f->bad_target_when) ? f->bad_target_then
                                                                             : f->bad_target;
    return 0;
}

/* ---------------------------------------------------------------- one candidate */

/* The id a record is born with: fixed for ever, the same in a rebuilt store. Returns true when it
 * is minted from the row's place; then `nth` gives another one, for when the first is another
 * row's. */
static bool birth_id(const struct run_state *s, const struct staged_row *row, const char *part,
                     unsigned nth, char out[UUID_LEN + 1])
{
    if (s->flow->entity->id_from_remote && s->remote->ops->row_id_is_uuid &&
        uuid_read(row->remote_id, out))
        return false;
    if (row->remote_key && uuid_read(row->remote_key, out))
        return false;
    AUTO_BUF name = BUF_INIT(2048);
    buf_addf(&name, "%s/%s/%s", s->flow->remote->name, s->flow->table, row->remote_id);
    if (*part)
        buf_addf(&name, "/%s", part);
    if (nth)
        buf_addf(&name, "#%u", nth);
    uuid_from_name(buf_str(&name), out);
    return true;
}

static struct link link_for(const struct run_state *s, const struct staged_row *row,
                            const struct candidate *c, const char *local_id)
{
    AUTO_BUF base = BUF_INIT(8 << 20);
    record_to_json(c->rec, s->mask, &base);
    return (struct link){
        .entity = s->flow->entity->name,
        .local_id = arena_strdup(s->arena, local_id),
        .flow = s->flow->name,
        .remote = s->flow->remote->name,
        .tbl = s->flow->table,
        .remote_id = arena_strdup(s->arena, row->remote_id),
        .part = arena_strdup(s->arena, c->part),
        .remote_key = arena_strdup(s->arena, row->remote_key),
        .base = arena_strdup(s->arena, buf_str(&base)),
        .remote_at = row->edited_at,
        .seen_at = s->now_ms,
    };
}

/* What the store's record becomes when the outcome is applied to it. */
static struct record *merged(const struct run_state *s, const struct record *ours,
                             const struct record *theirs, uint32_t take, bool back)
{
    struct record *r = record_copy(ours, s->page);
    for (size_t i = 0; i < r->e->n; i++) {
        if (take >> i & 1)
            r->v[i] = theirs->v[i];
    }
    r->deleted = ours->deleted && !back;
    return record_keep(r, s->arena);
}

/* A row that has a record already, by link or by recognition. */
static int consider_known(struct run_state *s, const struct staged_row *row,
                          const struct candidate *c, const struct record *ours,
                          const struct link *old_link, struct err *err)
{
    struct value *base = arena_alloc(s->page, ours->e->n, sizeof *base);
    uint32_t base_mask = 0;
    if (old_link &&
        record_values_from_json(ours->e, old_link->base, s->page, base, &base_mask, err))
        return -1;
    /* on first sight both sides began empty: a value that only one of them has is no conflict */
    for (size_t i = 0; i < ours->e->n; i++) {
        if (!(base_mask >> i & 1))
            base[i] = field_fallback(&ours->e->fields[i]);
    }
    uint32_t known_mask = base_mask;
    base_mask = s->mask;
    struct reconcile out =
        reconcile(ours->e, s->mask, base, base_mask, ours->v, c->rec->v, s->remote_wins);
    /* a row brings its record back when it is news here that it is there: a record that was deleted
     * for another reason stays so */
    bool back = ours->deleted && (!old_link || old_link->missing_since);
    struct op op = {.link = link_for(s, row, c, ours->id),
                    .restored = back,
                    /* where nothing was agreed yet, nothing of ours can be lost */
                    .lost = out.conflict & out.take & known_mask};
    op.rec = merged(s, ours, c->rec, out.take, back);
    if (old_link && old_link->missing_since && gone_undo(s, old_link, op.rec))
        op.restored = back = true;
    op.old = record_keep(ours, s->arena);
    if (!old_link) {
        op.kind = OP_ADOPT;
        plan_add(&s->plan, &op);
        return 0;
    }
    op.link.id = old_link->id;
    if (out.take || back) {
        op.kind = OP_UPDATE;
        plan_add(&s->plan, &op);
    } else if (out.agree || (out.conflict & out.push) || (s->mask & ~known_mask) ||
               !str_eq(old_link->remote_key, row->remote_key)) {
        op.kind = OP_AGREE;
        plan_add(&s->plan, &op);
    } else if (old_link->missing_since) {
        op.kind = OP_MISSING;
        op.link.missing_since = 0;
        plan_add(&s->plan, &op);
    }
    return 0;
}

static void consider_bad(struct run_state *s, const struct staged_row *row,
                         const struct candidate *c);

/* The id that a row without a link would have, and the record that has it already, or NULL.
 * *ret_taken: it is another row's of this table, and there is no other id to be had. */
static int choose_id(struct run_state *s, const struct staged_row *row, const char *part,
                     char id[UUID_LEN + 1], struct record **ret_ours, bool *ret_taken,
                     struct err *err)
{
    for (unsigned nth = 0;; nth++) {
        struct link *other = NULL;
        bool minted = birth_id(s, row, part, nth, id);
        if (rows_get(s->e->db, s->flow->entity, id, s->page, ret_ours, err) ||
            (*ret_ours && links_by_local(s->e->db, s->flow->entity->name, id, s->flow->remote->name,
                                         s->flow->table, part, s->page, &other, err)))
            return -1;
        *ret_taken = other || !plan_claim(&s->plan, id);
        if (!*ret_taken || !minted)
            return 0;
    }
}

/* The first record without a link here that looks like the row and is not another row's by this
 * plan. */
static int find_twin(struct run_state *s, const struct candidate *c, struct record **ret,
                     struct err *err)
{
    char twin[UUID_LEN + 1];
    *ret = NULL;
    for (size_t skip = 0;; skip++) {
        if (rows_find_unlinked_after(s->e->db, c->rec, s->flow->remote->name, s->flow->table, skip,
                                     twin, err))
            return -1;
        if (!*twin)
            return 0;
        if (plan_claim(&s->plan, twin))
            return rows_get(s->e->db, s->flow->entity, twin, s->page, ret, err);
    }
}

/* A row without a link: a record that has its id, one that looks like it, or a new one. */
static int consider_new(struct run_state *s, const struct staged_row *row,
                        const struct candidate *c, struct err *err)
{
    char id[UUID_LEN + 1];
    struct record *ours = NULL;
    bool taken = false;
    if (choose_id(s, row, c->part, id, &ours, &taken, err))
        return -1;
    if (taken) {
        struct candidate twice = *c;
        twice.verdict = VERDICT_INVALID;
        twice.reason = "Duplicate id";
        twice.detail = row->remote_key;
        consider_bad(s, row, &twice);
        return 0;
    }
    if (!ours && find_twin(s, c, &ours, err))
        return -1;
    if (ours)
        return consider_known(s, row, c, ours, NULL, err);
    struct op op = {.kind = OP_INSERT, .link = link_for(s, row, c, id)};
    op.rec = record_keep(c->rec, s->arena);
    str_copy(op.rec->id, sizeof op.rec->id, id);
    plan_add(&s->plan, &op);
    return 0;
}

static int consider_fine(struct run_state *s, const struct staged_row *row,
                         const struct candidate *c, struct err *err)
{
    struct link *link;
    struct record *ours = NULL;
    s->plan.warnings += c->warnings;
    if (links_get(s->e->db, s->flow->remote->name, s->flow->table, row->remote_id, c->part, s->page,
                  &link, err))
        return -1;
    if (!link)
        return consider_new(s, row, c, err);
    if (rows_get(s->e->db, s->flow->entity, link->local_id, s->page, &ours, err))
        return -1;
    if (!ours)
        return err_set(err, ERR_LOCAL,
                       "the link of row %s points to no record; run rosterd db verify",
                       row->remote_id);
    return consider_known(s, row, c, ours, link, err);
}

/* One line a reason: a hundred rows with the same fault are one thing to mend. */
static void add_sample(struct report *rep, const struct jailed *j)
{
    for (size_t i = 0; i < rep->n_samples; i++) {
        struct sample *s = &rep->samples[i];
        if (s->waiting == j->waiting && !strcmp(s->reason, j->reason)) {
            s->n++;
            return;
        }
    }
    if (rep->n_samples < REPORT_SAMPLES)
        rep->samples[rep->n_samples++] =
            (struct sample){j->remote_id, j->reason, j->detail, j->waiting, 1};
}

static void consider_bad(struct run_state *s, const struct staged_row *row,
                         const struct candidate *c)
{
    const struct jailed *old = jail_find(s, row->remote_id, c->part);
    bool waiting = c->verdict == VERDICT_WAITING;
    bool same_row = old && str_eq(old->detail, c->detail) && !strcmp(old->raw, row->raw);
    /* once a complete listing proved the target absent, a later partial look does not unprove it */
    if (same_row && waiting && !old->waiting)
        return;
    if (same_row && old->waiting == waiting && !strcmp(old->reason, c->reason))
        return;
    struct op op = {.kind = OP_JAIL, .fresh = !old || (old->waiting && !waiting)};
    op.jail = (struct jailed){
        .flow = s->flow->name,
        .remote_id = arena_strdup(s->arena, row->remote_id),
        .part = arena_strdup(s->arena, c->part),
        .waiting = waiting,
        .reason = arena_strdup(s->arena, c->reason),
        .detail = arena_strdup(s->arena, c->detail),
        .raw = arena_strdup(s->arena, row->raw),
        .remote_key = arena_strdup(s->arena, row->remote_key),
        .edited_at = row->edited_at,
        .last_seen = s->now_ms,
    };
    plan_add(&s->plan, &op);
    add_sample(s->rep, &op.jail);
}

/* Reads the cells into candidates; a row that cannot be read is one bad candidate. */
static int read_row(struct run_state *s, const struct staged_row *row, struct candidate **ret,
                    size_t *ret_n, struct err *err)
{
    struct cell *cells = arena_alloc(s->page, s->flow->n_maps, sizeof *cells);
    if (!cells_from_json(row->raw, s->columns, s->flow->n_maps, s->page, cells, err) &&
        !mapping_apply(s->flow, s->dicts, cells, resolve, s, s->page, ret, ret_n, err))
        return 0;
    if (err->kind != ERR_DATA)
        return err_wrap(err, "row %s", row->remote_id);
    *ret = arena_alloc(s->page, 1, sizeof **ret);
    **ret = (struct candidate){.part = "",
                               .verdict = VERDICT_INVALID,
                               .reason = "Unreadable row",
                               .detail = arena_strdup(s->page, err->msg)};
    *ret_n = 1;
    *err = (struct err){0};
    return 0;
}

static int judge_row(struct run_state *s, const struct staged_row *row, struct err *err)
{
    struct candidate *list = NULL;
    size_t n = 0;
    if (s->flow->sentinel && !strcmp(s->flow->sentinel, row->remote_id))
        s->facts.sentinel_seen = true;
    if (row->trashed) {
        free_rest(s, row->remote_id);
        return gone_parts(s, row->remote_id, NULL, 0, err);
    }
    if (read_row(s, row, &list, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (list[i].verdict == VERDICT_FINE) {
            if (consider_fine(s, row, &list[i], err))
                return -1;
        } else if (list[i].verdict != VERDICT_OUT_OF_SCOPE) {
            consider_bad(s, row, &list[i]);
        }
    }
    free_rest(s, row->remote_id);
    return list[0].parts_known ? gone_parts(s, row->remote_id, list, n, err) : 0;
}

/* Rows in quarantine that the listing did not bring: judged again from what was kept of them. */
static int judge_jailed(struct run_state *s, struct err *err)
{
    struct jail_set *set = s->jail;
    for (size_t i = 0; i < set->n; i++) {
        const struct jailed *j = &set->list[i];
        if (set->seen[i] || s->end.complete)
            continue;
        arena_reset(s->page);
        struct staged_row row = {.remote_id = j->remote_id,
                                 .remote_key = j->remote_key,
                                 .edited_at = j->edited_at,
                                 .raw = j->raw};
        if (judge_row(s, &row, err))
            return -1;
    }
    return 0;
}

int judge_rows(struct run_state *s, struct err *err)
{
    int64_t after = 0, done = 0, total;
    if (jail_load(s, err) || load_listed(s, err) || staging_count(s->e->db, &total, err))
        return -1;
    for (;;) {
        struct staged_row *rows;
        size_t n;
        arena_reset(s->page);
        if (staging_read(s->e->db, after, BATCH, s->page, &rows, &n, err))
            return -1;
        if (!n)
            break;
        for (size_t i = 0; i < n; i++) {
            if (judge_row(s, &rows[i], err))
                return -1;
        }
        after = rows[n - 1].seq;
        done += (int64_t)n;
        if (run_progress(s, PROGRESS_JUDGE, done, total, err))
            return -1;
    }
    bool moved = !s->cursor || s->cursor->judged_rev != s->store_rev || s->any_listed;
    return moved ? judge_jailed(s, err) : 0;
}
