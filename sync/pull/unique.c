#include "sync/pull/unique.h"

#include "store/names.h"
#include "store/rows.h"
#include "sync/agreed.h"
#include "sync/normalise.h"
#include "sync/pull/jail.h"
#include "sync/pull/judge.h"
#include "sync/pull/recognise.h"

#include <string.h>

/* A record that a row names, whose link is another row's so far. */
struct unique_offer {
    int64_t link;
    struct op move; /* what makes it this row's */
};

static uint32_t unique_mask(const struct flow *flow)
{
    uint32_t mask = 0;
    for (size_t i = 0; i < flow->n_unique; i++)
        mask |= 1u << flow->unique[i];
    return mask;
}

static void unique_id(const struct flow *flow, const struct record *r, unsigned nth,
                      char out[UUID_LEN + 1])
{
    AUTO_BUF name = BUF_INIT(1 << 20);
    char num[24];
    buf_add(&name, r->e->name);
    for (size_t i = 0; i < flow->n_unique; i++)
        buf_addf(&name, "/%s=%s", r->e->fields[flow->unique[i]].name,
                 value_show(&r->v[flow->unique[i]], num));
    if (nth)
        buf_addf(&name, "#%u", nth);
    uuid_from_name(buf_str(&name), out);
}

/* The row's link to a record, agreed as the row is: nothing of it reaches the record. */
static struct op op_for(const struct run_state *s, const struct staged_row *row,
                        const struct candidate *c, const struct record *ours)
{
    struct agreed agreed = {.e = c->rec->e};
    agreed_set(&agreed, s->mask, c->rec->v);
    struct op op = {.kind = OP_ADOPT, .link = judge_link(s, row, c, ours->id, &agreed)};
    op.rec = record_keep(ours, s->arena);
    op.old = record_keep(ours, s->arena);
    return op;
}

static void keep(struct run_state *s, const struct staged_row *row, const struct candidate *c,
                 const struct link *link, const struct record *ours)
{
    struct op op = op_for(s, row, c, ours);
    op.kind = OP_AGREE;
    op.link.id = link->id;
    if (link->missing_since || !str_eq(link->remote_key, op.link.remote_key) ||
        strcmp(link->base, op.link.base) != 0)
        plan_add(&s->plan, &op);
}

/* The row names another record by now, or its record is another one's: the link lets go of it. That
 * is told when the row has changed. */
static int let_go(struct run_state *s, const struct candidate *c, const struct link *link,
                  const struct record *ours, struct err *err)
{
    struct agreed agreed;
    struct op op = {.kind = OP_EVICT, .link = {.id = link->id}};
    bool changed = false;
    if (agreed_read(c->rec->e, link->base, s->page, &agreed, err))
        return err_wrap(err, "link %lld", (long long)link->id);
    for (size_t i = 0; i < s->flow->n_unique; i++) {
        size_t at = s->flow->unique[i];
        changed = changed || !normalise_same(&c->rec->e->fields[at], &agreed.v[at], &c->rec->v[at]);
    }
    op.link.remote_id = arena_strdup(s->arena, link->remote_id);
    if (changed && !ours->deleted && !link->missing_since)
        op.rec = record_keep(ours, s->arena);
    plan_add(&s->plan, &op);
    return 0;
}

/* The link is another row's: should that one let go of it, it is this row's. */
static void offer(struct run_state *s, const struct staged_row *row, const struct candidate *c,
                  const struct link *link, const struct record *ours)
{
    struct unique_offer o = {.link = link->id, .move = op_for(s, row, c, ours)};
    o.move.kind = OP_AGREE;
    o.move.moved = true;
    o.move.link.id = link->id;
    s->offers = arena_grow(s->arena, s->offers, &s->cap_offers, s->n_offers + 1, sizeof *s->offers);
    s->offers[s->n_offers++] = o;
}

static int name_known(struct run_state *s, const struct staged_row *row, const struct candidate *c,
                      const struct record *ours, struct err *err)
{
    struct link *links;
    size_t n, mine = 0;
    if (links_of_record(s->e->db, ours->e->name, ours->id, s->flow->remote->name, s->flow->table,
                        s->page, &links, &n, err))
        return -1;
    if (n && !links[0].missing_since) {
        offer(s, row, c, &links[0], ours);
        return 0;
    }
    if (!plan_claim(&s->plan, ours->id))
        return 0; /* another row of this run names it, too */
    for (size_t i = 0; i < n; i++)
        mine = strcmp(links[i].part, c->part) ? mine : i;
    struct op op = op_for(s, row, c, ours);
    if (n) {
        op.kind = OP_AGREE;
        op.moved = true;
        op.link.id = links[mine].id;
    }
    plan_add(&s->plan, &op);
    return 0;
}

