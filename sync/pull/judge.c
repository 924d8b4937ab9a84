#include "sync/pull/judge.h"
#include "store/rows.h"
#include "sync/dispute.h"
#include "sync/mark.h"
#include "sync/pull/gone.h"
#include "sync/pull/identity.h"
#include "sync/pull/jail.h"
#include "sync/pull/recognise.h"
#include "sync/pull/siblings.h"
#include "sync/pull/unique.h"
#include "sync/resolve.h"
#include "sync/run_state.h"

#include <string.h>

/* ---------------------------------------------------------------- one candidate */

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

/* What is agreed once the outcome is applied: what the row has, but for fields that wait for a
 * person; in them the question stays as it was. */
static struct agreed agreed_now(const struct run_state *s, const struct dispute *d)
{
    struct agreed now = *d->agreed;
    agreed_set(&now, s->mask & ~d->out.wait, d->theirs->v);
    now.before_cancel = NULL;
    agreed_set_unread(&now, s->mask, d->unread, d->unread_text);
    return now;
}

/* Whoever edits the row knows that its record is deleted, or nothing of it comes from there. */
static bool knew_deletion(const struct run_state *s, const struct link *old,
                          const struct record *ours)
{
    return s->flow->direction != DIR_BOTH || old->base_rev >= ours->rev;
}

/* Does a row bring its deleted record back? It does when it is news here that it is there, or when
 * somebody edited it before they could know of the deletion; a record that was deleted for another
 * reason stays so. */
static bool brings_back(const struct run_state *s, const struct dispute *d, const struct link *old,
                        bool *ret_edit_wins)
{
    *ret_edit_wins = false;
    if (!d->ours->deleted)
        return false;
    bool news = old ? old->missing_since && s->flow->missing != MISSING_REPORT : !d->made;
    if (!d->made && news)
        return true;
    /* a question that is open already was there before the deletion */
    uint32_t asks = d->out.wait & ~dispute_waiting(s, d->ours->id);
    *ret_edit_wins = (d->made || !knew_deletion(s, old, d->ours)) && (d->out.take | asks) != 0;
    return *ret_edit_wins;
}

/* What people typed matters where it may be written over. */
static bool unread_news(const struct run_state *s, const struct dispute *d)
{
    const char *const *text = s->flow->direction == DIR_BOTH ? d->unread_text : NULL;
    return !agreed_same_unread(d->agreed, s->mask, d->unread, text);
}

/* What has to be done about a row whose record is known; false: nothing. */
static bool known_op(struct run_state *s, const struct staged_row *row, const struct dispute *d,
                     const struct link *old, struct op *op)
{
    const struct reconcile *out = &d->out;
    bool edit_wins, back = brings_back(s, d, old, &edit_wins);
    op->lost = d->lost;
    op->unsent =
        identity_lacks(s, row->remote_key, op->link.part) ||
        (s->flow->direction == DIR_BOTH && (out->push & s->flow->put_fields & ~out->wait) != 0);
    op->rec = merged(s, d->ours, d->theirs, out->take, back);
    if (old && old->missing_since && gone_undo(s, d->agreed, op->rec))
        back = true;
    op->restored = back;
    op->old = record_keep(d->ours, s->arena);
    bool noted = op->n_notes || d->heard;
    noted = dispute_note(s, d, op) || noted;
    if (edit_wins)
        dispute_note_kept(s, op, "1", "0");
    if (!old) {
        op->kind = OP_ADOPT;
        return true;
    }
    op->link.id = old->id;
    if (out->take || back) {
        op->kind = OP_UPDATE;
    } else if (out->agree || (out->conflict & out->push) || noted || unread_news(s, d) ||
               (s->mask & ~d->agreed->mask & ~out->wait) ||
               !str_eq(old->remote_key, row->remote_key) || strcmp(old->part, op->link.part) ||
               strcmp(old->remote_id, row->remote_id)) {
        op->kind = OP_AGREE;
    } else if (old->missing_since) {
        op->kind = OP_MISSING;
        op->link.missing_since = 0;
    } else {
        return false;
    }
    return true;
}

