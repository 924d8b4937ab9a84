#include "store/base/clock.h"
#include "store/base/secret.h"
#include "store/cascade.h"
#include "store/pauses.h"
#include "store/rows.h"
#include "store/staging.h"
#include "sync/mark.h"

#include <stdlib.h>
#include <string.h>

/* Beside its own words the reason of the meal-and-gate system begins with its name. */
#define FEEDER "FEEDER"

size_t mark_columns(const struct flow *flow, const char **ret)
{
    size_t n = 0;
    if (flow->mark)
        ret[n++] = flow->mark;
    if (flow->mark_reason)
        ret[n++] = flow->mark_reason;
    return n;
}

/* A word in the column is a mark, too, if one of nobody knows when. */
static int64_t time_of_text(const char *text)
{
    char *end = NULL;
    int64_t ms;
    text += strspn(text, " ");
    if (!*text)
        return 0;
    double number = strtod(text, &end);
    if (end != text && !end[strspn(end, " ")])
        return number > -1e15 && number < 1e15 ? (int64_t)number : 1;
    return clock_parse_iso(text, &ms) && ms / 1000 ? ms / 1000 : 1;
}

int64_t mark_time(const struct cell *cell)
{
    switch (cell->kind) {
    case CELL_NULL:
        return 0;
    case CELL_NUMBER:
        return cell->number > -1e15 && cell->number < 1e15 ? (int64_t)cell->number : 1;
    case CELL_BOOL:
        return cell->flag;
    case CELL_LIST:
        return cell->n ? 1 : 0;
    case CELL_TEXT:
    case CELL_REF:
    case CELL_ERROR:
        break;
    }
    return time_of_text(cell->text ? cell->text : "");
}

void mark_stage(const struct flow *flow, const struct cell *cells, struct arena *arena,
                struct staged_row *row)
{
    if (!flow->mark)
        return;
    row->mark_at = mark_time(&cells[0]);
    if (flow->mark_reason)
        row->mark_why = cell_show(&cells[1], arena);
}

int mark_begin(struct run_state *s, struct err *err)
{
    if (!s->flow->mark)
        return 0;
    return marks_any(s->e->db, s->flow->remote->name, s->flow->table, &s->any_marked, err);
}

static bool is_sentence(const char *why)
{
    return model_is_reason(why) || !strcmp(why, "Duplicate id") || !strcmp(why, "Unreadable row");
}

static enum mark_by who_marked(const struct staged_row *row, const struct mark *known)
{
    const char *why = row->mark_why ? row->mark_why : "";
    if (strstr(why, FEEDER))
        return MARK_FEEDER;
    if (known && known->at == row->mark_at)
        return known->by;
    /* at first sight its words tell whether the mark is one of ours */
    return !known && is_sentence(why) ? MARK_RULE : MARK_HAND;
}

static void remember(struct run_state *s, enum op_kind kind, const struct mark *m)
{
    struct mark *kept = arena_alloc(s->arena, 1, sizeof *kept);
    *kept = *m;
    kept->remote = s->flow->remote->name;
    kept->tbl = s->flow->table;
    kept->remote_id = arena_strdup(s->arena, m->remote_id);
    kept->why = arena_strdup(s->arena, m->why);
    plan_add(&s->plan, &(struct op){.kind = kind, .mark = kept});
}

/* The feeder's mark was cleared by a person: the words that are left beside it go too. */
static bool is_left_over(const struct staged_row *row)
{
    return row->mark_why && strstr(row->mark_why, FEEDER);
}

static enum marked read_unmarked(struct run_state *s, const struct staged_row *row,
                                 const struct mark *known)
{
    struct mark left = {.remote_id = row->remote_id,
                        .why = row->mark_why,
                        .by = MARK_FEEDER,
                        .state = MARK_CLEARING,
                        .since = s->now_ms};
    if (is_left_over(row)) {
        if (!known || known->at || !str_eq(known->why, row->mark_why))
            remember(s, OP_MARK, &left);
    } else if (known) { /* also one that was announced: it was not written */
        remember(s, OP_UNMARK, known);
    }
    return MARKED_NOT;
}

static enum marked meaning(enum mark_by by)
{
    return by == MARK_RULE ? MARKED_NOT : by == MARK_STORE ? MARKED_HERE : MARKED_THERE;
}

static enum marked read_marked(struct run_state *s, const struct staged_row *row,
                               const struct mark *known)
{
    struct mark now = {.remote_id = row->remote_id,
                       .at = row->mark_at,
                       .why = row->mark_why && *row->mark_why ? row->mark_why : NULL,
                       .by = who_marked(row, known),
                       .state = MARK_THERE,
                       .since = s->now_ms};
    /* where no column says why, what was remembered does */
    if (!s->flow->mark_reason && known && known->at == now.at)
        now.why = known->why;
    bool same = known && known->at == now.at && known->by == now.by && str_eq(known->why, now.why);
    /* one that is announced to go is still there: the push sees to it */
    if (!same || known->state == MARK_SETTING)
        remember(s, OP_MARK, &now);
    return meaning(now.by);
}

int mark_read(struct run_state *s, const struct staged_row *row, enum marked *ret, struct err *err)
{
    struct mark *known = NULL;
    *ret = MARKED_NOT;
    if (!s->flow->mark || (!s->any_marked && row->mark_at <= 0 && !is_left_over(row)))
        return 0;
    if (s->any_marked && marks_get(s->e->db, s->flow->remote->name, s->flow->table, row->remote_id,
                                   s->page, &known, err))
        return -1;
    if (row->mark_at == STAGED_UNREAD)
        *ret = known && known->at && known->state == MARK_THERE ? meaning(known->by) : MARKED_NOT;
    else
        *ret = row->mark_at ? read_marked(s, row, known) : read_unmarked(s, row, known);
    return 0;
}

int mark_gone(struct run_state *s, const struct link *link, enum marked how, struct err *err)
{
    struct record *ours = NULL;
    struct cascade with = {0};
    bool paused = false;
    if (link->missing_since && how == MARKED_HERE)
        return 0;
    if (rows_get(s->e->db, s->flow->entity, link->local_id, s->page, &ours, err) ||
        (ours && pauses_has(s->e->db, s->flow->entity->name, ours->id, &paused, err)) ||
        (ours && how == MARKED_THERE && cascade_of(s->e->db, ours->e, ours->id, &with, err)))
        return -1;
    /* one that was deleted with another record is now deleted for its own row's sake, too */
    if (!ours || paused || (ours->deleted && how == MARKED_NOT) ||
        (link->missing_since && !with.e && how != MARKED_NOT))
        return 0;
    struct op op = {.kind = ours->deleted ? OP_KEEP : OP_DELETE,
                    .rec = record_keep(ours, s->arena),
                    .own = with.e};
    op.old = op.rec;
    op.link = (struct link){.id = link->id, .missing_since = s->now_ms, .wish = WISH_RETURN};
    plan_add(&s->plan, &op);
    return 0;
}

int mark_vanish(struct run_state *s, struct err *err)
{
    struct mark *gone;
    size_t n;
    if (!s->flow->mark || !s->any_marked)
        return 0;
    if (marks_missing(s->e->db, s->flow->remote->name, s->flow->table, s->arena, &gone, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++)
        remember(s, OP_UNMARK, &gone[i]);
    return 0;
}
