#include "sync/pull/identity.h"

#include "store/conflicts.h"
#include "store/rows.h"
#include "sync/agreed.h"
#include "sync/check.h"
#include "sync/dispute.h"
#include "sync/normalise.h"

#include <string.h>

/* ---------------------------------------------------------------- UUIDs as they are spelled */

static bool is_empty(const char *key)
{
    return !key || !key[strspn(key, " \t\r\n")];
}

static bool same_key(const char *a, const char *b)
{
    char x[UUID_LEN + 1], y[UUID_LEN + 1];
    return uuid_read(a, x) && uuid_read(b, y) ? !strcmp(x, y) : !strcmp(a, b);
}

/* ---------------------------------------------------------------- whose row */

/* What a person is asked about that record in this flow, or NULL. */
static const struct conflict *asked_here(const struct run_state *s, const char *local_id)
{
    for (size_t i = 0; i < s->n_open; i++) {
        const struct conflict *c = &s->open[i];
        if (!strcmp(c->field, CONFLICT_ID) && !strcmp(c->local_id, local_id) &&
            !strcmp(c->flow, s->flow->name) && !strcmp(c->entity, s->flow->entity->name))
            return c;
    }
    return NULL;
}

/* Does the row say anything else than it did when it was agreed about? */
static int contradicts(struct run_state *s, const struct link *link, const struct record *theirs,
                       bool *ret, struct err *err)
{
    struct agreed agreed;
    *ret = false;
    if (agreed_read(theirs->e, link->base, s->page, &agreed, err))
        return err_wrap(err, "link %lld", (long long)link->id);
    for (size_t i = 0; i < theirs->e->n; i++) {
        const struct field *f = &theirs->e->fields[i];
        if ((s->mask & agreed.mask) >> i & 1 && !normalise_same(f, &theirs->v[i], &agreed.v[i]))
            *ret = true;
    }
    return 0;
}

int identity_is_another(struct run_state *s, const struct link *link, const struct staged_row *row,
                        const struct record *theirs, bool *ret, struct err *err)
{
    bool emptied = is_empty(row->remote_key);
    *ret = false;
    if (is_empty(link->remote_key) || (!emptied && same_key(link->remote_key, row->remote_key)))
        return 0;
    if (emptied && (!s->flow->key || !s->remote->ops->reuses_ids || !theirs))
        return 0;
    if (!emptied && (same_key(row->remote_key, link->local_id) || asked_here(s, link->local_id)))
        return 0;
    *ret = true;
    return theirs ? contradicts(s, link, theirs, ret, err) : 0;
}

/* By the id that it has in a remote whose row ids are such UUIDs. */
static int find_by_row(struct run_state *s, const char *uuid, char ret[UUID_LEN + 1],
                       struct err *err)
{
    const struct config *cfg = s->e->cfg;
    for (size_t i = 0; i < cfg->n_flows && !*ret; i++) {
        const struct flow *f = cfg->flows[i];
        const struct remote_ops *ops = remote_ops_find(f->remote->kind);
        if (f->entity != s->flow->entity || f->direction == DIR_PUSH || !ops ||
            !ops->row_id_is_uuid || !f->entity->id_from_remote)
            continue;
        if (links_resolve(s->e->db, f->entity->name, f->remote->name, f->table, uuid, ret, err))
            return -1;
    }
    return 0;
}

int identity_find(struct run_state *s, const char *uuid, const char *own, char ret[UUID_LEN + 1],
                  struct err *err)
{
    const struct entity *e = s->flow->entity;
    struct link *links = NULL;
    size_t n = 0;
    bool exists = false;
    *ret = '\0';
    if (rows_exists(s->e->db, e, uuid, &exists, err))
        return -1;
    if (exists)
        str_copy(ret, UUID_LEN + 1, uuid);
    else if (find_by_row(s, uuid, ret, err) ||
             (!*ret && links_by_key(s->e->db, e->name, uuid, s->page, &links, &n, err)))
        return -1;
    for (size_t i = 0; !*ret && i < n; i++) {
        if (!str_eq(links[i].local_id, own))
            str_copy(ret, UUID_LEN + 1, links[i].local_id);
    }
    return 0;
}

int identity_recognise(struct run_state *s, const char *uuid, const char *part, struct record **ret,
                       char rival[UUID_LEN + 1], struct err *err)
{
    char known[UUID_LEN + 1];
    struct link *here = NULL;
    *ret = NULL;
    *rival = '\0';
    if (identity_find(s, uuid, NULL, known, err))
        return -1;
    if (!*known)
        return 0;
    if (links_by_local(s->e->db, s->flow->entity->name, known, s->flow->remote->name,
                       s->flow->table, part, s->page, &here, err))
        return -1;
    if (!here)
        return rows_get(s->e->db, s->flow->entity, known, s->page, ret, err);
    str_copy(rival, UUID_LEN + 1, known);
    return 0;
}

