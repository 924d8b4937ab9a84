#include "sync/pull/dictionary.h"

#include "store/dict_rows.h"
#include "store/staging.h"
#include "sync/agreed.h"
#include "sync/normalise.h"
#include "sync/pull/jail.h"
#include "sync/pull/reconcile.h"

#include <string.h>
#include <strings.h>

#define ENTRIES_MAX 1000 /* a longer table is no dictionary */
#define PAGE        200

/* One row of the table. */
struct entry {
    struct staged_row row;
    struct record *rec; /* id and code as the store spells them, when it has the entry */
    struct record *ours;
    const char *reason, *detail; /* why it is not taken in; NULL: it is fine */
    struct link *link;           /* of its code, whichever row that names */
};

struct table {
    struct run_state *s;
    const struct entity *e;
    struct entry *entries;
    size_t n;
    struct link *links;
    size_t n_links;
};

/* ---------------------------------------------------------------- reading */

/* A code is typed by people and compared by programs: letters, digits and signs without spaces. */
static bool is_code(const char *code)
{
    size_t n = strlen(code);
    for (size_t i = 0; i < n; i++) {
        if (code[i] <= ' ' || code[i] > '~')
            return false;
    }
    return n && n <= DICT_CODE_MAX;
}

static void read_fields(struct table *t, struct entry *x, const struct cell *cells)
{
    const struct flow *flow = t->s->flow;
    for (size_t i = 0; i < flow->n_maps; i++) {
        const struct field_map *m = &flow->maps[i];
        const struct field *f = &t->e->fields[m->field];
        struct value v;
        bool readable = normalise_cell(f, &cells[i], m->as, t->s->dicts, t->s->arena, &v);
        if (v.kind == VAL_NULL)
            v = field_fallback(f);
        t->s->plan.warnings += !readable && !f->required;
        x->rec->v[m->field] = v;
        if (!f->required || v.kind != VAL_NULL || x->reason)
            continue;
        x->reason = f->bad;
        x->detail = readable ? NULL : cell_show(&cells[i], t->s->arena);
    }
    const struct value *code = &x->rec->v[0];
    if (!x->reason && !is_code(code->s)) {
        x->reason = JAIL_BAD_CODE;
        x->detail = code->s;
    }
}

/* The row as an entry, and the entry that the store has by its code. */
static int read_entry(struct table *t, struct entry *x, struct err *err)
{
    struct run_state *s = t->s;
    struct cell *cells = arena_alloc(s->arena, s->flow->n_maps, sizeof *cells);
    x->rec = record_new(t->e, s->arena);
    if (s->flow->sentinel && !strcmp(s->flow->sentinel, x->row.remote_id))
        s->facts.sentinel_seen = true;
    if (cells_from_json(x->row.raw, s->columns, s->flow->n_maps, s->arena, cells, err)) {
        if (err->kind != ERR_DATA)
            return -1;
        x->reason = "Unreadable row";
        x->detail = arena_strdup(s->arena, err->msg);
        *err = (struct err){0};
        return 0;
    }
    read_fields(t, x, cells);
    if (x->reason)
        return 0;
    if (dict_rows_get(s->e->db, t->e, x->rec->v[0].s, s->arena, &x->ours, err))
        return -1;
    if (x->ours)
        x->rec->v[0] = x->ours->v[0];
    str_copy(x->rec->id, sizeof x->rec->id, x->rec->v[0].s);
    return 0;
}

static int load_entries(struct table *t, struct err *err)
{
    struct run_state *s = t->s;
    int64_t after = 0;
    if (s->facts.rows > ENTRIES_MAX)
        return err_set(err, ERR_DATA,
                       "«%s» has %lld rows, a dictionary has at most %d; correct table in [flow "
                       "%s]",
                       s->flow->table, (long long)s->facts.rows, ENTRIES_MAX, s->flow->name);
    t->entries = arena_alloc(s->arena, ENTRIES_MAX, sizeof *t->entries);
    for (;;) {
        struct staged_row *rows;
        size_t n;
        if (staging_read(s->e->db, after, PAGE, s->arena, &rows, &n, err))
            return -1;
        for (size_t i = 0; i < n; i++) {
            after = rows[i].seq;
            if (rows[i].trashed) /* as good as gone */
                continue;
            t->entries[t->n].row = rows[i];
            if (read_entry(t, &t->entries[t->n++], err))
                return -1;
        }
        if (n < PAGE)
            return run_progress(s, PROGRESS_JUDGE, s->facts.rows, s->facts.rows, err);
    }
}

