#include "sync/plan_keep.h"

#include "store/base/json.h"
#include "store/base/secret.h"
#include "store/names.h"
#include "store/plans.h"
#include "sync/row_name.h"

#include <string.h>

#define CHUNK 500 /* ops written in one transaction */

static bool changes_records(const struct op *op)
{
    return op_sends(op) || op->kind == OP_INSERT || op->kind == OP_ADOPT || op->kind == OP_UPDATE ||
           op->kind == OP_DELETE || op->kind == OP_CANCEL;
}

static const char *op_word(const struct op *op)
{
    switch (op->kind) {
    case OP_INSERT:
    case OP_SEND_INSERT:
        return "insert";
    case OP_SEND_ARCHIVE:
        return "archive";
    case OP_SEND_MARK:
        return "mark";
    case OP_SEND_CLEAR:
        return "clear";
    case OP_ADOPT:
        return "link";
    case OP_DELETE:
        return "delete";
    case OP_CANCEL:
        return "cancel";
    default:
        return op_is_id(op) ? "id" : op->restored ? "restore" : "update";
    }
}

/* {"field":[before,after]} of everything the op would change. */
static void add_changes(const struct op *op, struct buf *out)
{
    const struct entity *e = op->rec->e;
    bool first = true;
    if (op->changes) {
        buf_add(out, op->changes);
        return;
    }
    buf_addc(out, '{');
    for (size_t i = 0; i < e->n && op->kind != OP_DELETE; i++) {
        struct value before = op->old ? op->old->v[i] : V_NULL;
        if (value_eq(&before, &op->rec->v[i]))
            continue;
        buf_add(out, first ? "" : ",");
        first = false;
        json_quote(out, e->fields[i].name);
        buf_add(out, ":[");
        value_to_json(&before, out);
        buf_addc(out, ',');
        value_to_json(&op->rec->v[i], out);
        buf_addc(out, ']');
    }
    buf_addc(out, '}');
}

static const char *remote_id_of(const struct run_state *s, const struct op *op)
{
    return op->link.remote_id ? op->link.remote_id : arena_strdup(s->page, op->rec->id);
}

/* What makes two ops the same: what is done, to which record, and to which values. */
static void digest_of(const struct run_state *s, const struct op *op, const char *changes,
                      char out[33])
{
    AUTO_BUF b = BUF_INIT(4 << 20);
    buf_addf(&b, "%s\n%s\n%s\n%s\n", op_word(op), op->rec->id,
             op->kind == OP_DELETE ? "" : remote_id_of(s, op), changes);
    hash_hex(buf_str(&b), out);
}

static const char *reason_of(const struct run_state *s, const struct op *op)
{
    const char *remote = s->flow->remote->name;
    if (op_marks(op))
        return op->mark->why ? op->mark->why : "deleted in the store";
    if (op_sends(op))
        return op->restored                  ? "back in the store"
               : op->kind == OP_SEND_INSERT  ? "new in the store"
               : op->kind == OP_SEND_ARCHIVE ? "deleted in the store"
               : op_is_id(op)                ? "its UUID is empty"
                                             : "changed in the store";
    switch (op->kind) {
    case OP_INSERT:
        return arena_printf(s->page, "new in %s", remote);
    case OP_ADOPT:
        return arena_printf(s->page, "recognised in %s", remote);
    case OP_DELETE:
    case OP_CANCEL:
        return arena_printf(s->page, "gone from %s", remote);
    default:
        return arena_printf(s->page, op->restored ? "back in %s" : "changed in %s", remote);
    }
}

/* A row that never came in has no record to be named by. */
static const char *name_of(const struct run_state *s, const struct op *op)
{
    if (*op->rec->id)
        return record_name(s->e->db, op->rec, s->page);
    const char *name = row_name_of(s->e->db, s->e->cfg, s->flow, op->link.remote_id, s->page);
    return name && *name ? name : arena_printf(s->page, "#%s", op->link.remote_id);
}

