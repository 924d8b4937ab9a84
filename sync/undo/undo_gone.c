#include "sync/undo/undo_judge.h"

#include "store/names.h"
#include "store/rows.h"
#include "store/trail.h"
#include "sync/normalise.h"

#include <string.h>

#define REFERRERS_MAX 50 /* looked at; more of them certainly keep a record */
#define DEPTH_MAX                                                                                  \
    3 /* of records that the same run brought, or brought back, and that refer to one another */

/* ---------------------------------------------------------------- another table has it */

static bool is_own_table(const struct undo_view *v, const struct link *link)
{
    return v->flow
               ? !strcmp(v->flow->remote->name, link->remote) && !strcmp(v->flow->table, link->tbl)
               : !strcmp(v->run->flow, link->flow);
}

/* A table that has the record too, without our having put it there: its remote, or NULL. */
static int find_other_home(struct undo_view *v, const struct undo_list *l, const char **ret,
                           struct err *err)
{
    struct link *links;
    size_t n;
    *ret = NULL;
    if (undo_links(v, l, &links, &n, err))
        return -1;
    for (size_t i = 0; i < n && !*ret; i++) {
        const struct flow *f = config_flow(v->cfg, links[i].flow);
        bool made = f && f->direction == DIR_PUSH;
        if (links[i].missing_since || is_own_table(v, &links[i]))
            continue;
        if (!made && trail_was_made(v->db, &links[i], &made, err))
            return -1;
        if (!made)
            *ret = links[i].remote;
    }
    return 0;
}

/* ---------------------------------------------------------------- others refer to it */

/* A record that refers to the one at hand: does the same undo take it away? */
static int goes_too(struct undo_view *v, const struct trail_ref *r, unsigned depth, bool *ret,
                    struct err *err)
{
    struct undo_list l = {.e = r->e, .id = r->id};
    struct undo_net net;
    struct audit_row *rows;
    struct undo_verdict verdict;
    size_t n;
    *ret = false;
    if (depth == DEPTH_MAX)
        return 0;
    if (trail_rows(v->db, v->run->id, r->e->name, r->id, v->arena, &rows, &n, err) ||
        rows_get(v->db, r->e, r->id, v->arena, &l.now, err) ||
        undo_read_net(v, r->e, rows, n, &net, err))
        return -1;
    bool restored = net.deletion && net.deleted_before && !net.deleted_after;
    if (!l.now || !(net.inserted || restored))
        return 0;
    if (undo_judge_gone(v, &l, &net, depth + 1, &verdict, err))
        return -1;
    *ret = !verdict.why;
    return 0;
}

static int find_referrer(struct undo_view *v, const struct undo_list *l, unsigned depth,
                         const char **ret, struct err *err)
{
    struct trail_ref *refs;
    size_t n;
    *ret = NULL;
    if (trail_referrers(v->db, l->e, l->id, REFERRERS_MAX, v->arena, &refs, &n, err))
        return -1;
    for (size_t i = 0; i < n && !*ret; i++) {
        bool goes;
        if (goes_too(v, &refs[i], depth, &goes, err))
            return -1;
        if (!goes || n == REFERRERS_MAX)
            *ret = record_name_of(v->db, refs[i].e->name, refs[i].id, v->arena);
    }
    return 0;
}

/* ---------------------------------------------------------------- the verdict */

/* A field that is another one than the run left it; NULL: none. */
static int changed_field(struct undo_view *v, const struct undo_list *l, const struct undo_net *net,
                         const char **ret, struct err *err)
{
    struct audit_row *later;
    *ret = NULL;
    for (size_t i = 0; i < l->e->n && !*ret; i++) {
        if ((net->made >> i & 1) &&
            !normalise_same(&l->e->fields[i], &l->now->v[i], &net->after[i]))
            *ret = l->e->fields[i].name;
    }
    /* of a record that the run brought back, not in, only the audit knows how it was left */
    if (net->inserted)
        return 0;
    if (trail_later(v->db, v->run->id, l->e->name, l->id, net->last, v->arena, &later, err))
        return -1;
    *ret = later ? later->field : NULL;
    return 0;
}

int undo_judge_gone(struct undo_view *v, struct undo_list *l, const struct undo_net *net,
                    unsigned depth, struct undo_verdict *ret, struct err *err)
{
    *ret = (struct undo_verdict){0};
    if (l->now->deleted)
        return 0;
    if (changed_field(v, l, net, &ret->field, err))
        return -1;
    if (ret->field) {
        ret->why = KEEP_CHANGED;
        return 0;
    }
    if (undo_hold(v, l, err))
        return -1;
    if (l->paused || l->waiting) {
        ret->why = l->paused ? KEEP_PAUSED : KEEP_CONFLICT;
        for (size_t i = 0; i < l->e->n && !l->paused && !ret->field; i++)
            ret->field = l->waiting >> i & 1 ? l->e->fields[i].name : NULL;
        return 0;
    }
    if (find_referrer(v, l, depth, &ret->by, err))
        return -1;
    if (ret->by) {
        ret->why = KEEP_REFERRED;
        return 0;
    }
    if (net->inserted && find_other_home(v, l, &ret->by, err))
        return -1;
    ret->why = ret->by ? KEEP_ADOPTED : KEEP_NOTHING;
    return 0;
}