/* Nobody can say which of two rows is the entry: neither is, and what was known of it stays. */
static void find_doubles(struct table *t)
{
    for (size_t i = 0; i < t->n; i++) {
        const struct entry *a = &t->entries[i];
        bool twice = false;
        for (size_t k = 0; k < t->n && !twice && *a->rec->id; k++)
            twice = k != i && !strcasecmp(a->rec->id, t->entries[k].rec->id);
        if (!twice || a->reason)
            continue;
        t->entries[i].reason = JAIL_TWO_ROWS;
        t->entries[i].detail = a->rec->id;
    }
}

/* ---------------------------------------------------------------- planning */

static const struct entry *entry_of_row(const struct table *t, const char *row_id)
{
    for (size_t i = 0; i < t->n; i++) {
        if (!strcmp(t->entries[i].row.remote_id, row_id))
            return &t->entries[i];
    }
    return NULL;
}

static bool is_listed(const struct table *t, const char *code)
{
    for (size_t i = 0; i < t->n; i++) {
        if (!t->entries[i].reason && !strcmp(t->entries[i].rec->id, code))
            return true;
    }
    return false;
}

/* Links whose row says another code by now let go of it, before any other link takes it; those
 * whose row is gone, and whose code no other row has, remember that. */
static void plan_links(struct table *t)
{
    struct run_state *s = t->s;
    for (size_t i = 0; i < t->n_links; i++) {
        struct link *l = &t->links[i];
        const struct entry *x = entry_of_row(t, l->remote_id);
        bool another = x && !x->reason && strcmp(x->rec->id, l->local_id) != 0;
        bool gone = (another || (!x && s->end.complete)) && !is_listed(t, l->local_id);
        s->facts.known += !l->missing_since;
        s->facts.missing += gone && !l->missing_since;
        if (another) {
            plan_add(&s->plan, &(struct op){.kind = OP_EVICT, .link = *l});
            l->remote_id = "";
        } else if (gone && !l->missing_since) {
            struct op op = {.kind = OP_MISSING, .link = *l};
            op.link.missing_since = s->now_ms;
            plan_add(&s->plan, &op);
        }
    }
}

static struct link *link_of_code(const struct table *t, const char *code)
{
    for (size_t i = 0; i < t->n_links; i++) {
        if (!strcmp(t->links[i].local_id, code))
            return &t->links[i];
    }
    return NULL;
}

static struct link link_for(const struct run_state *s, const struct entry *x,
                            const struct agreed *agreed)
{
    return (struct link){
        .id = x->link ? x->link->id : 0,
        .entity = x->rec->e->name,
        .local_id = x->rec->id,
        .flow = s->flow->name,
        .remote = s->flow->remote->name,
        .tbl = s->flow->table,
        .remote_id = x->row.remote_id,
        .part = "",
        .remote_key = x->row.remote_key,
        .base = agreed_text(agreed, s->arena),
        .remote_at = x->row.edited_at,
        .seen_at = s->now_ms,
    };
}

/* What was agreed; an empty cell counts as agreed at first sight, so that it takes nothing away. */
static uint32_t known_fields(const struct agreed *agreed, const struct entry *x)
{
    uint32_t known = agreed->mask;
    for (size_t i = 0; i < x->rec->e->n; i++) {
        if (x->rec->v[i].kind == VAL_NULL)
            known |= 1u << i;
    }
    return known;
}

/* What was last agreed decides, as for records: a name that somebody changed in the store stays
 * until the table's own changes. */