/* A row that has a record already, by link or by recognition. unheard: the insert that this row is
 * taken for; sent: it holds just what was sent, else it may as well be a person's own. */
static int consider_known(struct run_state *s, const struct staged_row *row,
                          const struct candidate *c, const struct record *ours,
                          const struct link *old, const struct intent *unheard, bool sent,
                          struct err *err)
{
    struct agreed agreed;
    struct dispute d = {.ours = ours,
                        .theirs = c->rec,
                        .agreed = &agreed,
                        .theirs_at = row->edited_at,
                        .unread = c->unread,
                        .unread_text = c->unread_text,
                        .made = sent,
                        .unasked = ours->deleted && old && !old->missing_since &&
                                   knew_deletion(s, old, ours)};
    struct op op = {.intent = unheard ? unheard->id : 0, .link = {.part = c->part}};
    const char *base = old ? old->base : NULL;
    bool held = false;
    if ((sent && recover_sent(s, unheard, &base, err)) ||
        agreed_read(ours->e, base, s->page, &agreed, err))
        return -1;
    d.heard = put_heard(s->flow, c->rec->v, s->mask, &agreed);
    if (dispute_settle(s, &d, err) || identity_note(s, row, old, ours, &op, err))
        return -1;
    if (!known_op(s, row, &d, old, &op))
        return 0;
    if (judge_hold_back(s, row, c, ours->id, &held, err) || held)
        return held ? 0 : -1;
    int64_t id = op.link.id, since = op.link.missing_since;
    struct agreed now = agreed_now(s, &d);
    op.link = judge_link(s, row, c, ours->id, &now);
    op.link.id = id;
    op.link.missing_since = since;
    op.moved = old && (strcmp(old->part, c->part) || strcmp(old->remote_id, row->remote_id));
    plan_add(&s->plan, &op);
    return 0;
}

/* A row without a link: of a record that is known by other signs, or of a new one. */
static int consider_new(struct run_state *s, const struct staged_row *row,
                        const struct candidate *c, struct err *err)
{
    struct recognised r;
    if (recognise(s, row, c, &r, err))
        return -1;
    if (r.taken) {
        struct candidate twice = *c;
        twice.verdict = VERDICT_INVALID;
        twice.reason = "Duplicate id";
        twice.detail = row->remote_key;
        jail_bad(s, row, &twice);
        return 0;
    }
    if (r.ours)
        return consider_known(s, row, c, r.ours, r.before, recover_insert_of(s, r.ours->id), r.sent,
                              err);
    bool held;
    if (judge_hold_back(s, row, c, NULL, &held, err) || held)
        return held ? 0 : -1;
    struct agreed agreed = {.e = c->rec->e};
    agreed_set(&agreed, s->mask, c->rec->v);
    agreed_set_unread(&agreed, s->mask, c->unread, c->unread_text);
    struct op op = {.kind = OP_INSERT, .link = judge_link(s, row, c, r.id, &agreed)};
    if (recognise_newborn(s, c, r.id, &op.rec, err) ||
        (*r.rival && identity_note_rival(s, r.id, r.rival, &op, err)))
        return -1;
    plan_add(&s->plan, &op);
    return 0;
}

