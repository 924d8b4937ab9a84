#include "sync/undo/undo_judge.h"

#include "store/rows.h"
#include "store/trail.h"
#include "sync/normalise.h"

#include <string.h>

/* ---------------------------------------------------------------- going */

/* The record goes, or stays with a reason. */
static int take_away(struct undo_view *v, struct undo_list *l, const struct undo_net *net,
                     bool *ret_kept, struct err *err)
{
    struct undo_verdict verdict;
    if (undo_judge_gone(v, l, net, 0, &verdict, err))
        return -1;
    *ret_kept = verdict.why;
    if (!verdict.why) {
        undo_add(v, l, UNDO_DELETE);
        return 0;
    }
    if (verdict.why == KEEP_CHANGED)
        return undo_add_changed(v, l, KEEP_CHANGED, verdict.field, err);
    undo_add_kept(v, l, verdict.why, verdict.field)->by = verdict.by;
    return 0;
}

/* ---------------------------------------------------------------- going back */

/* It is gone, and nobody wants that so, or wants it back already. */
static bool is_out(const struct link *link)
{
    return link->missing_since && !str_eq(link->wish, WISH_AWAY) && !str_eq(link->wish, WISH_BACK);
}

int undo_restore(struct undo_view *v, struct undo_list *l, struct err *err)
{
    struct link *links;
    size_t n;
    if (l->now->deleted)
        undo_add(v, l, UNDO_RESTORE);
    if (undo_links(v, l, &links, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (is_out(&links[i]))
            undo_add_row(v, l, &links[i], UNDO_ROW_BACK);
    }
    return 0;
}

static int judge_field(struct undo_view *v, struct undo_list *l, const struct undo_net *net,
                       size_t i, bool gone, struct err *err)
{
    const struct field *f = &l->e->fields[i];
    const struct value *now = &l->now->v[i];
    if (value_eq(&net->before[i], &net->after[i]))
        return 0;
    if (value_eq(now, &net->before[i])) {
        l->already++;
        return 0;
    }
    if (!normalise_same(f, now, &net->after[i])) {
        if (undo_add_changed(v, l, KEEP_CHANGED, f->name, err))
            return -1;
        l->ops[l->n - 1].back = undo_shown(v, f, &net->before[i]);
        return 0;
    }
    if (gone)
        return undo_add_changed(v, l, KEEP_DELETED, "deleted", err);
    if (undo_hold(v, l, err))
        return -1;
    bool waits = l->waiting >> i & 1;
    struct undo_op *op = l->paused || waits
                             ? undo_add_kept(v, l, l->paused ? KEEP_PAUSED : KEEP_CONFLICT, f->name)
                             : undo_add(v, l, UNDO_SET);
    op->field = f->name;
    op->index = (int)i;
    op->value = net->before[i];
    op->now = undo_shown(v, f, now);
    op->back = undo_shown(v, f, &net->before[i]);
    return 0;
}

int undo_judge_fields(struct undo_view *v, struct undo_list *l, const struct undo_net *net,
                      bool gone, struct err *err)
{
    for (size_t i = 0; i < l->e->n; i++) {
        if ((net->touched >> i & 1) && judge_field(v, l, net, i, gone, err))
            return -1;
        /* once said is enough */
        if (l->n && l->ops[l->n - 1].keep == KEEP_DELETED)
            return 0;
    }
    return 0;
}

/* A record that was cancelled because its row had gone: the row's absence shall not cancel it
 * again. */
static int judge_cancelled(struct undo_view *v, struct undo_list *l, const struct undo_net *net,
                           struct err *err)
{
    struct link *links;
    size_t n;
    int at = l->e->cancel_field ? model_field(l->e, l->e->cancel_field) : -1;
    bool back = false;
    for (size_t i = 0; i < l->n; i++)
        back = back || (at >= 0 && l->ops[i].what == UNDO_SET && l->ops[i].index == at);
    if (!back || !v->flow || !str_eq(net->after[at].s, l->e->cancel_code))
        return 0;
    if (links_of_record(v->db, l->e->name, l->id, v->flow->remote->name, v->flow->table, v->arena,
                        &links, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (is_out(&links[i]))
            undo_add_row(v, l, &links[i], UNDO_ROW_BACK);
    }
    return 0;
}

/* What an earlier undo wished of a row. */
static void judge_wish(struct undo_view *v, struct undo_list *l, const struct link *link,
                       const char *word)
{
    bool out = link->missing_since, gone = str_eq(link->wish, WISH_GONE);
    bool back = str_eq(link->wish, WISH_BACK);
    if (out && !back && (str_eq(word, WISH_GONE) || str_eq(word, UNWISH_BACK)))
        undo_add_row(v, l, link, UNDO_ROW_BACK);
    else if (!out && !gone && (str_eq(word, WISH_BACK) || str_eq(word, UNWISH_GONE)))
        undo_add_row(v, l, link, UNDO_ROW_GONE);
    else if ((str_eq(word, WISH_GONE) && gone) || (str_eq(word, WISH_BACK) && back))
        undo_add_row(v, l, link, UNDO_ROW_LEAVE);
    else
        l->already++;
}

static int judge_wishes(struct undo_view *v, struct undo_list *l, const struct audit_row *rows,
                        size_t n, struct err *err)
{
    struct link *links = NULL;
    size_t n_links = 0;
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(rows[i].field, TRAIL_ROW))
            continue;
        if (!links && (undo_hold(v, l, err) || undo_links(v, l, &links, &n_links, err)))
            return -1;
        for (size_t k = 0; k < n_links; k++) {
            const char *name = arena_printf(v->arena, "%s: %s%s%s", links[k].remote, links[k].tbl,
                                            *links[k].part ? ": " : "", links[k].part);
            if (str_eq(name, rows[i].before) && !l->paused)
                judge_wish(v, l, &links[k], rows[i].after);
        }
        if (l->paused) {
            undo_add_kept(v, l, KEEP_PAUSED, NULL);
            return 0;
        }
    }
    return 0;
}