/* ---------------------------------------------------------------- are they one? */

/* Adds the question, unless it is open or was answered: they are two. */
static int ask(struct run_state *s, const struct conflict *c, struct op *op, struct err *err)
{
    bool known;
    if (conflicts_pair_known(s->e->db, c->entity, c->local_id, c->theirs, &known, err))
        return -1;
    if (!known)
        dispute_add_note(s, op, c);
    return 0;
}

int identity_note(struct run_state *s, const struct staged_row *row, const struct link *old,
                  const struct record *ours, struct op *op, struct err *err)
{
    const struct conflict *asked = asked_here(s, ours->id);
    char uuid[UUID_LEN + 1], other[UUID_LEN + 1] = "";
    bool names = !is_empty(row->remote_key) && uuid_read(row->remote_key, uuid) &&
                 strcmp(uuid, ours->id) != 0 && (!ours->deleted || (old && old->missing_since));
    /* the other one may have come in at the same time, or later: ask() asks once */
    bool news = names && old;
    if (!asked && !news)
        return 0;
    if (names && identity_find(s, uuid, ours->id, other, err))
        return -1;
    if (asked && !strcmp(asked->theirs, other))
        return 0;
    bool others = *other && strcmp(other, ours->id) != 0;
    if (asked && !others) { /* the cell was corrected */
        struct conflict c = *asked;
        c.open = false;
        c.settled_by = "agreed";
        c.settled_at = s->now_ms;
        dispute_add_note(s, op, &c);
    }
    if (!others)
        return 0;
    struct conflict c = dispute_draft(s, ours->id, CONFLICT_ID);
    c.base = c.ours = c.local_id;
    c.theirs = arena_strdup(s->arena, other);
    c.theirs_at = row->edited_at;
    c.open = true;
    return ask(s, &c, op, err);
}

int identity_note_rival(struct run_state *s, const char *id, const char *rival, struct op *op,
                        struct err *err)
{
    struct link *links;
    struct record *r;
    size_t n;
    if (rows_get(s->e->db, s->flow->entity, rival, s->page, &r, err) ||
        links_by_key(s->e->db, s->flow->entity->name, id, s->page, &links, &n, err))
        return -1;
    for (size_t i = 0; r && !r->deleted && i < n; i++) {
        if (strcmp(links[i].local_id, rival))
            continue;
        struct conflict c = dispute_draft(s, rival, CONFLICT_ID);
        c.flow = arena_strdup(s->arena, links[i].flow);
        c.remote = arena_strdup(s->arena, links[i].remote);
        c.base = c.ours = c.local_id;
        c.theirs = arena_strdup(s->arena, id);
        c.theirs_at = links[i].remote_at;
        c.open = true;
        return ask(s, &c, op, err);
    }
    return 0;
}

/* ---------------------------------------------------------------- rows without an id */

bool identity_lacks(const struct run_state *s, const char *row_key, const char *part)
{
    return s->flow->key && s->flow->direction == DIR_BOTH && !*part && is_empty(row_key);
}

int identity_describe(struct run_state *s, const struct table_info *t, struct err *err)
{
    const struct flow *f = s->flow;
    const struct column_info *c = f->key ? check_column(t, f->key) : NULL;
    bool writes = f->direction == DIR_BOTH && c && !c->calculated;
    for (size_t i = 0; writes && i < f->n_puts; i++)
        writes = check_column(t, f->puts[i].column) != c;
    s->put.fills_key = writes;
    return writes ? links_keys_plain(s->e->db, f->name, f->remote->name, f->table,
                                     &s->put.plain_key, err)
                  : 0;
}

const char *identity_due(const struct run_state *s, const struct record *r, const struct link *link)
{
    char *text;
    if (!s->put.fills_key || (link && (*link->part || !is_empty(link->remote_key))))
        return NULL;
    text = arena_strdup(s->arena, r->id);
    if (!s->put.plain_key)
        return text;
    char *to = text;
    for (const char *c = r->id; *c; c++) {
        if (*c != '-')
            *to++ = *c;
    }
    *to = '\0';
    return text;
}

const char *identity_key(const struct cell *cell)
{
    return cell->kind == CELL_TEXT && !is_empty(cell->text) ? cell->text : NULL;
}

bool identity_is_free(const struct cell *cell, const char *id)
{
    if (cell->kind == CELL_NULL || (cell->kind == CELL_LIST && !cell->n))
        return true;
    return cell->kind == CELL_TEXT && (is_empty(cell->text) || same_key(cell->text, id));
}