/* The row that the links knew is gone, and its records with it; another has its id. */
static int evict(struct run_state *s, const struct staged_row *row, const struct record *theirs,
                 struct err *err)
{
    struct link *links;
    bool another;
    size_t n;
    if (links_of_row(s->e->db, s->flow->remote->name, s->flow->table, row->remote_id, s->page,
                     &links, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        struct op op = {.kind = OP_EVICT, .link = {.id = links[i].id}};
        if (identity_is_another(s, &links[i], row, theirs, &another, err))
            return -1;
        if (!another)
            continue;
        if (gone_record(s, &links[i], err))
            return -1;
        plan_add(&s->plan, &op);
        s->facts.missing += s->end.complete;
    }
    return 0;
}

/* A record that moved to another person or team moves its part of the row too: the link whose
 * record is what the row says by now (we wrote it there, or somebody did so in both places). */
static int find_moved(struct run_state *s, const struct staged_row *row, const struct candidate *c,
                      struct link **ret, struct err *err)
{
    const struct entity *e = s->flow->entity;
    struct link *links;
    size_t n;
    uint32_t natural = 0;
    if (!*c->part)
        return 0;
    for (size_t i = 0; i < e->n; i++) {
        if (model_is_natural(e, e->fields[i].name))
            natural |= 1u << i;
    }
    if (links_of_row(s->e->db, s->flow->remote->name, s->flow->table, row->remote_id, s->page,
                     &links, &n, err))
        return -1;
    for (size_t i = 0; i < n && s->n_moved < MOVED_MAX; i++) {
        struct record *ours;
        if (rows_get(s->e->db, e, links[i].local_id, s->page, &ours, err))
            return -1;
        if (!ours || record_diff(ours, c->rec, natural))
            continue;
        s->moved[s->n_moved++] = links[i].id;
        *ret = &links[i];
        return 0;
    }
    return 0;
}

static int consider_fine(struct run_state *s, const struct staged_row *row,
                         const struct candidate *c, struct err *err)
{
    struct link *link;
    struct record *ours = NULL;
    bool another = false;
    s->plan.warnings += c->warnings;
    if (s->flow->n_unique)
        return unique_row(s, row, c, err);
    if (links_get(s->e->db, s->flow->remote->name, s->flow->table, row->remote_id, c->part, s->page,
                  &link, err))
        return -1;
    if (link && identity_is_another(s, link, row, c->rec, &another, err))
        return -1;
    if (another && (evict(s, row, c->rec, err) || (link = NULL, 0)))
        return -1;
    if (!link && find_moved(s, row, c, &link, err))
        return -1;
    if (!link)
        return consider_new(s, row, c, err);
    if (rows_get(s->e->db, s->flow->entity, link->local_id, s->page, &ours, err))
        return -1;
    if (!ours)
        return err_set(err, ERR_LOCAL,
                       "the link of row %s points to no record; run rosterd db verify",
                       row->remote_id);
    return consider_known(s, row, c, ours, link, NULL, false, err);
}

/* Reads the cells into candidates; a row that cannot be read is one bad candidate. */
static int read_row(struct run_state *s, const struct staged_row *row, struct candidate **ret,
                    size_t *ret_n, struct err *err)
{
    struct cell *cells = arena_alloc(s->page, s->flow->n_maps, sizeof *cells);
    siblings_read(s);
    if (!cells_from_json(row->raw, s->columns, s->flow->n_maps, s->page, cells, err) &&
        !mapping_apply(s->flow, s->dicts, cells, resolve_reference, s, s->page, ret, ret_n, err))
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

/* ---------------------------------------------------------------- rows that are marked */

/* A marked row that nobody knew comes in deleted, so that others may refer to it, and it is there
 * again when its mark goes. It is not taken for a record that only looks like it. */
static int consider_marked(struct run_state *s, const struct staged_row *row,
                           const struct candidate *c, struct err *err)
{
    struct recognised r;
    struct agreed agreed = {.e = c->rec->e};
    struct op op = {.kind = OP_INSERT};
    if (recognise_by_id(s, row, c, &r, err))
        return -1;
    if (r.taken || r.before)
        return 0;
    agreed_set(&agreed, r.ours ? 0 : s->mask, c->rec->v);
    agreed_set_unread(&agreed, s->mask, c->unread, c->unread_text);
    op.link = judge_link(s, row, c, r.ours ? r.ours->id : r.id, &agreed);
    op.link.missing_since = s->now_ms;
    op.link.wish = WISH_RETURN;
    if (r.ours) {
        op.kind = OP_ADOPT;
        op.old = record_keep(r.ours, s->arena);
        op.rec = record_keep(r.ours, s->arena);
    } else if (recognise_newborn(s, c, r.id, &op.rec, err)) {
        return -1;
    }
    op.rec->deleted = true;
    plan_add(&s->plan, &op);
    return 0;
}

/* A row that says of itself that it is deleted: its records are, too. */
static int judge_marked(struct run_state *s, const struct staged_row *row, enum marked how,
                        struct err *err)
{
    struct link *links;
    struct candidate *list;
    bool another;
    size_t n, n_parts = 0, known = 0;
    if (links_of_row(s->e->db, s->flow->remote->name, s->flow->table, row->remote_id, s->page,
                     &links, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (identity_is_another(s, &links[i], row, NULL, &another, err))
            return -1;
        if (another)
            continue;
        known++;
        if (mark_gone(s, &links[i], how, err))
            return -1;
    }
    if (!known && read_row(s, row, &list, &n_parts, err))
        return -1;
    if (!known && siblings_put_off(s, row, how))
        return 0;
    if (n > known && evict(s, row, NULL, err))
        return -1;
    for (size_t i = 0; i < n_parts; i++) {
        if (list[i].verdict == VERDICT_FINE) {
            if (consider_marked(s, row, &list[i], err))
                return -1;
        } else if (list[i].verdict == VERDICT_WAITING || list[i].verdict == VERDICT_INVALID) {
            jail_bad(s, row, &list[i]);
        }
    }
    jail_free_row(s, row->remote_id);
    return 0;
}

/* A row that cannot come in: its record goes with it where such rows are marked. One that has the
 * id of a row which is gone tells nothing of that row's record but that its row is gone. */
static int judge_spoilt(struct run_state *s, const struct staged_row *row,
                        const struct candidate *c, struct err *err)
{
    struct link *link;
    bool another = false;
    if (links_get(s->e->db, s->flow->remote->name, s->flow->table, row->remote_id, c->part, s->page,
                  &link, err))
        return -1;
    if (!link)
        return 0;
    if (identity_is_another(s, link, row, NULL, &another, err))
        return -1;
    if (another)
        return evict(s, row, NULL, err);
    return s->flow->mark && c->verdict == VERDICT_INVALID ? mark_gone(s, link, MARKED_NOT, err) : 0;
}

/* ---------------------------------------------------------------- one row */

int judge_what_it_says(struct run_state *s, const struct staged_row *row, enum marked marked,
                       struct err *err)
{
    struct candidate *list = NULL;
    size_t n = 0;
    s->n_moved = 0;
    if (marked != MARKED_NOT)
        return judge_marked(s, row, marked, err);
    if (row->trashed) {
        jail_free_row(s, row->remote_id);
        return gone_parts(s, row->remote_id, NULL, 0, err);
    }
    if (read_row(s, row, &list, &n, err))
        return -1;
    if (siblings_put_off(s, row, marked))
        return 0;
    if (list[0].verdict == VERDICT_NOTHING)
        n = 0; /* what it named so far, it names no more */
    for (size_t i = 0; i < n; i++) {
        if (list[i].verdict == VERDICT_FINE) {
            if (consider_fine(s, row, &list[i], err))
                return -1;
        } else if (list[i].verdict != VERDICT_OUT_OF_SCOPE) {
            jail_bad(s, row, &list[i]);
            if (judge_spoilt(s, row, &list[i], err))
                return -1;
        }
    }
    jail_free_row(s, row->remote_id);
    return list[0].parts_known ? gone_parts(s, row->remote_id, list, n, err) : 0;
}

int judge_row(struct run_state *s, const struct staged_row *row, struct err *err)
{
    enum marked marked;
    if (s->flow->sentinel && !strcmp(s->flow->sentinel, row->remote_id))
        s->facts.sentinel_seen = true;
    return mark_read(s, row, &marked, err) || judge_what_it_says(s, row, marked, err) ? -1 : 0;
}