/* "deleted" goes back. *ret_kept: it stays, and so does the rest of the record. */
static int judge_deletion(struct undo_view *v, struct undo_list *l, const struct undo_net *net,
                          bool *ret_kept, struct err *err)
{
    enum undo_with with;
    *ret_kept = false;
    if (!net->deletion || net->deleted_before == net->deleted_after)
        return 0;
    if (l->now->deleted == net->deleted_before) {
        l->already++;
        return undo_judge_followed(v, l, err);
    }
    if (net->deleted_before)
        return take_away(v, l, net, ret_kept, err);
    if (undo_hold(v, l, err) || undo_judge_with(v, l, &with, err))
        return -1;
    if (with == WITH_TARGET) {
        undo_add(v, l, UNDO_RESTORE); /* its rows return as it does */
        return 0;
    }
    *ret_kept = l->paused || with == WITH_KEPT;
    if (l->paused) {
        undo_add_kept(v, l, KEEP_PAUSED, NULL);
        return 0;
    }
    return *ret_kept ? undo_add_changed(v, l, KEEP_DELETED, "deleted", err)
                     : undo_restore(v, l, err);
}

int undo_judge_record(struct undo_view *v, const struct audit_row *rows, size_t n,
                      struct undo_list *l, struct err *err)
{
    struct undo_net net;
    bool kept = false;
    if (undo_open(v, rows[0].entity, rows[0].local_id, l, err))
        return -1;
    if (!l->e || !l->now)
        return 0;
    if (undo_read_net(v, l->e, rows, n, &net, err))
        return -1;
    if (net.inserted) {
        l->already += l->now->deleted;
        return l->now->deleted ? 0 : take_away(v, l, &net, &kept, err);
    }
    if (judge_deletion(v, l, &net, &kept, err))
        return -1;
    if (kept)
        return 0;
    bool back = net.deletion && !net.deleted_before;
    if (undo_judge_fields(v, l, &net, l->now->deleted && !back, err) ||
        judge_cancelled(v, l, &net, err))
        return -1;
    return judge_wishes(v, l, rows, n, err);
}
