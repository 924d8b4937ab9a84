#include "sync/plan_keep.h"

#include "store/base/json.h"
#include "store/base/secret.h"
#include "store/names.h"
#include "store/plans.h"

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
        .name = *op->rec->id ? record_name(s->e->db, op->rec, s->page)
                             : arena_printf(s->page, "#%s", op->link.remote_id),
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
    /* a scheduled run that is stopped again and again asks once */
    if (brake && plans_same(s->e->db, s->name, hash, &id, err))
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

struct digests {
    const char **slots;
    bool *met;
    size_t n_slots, n;
};

static size_t find(const struct digests *d, const char *digest)
{
    size_t at = (size_t)(hash_u64(digest) & (d->n_slots - 1));
    while (d->slots[at] && strcmp(d->slots[at], digest))
        at = (at + 1) & (d->n_slots - 1);
    return at;
}

static int load_digests(struct run_state *s, int64_t id, struct digests *d, struct err *err)
{
    int64_t total, from = 0;
    if (plans_count(s->e->db, id, &total, err))
        return -1;
    for (d->n_slots = 64; d->n_slots < (size_t)total * 2; d->n_slots *= 2)
        ;
    d->slots = arena_alloc(s->arena, d->n_slots, sizeof *d->slots);
    d->met = arena_alloc(s->arena, d->n_slots, sizeof *d->met);
    for (;;) {
        struct saved_op *ops;
        size_t n;
        arena_reset(s->page);
        if (plans_ops(s->e->db, id, from, CHUNK, s->page, &ops, &n, err))
            return -1;
        if (!n)
            return 0;
        for (size_t i = 0; i < n; i++) {
            size_t at = find(d, ops[i].digest);
            if (!d->slots[at])
                d->slots[at] = arena_strdup(s->arena, ops[i].digest), d->n++;
        }
        from += (int64_t)n;
    }
}

int plan_restrict(struct run_state *s, int64_t id, int64_t *ret_held, int64_t *ret_gone,
                  struct err *err)
{
    struct saved_plan *saved;
    struct digests d = {0};
    struct plan all = s->plan;
    size_t met = 0;
    if (plans_get(s->e->db, id, s->arena, &saved, err))
        return -1;
    if (!saved || strcmp(saved->flow, s->name))
        return err_set(err, ERR_DATA, "plan %lld is not known any more; make a new preview",
                       (long long)id);
    if (load_digests(s, id, &d, err))
        return -1;
    plan_init(&s->plan, s->arena);
    *ret_held = 0;
    for (size_t i = 0; i < all.n; i++) {
        AUTO_BUF changes = BUF_INIT(4 << 20);
        char digest[33];
        if (changes_records(&all.ops[i])) {
            arena_reset(s->page);
            add_changes(&all.ops[i], &changes);
            digest_of(s, &all.ops[i], buf_str(&changes), digest);
            size_t at = find(&d, digest);
            if (!d.slots[at]) {
                (*ret_held)++;
                continue;
            }
            met += !d.met[at];
            d.met[at] = true;
        }
        plan_add(&s->plan, &all.ops[i]);
    }
    s->plan.warnings = all.warnings;
    *ret_gone = (int64_t)(d.n - met);
    return 0;
}