/* Nothing new is begun with a record that is deleted. */
static int refers_to_deleted(struct run_state *s, const struct record *r, const char **ret,
                             struct err *err)
{
    *ret = NULL;
    for (size_t i = 0; i < r->e->n && !*ret; i++) {
        const struct field *f = &r->e->fields[i];
        struct record *target = NULL;
        if (f->type != FT_REF || r->v[i].kind != VAL_TEXT)
            continue;
        if (rows_get(s->e->db, model_entity(f->ref), r->v[i].s, s->page, &target, err))
            return -1;
        if (target && target->deleted)
            *ret = record_name(s->e->db, target, s->page);
    }
    return 0;
}

static int make(struct run_state *s, const struct staged_row *row, const struct candidate *c,
                const char *id, struct err *err)
{
    struct candidate waits = *c;
    struct agreed agreed = {.e = c->rec->e};
    struct op op = {.kind = OP_INSERT};
    bool held;
    if (refers_to_deleted(s, c->rec, &waits.detail, err))
        return -1;
    if (waits.detail) {
        waits.verdict = VERDICT_WAITING;
        waits.reason = JAIL_DELETED;
        jail_bad(s, row, &waits);
        return 0;
    }
    if (judge_hold_back(s, row, c, NULL, &held, err) ||
        (!held && recognise_newborn(s, c, id, &op.rec, err)))
        return -1;
    if (held || !plan_claim(&s->plan, id))
        return 0;
    agreed_set(&agreed, s->mask, c->rec->v);
    op.link = judge_link(s, row, c, id, &agreed);
    plan_add(&s->plan, &op);
    return 0;
}

static int name_record(struct run_state *s, const struct staged_row *row, const struct candidate *c,
                       struct err *err)
{
    char id[UUID_LEN + 1];
    struct record *ours;
    bool other = true;
    if (rows_find_same(s->e->db, c->rec, s->flow->unique, s->flow->n_unique, id, err))
        return -1;
    if (*id)
        return rows_get(s->e->db, c->rec->e, id, s->page, &ours, err) ||
                       name_known(s, row, c, ours, err)
                   ? -1
                   : 0;
    for (unsigned nth = 0; other; nth++) {
        unique_id(s->flow, c->rec, nth, id);
        if (rows_exists(s->e->db, c->rec->e, id, &other, err))
            return -1;
    }
    return make(s, row, c, id, err);
}

int unique_row(struct run_state *s, const struct staged_row *row, const struct candidate *c,
               struct err *err)
{
    struct link *link;
    struct record *ours = NULL;
    if (links_get(s->e->db, s->flow->remote->name, s->flow->table, row->remote_id, c->part, s->page,
                  &link, err) ||
        (link && rows_get(s->e->db, c->rec->e, link->local_id, s->page, &ours, err)))
        return -1;
    if (!link)
        return name_record(s, row, c, err);
    if (!ours)
        return err_set(err, ERR_LOCAL,
                       "the link of row %s points to no record; run rosterd db verify",
                       row->remote_id);
    if (!record_diff(ours, c->rec, unique_mask(s->flow))) {
        keep(s, row, c, link, ours);
        return 0;
    }
    return let_go(s, c, link, ours, err) || name_record(s, row, c, err) ? -1 : 0;
}

void unique_settle(struct run_state *s)
{
    size_t planned = s->plan.n;
    for (size_t i = 0; i < s->n_offers; i++) {
        for (size_t k = 0; k < planned; k++) {
            struct op *op = &s->plan.ops[k];
            bool lets_go =
                (op->kind == OP_MISSING && op->link.missing_since) || op->kind == OP_EVICT;
            if (!lets_go || op->link.id != s->offers[i].link || op->moved)
                continue;
            op->moved = true; /* one row is enough */
            op->rec = NULL;   /* and nothing to tell */
            plan_add(&s->plan, &s->offers[i].move);
            break;
        }
    }
}