static int plan_entry(struct table *t, struct entry *x, struct err *err)
{
    struct run_state *s = t->s;
    struct agreed agreed;
    struct value base[MODEL_FIELDS_MAX];
    struct op op = {.kind = OP_INSERT, .rec = x->rec};
    x->link = link_of_code(t, x->rec->id);
    if (agreed_read(t->e, x->link ? x->link->base : NULL, s->arena, &agreed, err))
        return -1;
    agreed_base(&agreed, base);
    op.moved = x->link && strcmp(x->link->remote_id, x->row.remote_id) != 0;
    if (x->ours) {
        struct reconcile out = reconcile(t->e, s->mask, base, known_fields(&agreed, x), x->ours->v,
                                         x->rec->v, RECORD_ALL(t->e), 0);
        bool link_is_right = x->link && !op.moved && !x->link->missing_since && !out.agree &&
                             !(s->mask & ~agreed.mask);
        if (!out.take && link_is_right)
            return 0;
        op.kind = out.take ? OP_UPDATE : OP_AGREE;
        op.old = x->ours;
        op.rec = record_copy(x->ours, s->arena);
        for (size_t i = 0; i < t->e->n; i++) {
            if (out.take >> i & 1)
                op.rec->v[i] = x->rec->v[i];
        }
    }
    agreed_set(&agreed, s->mask, x->rec->v);
    op.link = link_for(s, x, &agreed);
    plan_add(&s->plan, &op);
    return 0;
}

static void plan_jailed(struct table *t)
{
    struct run_state *s = t->s;
    for (size_t i = 0; i < t->n; i++) {
        const struct entry *x = &t->entries[i];
        const struct candidate c = {.part = "",
                                    .verdict = VERDICT_INVALID,
                                    .reason = x->reason,
                                    .detail = x->detail};
        if (x->reason)
            jail_bad(s, &x->row, &c);
        jail_free_row(s, x->row.remote_id);
    }
    for (size_t i = 0; i < s->jail->n && s->end.complete; i++)
        jail_free_row(s, s->jail->list[i].remote_id);
}

int dictionary_plan(struct run_state *s, struct err *err)
{
    struct table t = {.s = s, .e = s->flow->entity};
    if (jail_load(s, err) || load_entries(&t, err) ||
        links_of_table(s->e->db, t.e->name, s->flow->remote->name, s->flow->table, s->arena,
                       &t.links, &t.n_links, err))
        return -1;
    s->facts.complete = s->end.complete;
    find_doubles(&t);
    plan_links(&t);
    for (size_t i = 0; i < t.n; i++) {
        if (!t.entries[i].reason && plan_entry(&t, &t.entries[i], err))
            return -1;
    }
    plan_jailed(&t);
    return 0;
}

/* ---------------------------------------------------------------- applying */

int dictionary_apply(struct run_state *s, const struct op *op, const struct change *by,
                     struct err *err)
{
    struct db *db = s->e->db;
    bool new_link = !op->link.id;
    if ((op->kind == OP_INSERT && dict_rows_insert(db, op->rec, by, err)) ||
        (op->kind == OP_UPDATE && dict_rows_update(db, op->old, op->rec, by, err)))
        return -1;
    if (new_link    ? links_insert(db, &op->link, err)
        : op->moved ? links_move(db, &op->link, err)
                    : links_agree(db, &op->link, err))
        return -1;
    return new_link || op->moved ? dict_rows_moved(db, err) : 0;
}

int dictionary_overtaken(struct run_state *s, const struct op *op, struct arena *scratch, bool *ret,
                         struct err *err)
{
    struct record *now;
    if (dict_rows_get(s->e->db, op->rec->e, op->rec->id, scratch, &now, err))
        return -1;
    *ret = !now || record_diff(now, op->old, RECORD_ALL(now->e)) != 0;
    return 0;
}

int dictionary_close(struct run_state *s, struct err *err)
{
    bool changed = false;
    for (size_t i = 0; i < s->plan.n; i++)
        changed = changed || s->plan.ops[i].kind == OP_INSERT || s->plan.ops[i].kind == OP_UPDATE;
    return changed ? dict_rows_spell(s->e->db, s->flow->entity, err) : 0;
}
