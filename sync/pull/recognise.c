#include "sync/pull/recognise.h"

#include "store/marks.h"
#include "store/quarantine.h"
#include "store/rows.h"
#include "sync/agreed.h"
#include "sync/normalise.h"
#include "sync/pull/identity.h"

#include <string.h>

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

/* The row that the record had is gone, and this one says by its own UUID that it is it: a row that
 * was put in again. One that is only marked, or breaks a rule, is there. */
static int has_left(struct run_state *s, const struct link *other, bool *ret, struct err *err)
{
    struct mark *m = NULL;
    const char *jailed = NULL;
    *ret = false;
    if (!other->missing_since || !s->flow->key)
        return 0;
    if (quarantine_reason(s->e->db, s->flow->name, other->remote_id, s->page, &jailed, err) ||
        (s->flow->mark &&
         marks_get(s->e->db, other->remote, other->tbl, other->remote_id, s->page, &m, err)))
        return -1;
    *ret = !jailed && (!m || !m->at);
    return 0;
}

/* The id that a row without a link would have, and the record that has it already, or NULL.
 * taken: it is another row's of this table, and there is no other id to be had. replaces: it may
 * take the place of a row that is gone; else it claims nothing then, for another row may. */
static int choose_id(struct run_state *s, const struct staged_row *row, const char *part,
                     bool replaces, struct recognised *ret, struct err *err)
{
    for (unsigned nth = 0;; nth++) {
        struct link *other = NULL;
        bool minted = birth_id(s, row, part, nth, ret->id), left = false;
        if (rows_get(s->e->db, s->flow->entity, ret->id, s->page, &ret->ours, err) ||
            (ret->ours &&
             links_by_local(s->e->db, s->flow->entity->name, ret->id, s->flow->remote->name,
                            s->flow->table, part, s->page, &other, err)) ||
            (!ret->ours && !minted &&
             identity_recognise(s, ret->id, part, &ret->ours, ret->rival, err)) ||
            (other && !minted && has_left(s, other, &left, err)))
            return -1;
        ret->before = left ? other : NULL;
        ret->taken = (other && !left) || (left && !replaces) ||
                     !plan_claim(&s->plan, ret->ours ? ret->ours->id : ret->id);
        if (!ret->taken || !minted)
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

/* Does the row hold what was sent? */
static int holds_sent(struct run_state *s, const struct candidate *c, const struct intent *in,
                      bool *ret, struct err *err)
{
    struct agreed sent;
    const char *base;
    if (recover_sent(s, in, &base, err) || agreed_read(s->flow->entity, base, s->page, &sent, err))
        return -1;
    *ret = true;
    for (size_t k = 0; k < c->rec->e->n && *ret; k++) {
        if (s->mask & sent.mask & 1u << k)
            *ret = normalise_same(&c->rec->e->fields[k], &c->rec->v[k], &sent.v[k]);
    }
    return 0;
}

/* The record of an insert of ours that nobody heard of, and whose row this is: the remote said so,
 * or it looks like it. *ret_link: the record's row so far, which is gone, or NULL. */
static int find_unheard(struct run_state *s, const struct staged_row *row,
                        const struct candidate *c, struct record **ret, struct link **ret_link,
                        struct err *err)
{
    struct link *links;
    size_t n;
    for (size_t i = 0; i < s->n_unheard; i++) {
        const struct intent *in = &s->unheard[i];
        bool same = in->remote_id && !strcmp(in->remote_id, row->remote_id);
        if (strcmp(in->entity, s->flow->entity->name))
            continue;
        if ((!in->remote_id && holds_sent(s, c, in, &same, err)) ||
            links_of_record(s->e->db, in->entity, in->local_id, in->remote, in->tbl, s->page,
                            &links, &n, err))
            return -1;
        /* its old row is back: that one is it */
        if (!same || (n && !links[0].missing_since) || !plan_claim(&s->plan, in->local_id))
            continue;
        *ret_link = n ? &links[0] : NULL;
        return rows_get(s->e->db, s->flow->entity, in->local_id, s->page, ret, err);
    }
    return 0;
}

int recognise_by_id(struct run_state *s, const struct staged_row *row, const struct candidate *c,
                    struct recognised *ret, struct err *err)
{
    *ret = (struct recognised){0};
    return choose_id(s, row, c->part, false, ret, err);
}

int recognise(struct run_state *s, const struct staged_row *row, const struct candidate *c,
              struct recognised *ret, struct err *err)
{
    *ret = (struct recognised){0};
    if (choose_id(s, row, c->part, true, ret, err))
        return -1;
    if (ret->taken)
        return 0;
    if (!ret->ours && find_unheard(s, row, c, &ret->ours, &ret->before, err))
        return -1;
    ret->sent = ret->ours && recover_insert_of(s, ret->ours->id);
    return ret->ours ? 0 : find_twin(s, c, &ret->ours, err);
}

int recognise_newborn(struct run_state *s, const struct candidate *c, const char *id,
                      struct record **ret, struct err *err)
{
    const struct flow *flow = s->flow;
    struct value begins[MODEL_FIELDS_MAX];
    struct record *r = record_copy(c->rec, s->page);
    if (mapping_constants(flow, flow->news, flow->n_news, s->dicts, s->e->cfg->path, s->page,
                          begins, err))
        return -1;
    for (size_t i = 0; i < flow->n_news; i++)
        r->v[flow->news[i].field] = begins[i];
    str_copy(r->id, sizeof r->id, id);
    *ret = record_keep(r, s->arena);
    return 0;
}
