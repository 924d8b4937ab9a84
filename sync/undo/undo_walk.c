#include "sync/undo/undo_walk.h"

#include "store/trail.h"

#include <string.h>

#define PAGE          200
#define PAGE_MEMORY   ((size_t)512 << 20)
#define RECORD_MEMORY ((size_t)256 << 20)

static void count(struct undo_walk *w, const struct undo_list *l)
{
    struct undo_counts *c = &w->counts;
    bool fields = false;
    w->entities |= 1u << (unsigned)(l->e - model_entities);
    c->already += l->already - l->followed;
    c->restored += l->followed && !l->now->deleted;
    c->deleted += l->followed && l->now->deleted;
    for (size_t i = 0; i < l->n; i++) {
        switch (l->ops[i].what) {
        case UNDO_SET:
            c->fields++;
            fields = true;
            break;
        case UNDO_DELETE:
            c->deleted++;
            break;
        case UNDO_RESTORE:
            c->restored++;
            break;
        case UNDO_ROW_GONE:
            c->rows_gone++;
            break;
        case UNDO_ROW_BACK:
        case UNDO_ROW_LEAVE:
            c->rows_back++;
            break;
        case UNDO_KEEP:
            c->kept++;
            break;
        }
    }
    c->records += fields;
}

static int tell(struct undo_walk *w, const struct undo_list *l, struct err *err)
{
    if (!l->e)
        return 0;
    count(w, l);
    return l->n ? w->told(w->ctx, l, err) : 0;
}

/* The first row of each record in this run stands for all of them. */
static int walk_audit(struct undo_walk *w, struct undo_place *p, size_t max, size_t *ret_n,
                      struct err *err)
{
    struct audit_row *rows;
    size_t n;
    if (audit_page_of_run(w->view.db, w->view.run->id, p->after, max, w->page, &rows, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        struct audit_row *all;
        struct undo_list l;
        size_t n_all;
        p->after = rows[i].row;
        if (i && !strcmp(rows[i].local_id, rows[i - 1].local_id) &&
            !strcmp(rows[i].entity, rows[i - 1].entity))
            continue;
        arena_reset(w->view.arena);
        if (trail_rows(w->view.db, w->view.run->id, rows[i].entity, rows[i].local_id, w->view.arena,
                       &all, &n_all, err))
            return -1;
        if (all[0].row != rows[i].row)
            continue;
        if (undo_judge_record(&w->view, all, n_all, &l, err) || tell(w, &l, err))
            return -1;
    }
    *ret_n = n;
    return 0;
}

/* They follow from what their rows hold and from what the store holds. */
static bool is_mark(const struct intent *i)
{
    return !strcmp(i->op, "mark") || !strcmp(i->op, "clear");
}

static int walk_intents(struct undo_walk *w, struct undo_place *p, const struct intent *list,
                        size_t n, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        struct undo_list l;
        p->after = list[i].id;
        if (list[i].run != w->view.run->id || !list[i].entity)
            continue;
        if (is_mark(&list[i])) {
            w->counts.marks++;
            continue;
        }
        arena_reset(w->view.arena);
        if (undo_judge_intent(&w->view, &list[i], &l, err) || tell(w, &l, err))
            return -1;
    }
    return 0;
}

static int walk_part(struct undo_walk *w, struct undo_place *p, size_t max, size_t *ret_n,
                     struct err *err)
{
    struct intent *list;
    *ret_n = 0;
    if (p->part == IN_AUDIT)
        return walk_audit(w, p, max, ret_n, err);
    if (p->part == IN_JOURNAL)
        return journal_of_run(w->view.db, w->view.run->id, p->after, max, w->page, &list, ret_n,
                              err) ||
                       walk_intents(w, p, list, *ret_n, err)
                   ? -1
                   : 0;
    size_t unheard;
    return journal_unheard(w->view.db, w->view.run->flow, w->page, &list, &unheard, err) ||
                   walk_intents(w, p, list, unheard, err)
               ? -1
               : 0;
}

int undo_walk(struct undo_walk *w, struct undo_place *p, size_t max, struct err *err)
{
    for (size_t seen = 0; p->part != AT_END && seen < max;) {
        size_t n = 0, most = max - seen < PAGE ? max - seen : PAGE;
        arena_reset(w->page);
        if (walk_part(w, p, most, &n, err))
            return -1;
        seen += n;
        if (n < most)
            *p = (struct undo_place){.part = p->part + 1};
    }
    return 0;
}

void undo_walk_open(struct undo_walk *w, struct db *db, const struct config *cfg,
                    const struct run *run, bool names)
{
    struct step step = {0};
    w->view = (struct undo_view){.db = db, .cfg = cfg, .run = run, .names = names};
    if (config_step(cfg, run->flow, &step))
        w->view.flow = step.flow;
    w->view.arena = arena_new(RECORD_MEMORY);
    w->page = arena_new(PAGE_MEMORY);
}

void undo_walk_close(struct undo_walk *w)
{
    arena_free(w->view.arena);
    arena_free(w->page);
}