static void plan_describe(struct run_state *s, const struct op *op, struct buf *changes,
                          char digest[33], struct saved_op *ret)
{
    buf_clear(changes);
    add_changes(op, changes);
    digest_of(s, op, buf_str(changes), digest);
    *ret = (struct saved_op){
        .op = op_word(op),
        .entity = op->rec->e->name,
        .local_id = op->rec->id,
        .remote_id = remote_id_of(s, op),
        .name = name_of(s, op),
        .changes = buf_str(changes),
        .reason = reason_of(s, op),
        .digest = digest,
    };
}

void plan_tell(struct run_state *s)
{
    AUTO_BUF changes = BUF_INIT(4 << 20);
    for (size_t i = 0; i < s->plan.n; i++) {
        char digest[33];
        struct saved_op op;
        if (!changes_records(&s->plan.ops[i]))
            continue;
        arena_reset(s->page);
        plan_describe(s, &s->plan.ops[i], &changes, digest, &op);
        s->opt->planned(s->opt->ctx, &op);
    }
}

/* Of everything that the plan does, in its order. */
static void hash_plan(struct run_state *s, char out[33])
{
    AUTO_BUF all = BUF_INIT((size_t)64 << 20);
    AUTO_BUF changes = BUF_INIT(4 << 20);
    for (size_t i = 0; i < s->plan.n; i++) {
        char digest[33];
        if (!changes_records(&s->plan.ops[i]))
            continue;
        arena_reset(s->page);
        buf_clear(&changes);
        add_changes(&s->plan.ops[i], &changes);
        digest_of(s, &s->plan.ops[i], buf_str(&changes), digest);
        buf_addf(&all, "%s\n", digest);
    }
    hash_hex(buf_str(&all), out);
}

static int keep_all(struct run_state *s, int64_t *id, const char *brake, const char *hash,
                    struct err *err)
{
    struct db *db = s->e->db;
    AUTO_BUF changes = BUF_INIT(4 << 20);
    int64_t seq = 0;
    if (plans_begin(db, s->name, s->opt->actor, brake, hash, s->now_ms, id, err))
        return -1;
    /* ids that are filled in come last: they are told in one line */
    for (size_t k = 0; k < 2 * s->plan.n; k++) {
        size_t i = k % s->plan.n;
        if (!changes_records(&s->plan.ops[i]) || op_is_id(&s->plan.ops[i]) != (k >= s->plan.n))
            continue;
        if (seq && seq % CHUNK == 0 && (db_commit(db, err) || db_begin(db, err)))
            return -1;
        char digest[33];
        struct saved_op op;
        arena_reset(s->page);
        plan_describe(s, &s->plan.ops[i], &changes, digest, &op);
        if (plans_add(db, *id, seq++, &op, err))
            return -1;
    }
    return plans_open(db, *id, &s->plan.counts, err);
}

int plan_keep(struct run_state *s, const char *brake, int64_t *ret_id, struct err *err)
{
    int64_t id = 0;
    char hash[33];
    hash_plan(s, hash);
    /* a scheduled run that is stopped again and again asks once, and anew before the plan is too
     * old to be applied */
    if (brake && plans_same(s->e->db, s->name, hash, s->now_ms - PLANS_GOOD_MS / 2, &id, err))
        return -1;
    if (id) {
        *ret_id = id;
        return 0;
    }
    if (db_begin(s->e->db, err))
        return -1;
    if (keep_all(s, &id, brake, hash, err)) {
        db_rollback(s->e->db);
        return -1;
    }
    if (db_commit(s->e->db, err))
        return -1;
    *ret_id = id;
    return 0;
}

/* ---------------------------------------------------------------- applying what was approved */

struct set { /* of texts: digests, ids */
    const char **slots;
    bool *met;
    size_t n_slots, n;
};

static struct set room_for(size_t n, struct arena *arena)
{
    struct set d = {.n_slots = 64};
    while (d.n_slots < n * 2)
        d.n_slots *= 2;
    d.slots = arena_alloc(arena, d.n_slots, sizeof *d.slots);
    d.met = arena_alloc(arena, d.n_slots, sizeof *d.met);
    return d;
}

