#include "tests/support/undo_lab.h"

#include "store/rows.h"

int undo_lab_setup(void **state)
{
    if (small_festival_setup(state))
        return -1;
    struct small_festival *f = *state;
    f->cfg->store = f->store->path;
    return 0;
}

int64_t lab_run(struct small_festival *f, const char *step, const char *kind)
{
    struct err err = {0};
    int64_t id = 0;
    assert_ok(runs_begin(f->db, step, kind, "schedule", 0, 1500, &id, &err), err);
    return id;
}

void lab_run_over(struct small_festival *f, int64_t run, int64_t updated)
{
    struct err err = {0};
    const struct counts c = {.updated = updated};
    assert_ok(runs_add(f->db, run, &c, &err), err);
    assert_ok(runs_finish(f->db, run, "done", 0, NULL, 1600, &err), err);
}

/* Every change has a time of its own. */
static struct change by(struct small_festival *f, int64_t run)
{
    int64_t n = temp_store_int(f->store, "SELECT count(*) FROM audit");
    return (struct change){.run = run, .source = run ? "coda" : OLEG, .at = 2000 + n};
}

void lab_set(struct small_festival *f, int64_t run, const char *entity, const char *id,
             const char *field, struct value v)
{
    struct err err = {0};
    const struct change c = by(f, run);
    struct record *old = small_festival_get(f, entity, id), *r = record_copy(old, f->arena);
    r->v[model_field(r->e, field)] = v;
    assert_ok(rows_update(f->db, old, r, &c, &err), err);
}

void lab_delete(struct small_festival *f, int64_t run, const char *entity, const char *id,
                bool deleted)
{
    struct err err = {0};
    const struct change c = by(f, run);
    struct record *old = small_festival_get(f, entity, id), *r = record_copy(old, f->arena);
    r->deleted = deleted;
    assert_ok(rows_update(f->db, old, r, &c, &err), err);
}

void lab_insert(struct small_festival *f, int64_t run, const char *entity, const char *id,
                const char *const *texts)
{
    struct err err = {0};
    const struct change c = by(f, run);
    struct record *r = record_new(model_entity(entity), f->arena);
    str_copy(r->id, sizeof r->id, id);
    for (size_t i = 0; texts[i]; i += 2)
        r->v[model_field(r->e, texts[i])] = V_TEXT(texts[i + 1]);
    if (model_field(r->e, "year") >= 0)
        r->v[model_field(r->e, "year")] = V_INT(2026);
    assert_ok(rows_insert(f->db, r, &c, &err), err);
}

const char *lab_text(struct small_festival *f, const char *field)
{
    struct record *r = small_festival_get(f, "participation", PART);
    const struct value *v = &r->v[model_field(r->e, field)];
    char num[24];
    const char *text = value_or_null(v, num);
    return text ? arena_strdup(f->arena, text) : "NULL";
}

bool lab_deleted(struct small_festival *f, const char *entity, const char *id)
{
    return small_festival_get(f, entity, id)->deleted;
}

static int tell(void *ctx, const struct undo_op *op, struct err *err)
{
    struct buf *b = ctx;
    (void)err;
    buf_addf(b, "%s %s", undo_word(op->what), op->name);
    if (op->field)
        buf_addf(b, ": %s", op->field);
    if (op->what == UNDO_SET)
        buf_addf(b, " %s > %s", op->now ? op->now : "NULL", op->back ? op->back : "NULL");
    if (op->row)
        buf_addf(b, ": %s", op->row);
    if (op->keep)
        buf_addf(b, " (%s%s%s", undo_keep_word(op->keep), op->by ? ": " : "", op->by ? op->by : "");
    if (op->at)
        buf_addf(b, " %lld", (long long)op->at);
    buf_add(b, op->keep ? ")\n" : "\n");
    return 0;
}

const char *lab_plan(struct small_festival *f, int64_t run)
{
    struct err err = {0};
    struct undo_plan plan;
    AUTO_BUF b = BUF_INIT(1 << 20);
    assert_ok(undo_plan(f->db, f->cfg, run, tell, &b, f->arena, &plan, &err), err);
    return arena_strdup(f->arena, buf_str(&b));
}

enum undo_state lab_state(struct small_festival *f, int64_t run)
{
    struct err err = {0};
    struct undo_plan plan;
    assert_ok(undo_plan(f->db, f->cfg, run, NULL, NULL, f->arena, &plan, &err), err);
    return plan.state;
}

struct undo_done lab_undo(struct small_festival *f, int64_t run, size_t chunk)
{
    struct err err = {0};
    struct undo_done done;
    const struct undo_request q = {.run = run, .actor = OLEG, .at = 9000, .chunk = chunk};
    assert_ok(undo_apply(f->db, f->cfg, &q, &done, &err), err);
    assert_ok(db_begin(f->db, &err), err);
    assert_ok(undo_finish(f->db, &done, 9100, &err), err);
    assert_ok(db_commit(f->db, &err), err);
    return done;
}
