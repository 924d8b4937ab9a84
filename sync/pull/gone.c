#include "sync/pull/gone.h"

#include "store/base/log.h"
#include "store/cascade.h"
#include "store/names.h"
#include "store/pauses.h"
#include "store/rows.h"
#include "sync/dispute.h"
#include "sync/normalise.h"

#include <string.h>

static int cancel_field(const struct run_state *s)
{
    return s->flow->missing == MISSING_CANCEL
               ? model_field(s->flow->entity, s->flow->entity->cancel_field)
               : -1;
}

static bool is_cancelled(const struct run_state *s, const struct record *r, int field)
{
    return r->v[field].kind == VAL_TEXT && !strcmp(r->v[field].s, s->flow->entity->cancel_code);
}

/* base with the state before added. */
static int remember(struct run_state *s, const struct link *link, const struct value *before,
                    const char **ret, struct err *err)
{
    struct agreed agreed;
    char num[24];
    if (agreed_read(s->flow->entity, link->base, s->page, &agreed, err))
        return err_wrap(err, "link %lld", (long long)link->id);
    agreed.before_cancel = value_show(before, num);
    *ret = agreed_text(&agreed, s->arena);
    return 0;
}

static int plan_cancel(struct run_state *s, const struct link *link, const struct record *ours,
                       int field, struct err *err)
{
    struct op op = {.kind = OP_CANCEL, .link = *link};
    if (is_cancelled(s, ours, field))
        return 0; /* somebody did it already: nothing to take back later */
    op.old = record_keep(ours, s->arena);
    op.rec = record_keep(ours, s->arena);
    op.rec->v[field] = V_TEXT(s->flow->entity->cancel_code);
    op.link.missing_since = s->now_ms;
    op.link.remote_id = arena_strdup(s->arena, link->remote_id);
    if (remember(s, link, &ours->v[field], &op.link.base, err))
        return -1;
    plan_add(&s->plan, &op);
    return 0;
}

/* Somebody edited the record before they could know that its row is gone: it stays, and the next
 * push brings the row back. */
static int edit_wins(struct run_state *s, const struct link *link, const struct record *ours,
                     bool *ret, struct err *err)
{
    struct agreed agreed;
    struct value base[MODEL_FIELDS_MAX];
    uint32_t changed = 0;
    *ret = false;
    if (s->flow->direction != DIR_BOTH)
        return 0;
    if (agreed_read(ours->e, link->base, s->page, &agreed, err))
        return err_wrap(err, "link %lld", (long long)link->id);
    agreed_base(&agreed, base);
    for (size_t i = 0; i < ours->e->n; i++) {
        if (!normalise_same(&ours->e->fields[i], &ours->v[i], &base[i]))
            changed |= 1u << i;
    }
    *ret = (changed & s->mask & s->flow->put_fields) != 0;
    if (!*ret)
        return 0;
    struct op op = {.kind = OP_KEEP, .rec = record_keep(ours, s->arena)};
    op.old = op.rec;
    op.link = (struct link){.id = link->id, .missing_since = s->now_ms, .wish = WISH_BACK};
    dispute_note_kept(s, &op, "0", "1");
    plan_add(&s->plan, &op);
    return 0;
}

bool gone_is_known(const struct link *link)
{
    return link->wish || (link->missing_since && agreed_was_cancelled(link->base));
}

/* Is it live, or deleted only with what it belongs to: then it is from now on deleted for its own
 * row's sake as well, and does not return with that. Where rows are put away with their records,
 * that a row is gone says nothing of its own. */
static int may_go(struct run_state *s, const struct record *ours, bool *ret, struct err *err)
{
    struct cascade with = {0};
    bool told = s->flow->on_delete != DELETION_ARCHIVE;
    if (ours->deleted && told && cascade_of(s->e->db, ours->e, ours->id, &with, err))
        return -1;
    *ret = !ours->deleted || with.e;
    return 0;
}

/* The record stays as it is; gone_tell says so. */
static void plan_unnamed(struct run_state *s, const struct link *link, const struct record *ours)
{
    struct op op = {.kind = OP_MISSING, .rec = record_keep(ours, s->arena)};
    op.link = (struct link){.id = link->id,
                            .remote_id = arena_strdup(s->arena, link->remote_id),
                            .missing_since = s->now_ms};
    if (!link->missing_since && !ours->deleted)
        plan_add(&s->plan, &op);
}

int gone_record(struct run_state *s, const struct link *link, struct err *err)
{
    struct record *ours = NULL;
    int field = cancel_field(s);
    bool stays = false, goes = false;
    if (s->flow->missing == MISSING_IGNORE || gone_is_known(link))
        return 0;
    if (rows_get(s->e->db, s->flow->entity, link->local_id, s->page, &ours, err) ||
        (ours && may_go(s, ours, &goes, err)))
        return -1;
    if (!goes)
        return 0;
    if (s->flow->missing == MISSING_REPORT) {
        plan_unnamed(s, link, ours);
        return 0;
    }
    if (pauses_has(s->e->db, s->flow->entity->name, ours->id, &stays, err) ||
        (!stays && !ours->deleted && edit_wins(s, link, ours, &stays, err)))
        return -1;
    if (stays)
        return 0;
    if (field >= 0)
        return plan_cancel(s, link, ours, field, err);
    struct op op = {.kind = OP_DELETE, .rec = record_keep(ours, s->arena), .own = ours->deleted};
    op.old = op.rec;
    /* where rows are made, one comes back with its record */
    op.link = (struct link){.id = link->id, .missing_since = s->now_ms, .wish = WISH_RETURN};
    plan_add(&s->plan, &op);
    return 0;
}

static bool is_moved(const struct run_state *s, int64_t link)
{
    for (size_t i = 0; i < s->n_moved; i++) {
        if (s->moved[i] == link)
            return true;
    }
    return false;
}

int gone_parts(struct run_state *s, const char *remote_id, const struct candidate *named,
               size_t n_named, struct err *err)
{
    struct link *links;
    size_t n;
    if (s->flow->missing == MISSING_IGNORE)
        return 0;
    if (links_of_row(s->e->db, s->flow->remote->name, s->flow->table, remote_id, s->page, &links,
                     &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < n_named && strcmp(named[k].part, links[i].part))
            k++;
        if (k == n_named && !is_moved(s, links[i].id) && gone_record(s, &links[i], err))
            return -1;
    }
    return 0;
}

void gone_tell(struct run_state *s)
{
    struct report *rep = s->rep;
    AUTO_BUF names = BUF_INIT(1 << 16);
    for (size_t i = 0; i < s->plan.n; i++) {
        const struct op *op = &s->plan.ops[i];
        if ((op->kind != OP_MISSING && op->kind != OP_EVICT) || !op->rec)
            continue;
        if (rep->unnamed++ < REPORT_NAMES)
            buf_addf(&names, "%s%s", names.len ? "; " : "",
                     record_name(s->e->db, op->rec, s->arena));
    }
    if (!rep->unnamed)
        return;
    log_event(LOG_INFO, "records that no row names any more", "flow", s->name, "records",
              STR_I64(rep->unnamed), NULL);
    rep->unnamed_names = arena_strdup(s->arena, buf_str(&names));
}

bool gone_undo(struct run_state *s, const struct agreed *agreed, struct record *r)
{
    int field = cancel_field(s);
    const char *before = agreed->before_cancel;
    if (field < 0 || !before || !is_cancelled(s, r, field))
        return false;
    r->v[field] = *before ? V_TEXT(arena_strdup(s->arena, before)) : V_NULL;
    return true;
}