static size_t find(const struct set *d, const char *text)
{
    size_t at = (size_t)(hash_u64(text) & (d->n_slots - 1));
    while (d->slots[at] && strcmp(d->slots[at], text))
        at = (at + 1) & (d->n_slots - 1);
    return at;
}

static void add(struct set *d, const char *text, struct arena *arena)
{
    size_t at = find(d, text);
    if (!d->slots[at])
        d->slots[at] = arena_strdup(arena, text), d->n++;
}

static int load_digests(struct run_state *s, int64_t id, struct set *d, struct err *err)
{
    int64_t total, from = 0;
    if (plans_count(s->e->db, id, &total, err))
        return -1;
    *d = room_for((size_t)total, s->arena);
    for (;;) {
        struct saved_op *ops;
        size_t n;
        arena_reset(s->page);
        if (plans_ops(s->e->db, id, from, CHUNK, s->page, &ops, &n, err))
            return -1;
        if (!n)
            return 0;
        for (size_t i = 0; i < n; i++)
            add(d, ops[i].digest, s->arena);
        from += (int64_t)n;
    }
}

static bool has(const struct set *d, const char *text)
{
    return d->n && d->slots[find(d, text)];
}

/* What came since the preview, and is left for the next run. */
struct left {
    struct set records, rows;
};

static void leave(struct left *left, const struct op *op, struct arena *arena)
{
    if (op->kind == OP_INSERT)
        add(&left->records, op->rec->id, arena);
    if (op->link.remote_id)
        add(&left->rows, op->link.remote_id, arena);
}

/* Whoever names a record that does not come in waits for it. */
static bool names_what_is_left(const struct left *left, const struct op *op)
{
    for (size_t i = 0; i < op->rec->e->n; i++) {
        const struct field *f = &op->rec->e->fields[i];
        if (f->type == FT_REF && str_eq(f->ref, op->rec->e->name) &&
            op->rec->v[i].kind == VAL_TEXT && has(&left->records, op->rec->v[i].s))
            return true;
    }
    return false;
}

static bool is_approved(struct run_state *s, struct set *approved, size_t *met, const struct op *op)
{
    AUTO_BUF changes = BUF_INIT(4 << 20);
    char digest[33];
    arena_reset(s->page);
    add_changes(op, &changes);
    digest_of(s, op, buf_str(&changes), digest);
    size_t at = find(approved, digest);
    if (!approved->slots[at])
        return false;
    *met += !approved->met[at];
    approved->met[at] = true;
    return true;
}

int plan_restrict(struct run_state *s, int64_t id, int64_t *ret_held, int64_t *ret_gone,
                  struct err *err)
{
    struct saved_plan *saved;
    struct set approved;
    struct plan all = s->plan;
    struct left left = {room_for(all.n, s->arena), room_for(all.n, s->arena)};
    size_t met = 0;
    if (plans_get(s->e->db, id, s->arena, &saved, err))
        return -1;
    if (!saved || strcmp(saved->flow, s->name))
        return err_set(err, ERR_DATA, "plan %lld is not known any more; make a new preview",
                       (long long)id);
    if (load_digests(s, id, &approved, err))
        return -1;
    plan_init(&s->plan, s->arena);
    *ret_held = 0;
    for (size_t i = 0; i < all.n; i++) {
        const struct op *op = &all.ops[i];
        if (changes_records(op) &&
            (!is_approved(s, &approved, &met, op) || names_what_is_left(&left, op))) {
            leave(&left, op, s->arena);
            (*ret_held)++;
            continue;
        }
        /* a row that is left stays in quarantine: it may stand nowhere else */
        if (op->kind != OP_FREE || !has(&left.rows, op->jail.remote_id))
            plan_add(&s->plan, op);
    }
    s->plan.warnings = all.warnings;
    *ret_gone = (int64_t)(approved.n - met);
    return 0;
}
