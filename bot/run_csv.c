#include "bot/run_csv.h"

#include "bot/csv.h"
#include "bot/text/change_text.h"
#include "store/audit.h"
#include "store/base/clock.h"
#include "store/conflicts.h"
#include "store/journal.h"
#include "store/names.h"

#include <string.h>

#define PAGE          500
#define CONFLICTS_MAX 100000
#define PAGE_MEMORY   ((size_t)256 << 20)

struct file {
    struct db *db;
    const struct run *run;
    struct buf *out;
    struct arena *page; /* of the rows at hand */
    int64_t lines;
};

/* One line; what is NULL stays empty. */
struct line {
    const char *operation, *entity, *local_id, *field, *before, *after, *source, *row, *note;
    int64_t at;
};

static const char *const head[] = {"operation", "entity", "name", "field", "before", "after",
                                   "source",    "time",   "id",   "row",   "note"};

static void add_line(struct file *f, const struct line *l)
{
    char at[25] = "";
    const char *name = record_name_of(f->db, l->entity, l->local_id, f->page);
    const char *const row[] = {l->operation, l->entity,
                               name,         l->field,
                               l->before,    l->after,
                               l->source,    l->at ? clock_iso(at, l->at) : at,
                               l->local_id,  l->row,
                               l->note};
    csv_row(f->out, row, ARRAY_LEN(row));
    f->lines++;
}

/* Lines of a {"field":[before,after]}; one without a field when there are none. */
static void add_changes(struct file *f, const struct line *like, const cJSON *changes)
{
    struct line l = *like;
    const cJSON *c = changes ? changes->child : NULL;
    do {
        AUTO_BUF before = BUF_INIT(1 << 20), after = BUF_INIT(1 << 20);
        l.field = c ? c->string : NULL;
        l.before = change_text(&before, cJSON_GetArrayItem(c, 0));
        l.after = change_text(&after, cJSON_GetArrayItem(c, 1));
        add_line(f, &l);
        c = c ? c->next : NULL;
    } while (c);
}

/* ---------------------------------------------------------------- the store */

/* A whole record, as JSON in before or after: a line for each of its values. */
static void add_record(struct file *f, const struct audit_row *r)
{
    AUTO_JSON *tree = NULL;
    struct err ignored = {0}; /* our own text; a damaged one still names its record */
    const char *json = r->after ? r->after : r->before ? r->before : "{}";
    struct line l = {.operation = r->after ? "insert" : "delete",
                     .entity = r->entity,
                     .local_id = r->local_id,
                     .source = r->source,
                     .at = r->at};
    const cJSON *v = json_parse(json, strlen(json), &tree, &ignored) || !tree ? NULL : tree->child;
    size_t said = 0;
    for (; v; v = v->next) {
        AUTO_BUF value = BUF_INIT(1 << 20);
        const char *text = change_text(&value, v);
        if (!*text)
            continue;
        l.field = v->string;
        *(r->after ? &l.after : &l.before) = text;
        add_line(f, &l);
        said++;
    }
    if (!said)
        add_line(f, &l);
}

static void add_audit(struct file *f, const struct audit_row *r)
{
    if (!r->field) {
        add_record(f, r);
        return;
    }
    bool deletion = !strcmp(r->field, "deleted");
    bool gone = deletion && str_eq(r->after, "1");
    add_line(f, &(struct line){.operation = gone       ? "delete"
                                            : deletion ? "restore"
                                                       : "update",
                               .entity = r->entity,
                               .local_id = r->local_id,
                               .field = deletion ? NULL : r->field,
                               .before = deletion ? NULL : r->before,
                               .after = deletion ? NULL : r->after,
                               .source = r->source,
                               .at = r->at});
}

static int add_audits(struct file *f, struct err *err)
{
    int64_t after = 0;
    size_t n = PAGE;
    while (n == PAGE && !f->out->over) {
        struct audit_row *list;
        arena_reset(f->page);
        if (audit_page_of_run(f->db, f->run->id, after, PAGE, f->page, &list, &n, err))
            return -1;
        for (size_t i = 0; i < n; i++)
            add_audit(f, &list[i]);
        after = n ? list[n - 1].row : after;
    }
    return 0;
}

/* ---------------------------------------------------------------- the remote */

static void add_intent(struct file *f, const struct intent *i)
{
    AUTO_JSON *tree = NULL;
    struct err ignored = {0};
    const cJSON *changes = json_parse(i->payload, strlen(i->payload), &tree, &ignored)
                               ? NULL
                               : json_at(tree, "changes");
    add_changes(f,
                &(struct line){.operation = i->op,
                               .entity = i->entity,
                               .local_id = i->local_id,
                               .source = "store",
                               .row = i->remote_id,
                               .at = i->done_at},
                changes);
}

static int add_intents(struct file *f, struct err *err)
{
    int64_t after = 0;
    size_t n = PAGE;
    while (n == PAGE && !f->out->over) {
        struct intent *list;
        arena_reset(f->page);
        if (journal_of_run(f->db, f->run->id, after, PAGE, f->page, &list, &n, err))
            return -1;
        for (size_t i = 0; i < n; i++)
            add_intent(f, &list[i]);
        after = n ? list[n - 1].id : after;
    }
    return 0;
}

/* ---------------------------------------------------------------- both */

static int add_conflicts(struct file *f, struct err *err)
{
    struct conflict *list;
    size_t n;
    arena_reset(f->page);
    if (conflicts_of_run(f->db, f->run->id, CONFLICTS_MAX, f->page, &list, &n, err))
        return -1;
    for (size_t i = 0; i < n && !f->out->over; i++) {
        const struct conflict *c = &list[i];
        const char *what = c->open                      ? "waits for a decision"
                           : !c->choice                 ? "became the same"
                           : !strcmp(c->choice, "ours") ? "ours was kept"
                                                        : "theirs was taken";
        add_line(f, &(struct line){.operation = "conflict",
                                   .entity = c->entity,
                                   .local_id = c->local_id,
                                   .field = c->field,
                                   .before = c->ours,
                                   .after = c->theirs,
                                   .source = c->remote,
                                   .at = c->created_at,
                                   .note = what});
    }
    return 0;
}

int run_csv(struct db *db, const struct run *r, struct buf *out, int64_t *ret_lines,
            struct err *err)
{
    AUTO_ARENA *page = arena_new(PAGE_MEMORY);
    struct file f = {.db = db, .run = r, .out = out, .page = page};
    csv_row(out, head, ARRAY_LEN(head));
    if (add_audits(&f, err) || add_intents(&f, err) || add_conflicts(&f, err))
        return -1;
    if (out->over)
        return err_set(err, ERR_DATA, "run %lld has more than fits into the file",
                       (long long)r->id);
    *ret_lines = f.lines;
    return 0;
}
