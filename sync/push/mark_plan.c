#include "store/base/json.h"
#include "store/pauses.h"
#include "store/rows.h"
#include "sync/mark.h"
#include "sync/push/peek.h"
#include "sync/resolve.h"

#include <stdlib.h>
#include <string.h>

#define DELETED_HERE                                                                               \
    "Deleted in rosterd" /* the reason beside the mark of a deletion in the store */

/* A row and all that bears on its mark. Lives in the page's memory. */
struct subject {
    const char *remote_id;
    const struct record *rec; /* a nameless one: the row breaks a rule and never came in */
    struct link link;         /* id 0: it has none */
    const struct mark *known; /* or NULL */
    const char *reason;       /* what it breaks: the pull holds it as invalid for that; or NULL */
};

/* ---------------------------------------------------------------- what a mark must be */

/* Does the row say something else than was agreed, in cells that cannot come in? Then whoever wrote
 * them may not have known of the deletion. */
static int was_edited(struct run_state *s, const struct subject *row, bool *ret, struct err *err)
{
    struct jailed *held;
    const struct op op = {.kind = OP_SEND_MARK,
                          .rec = (struct record *)row->rec,
                          .base = row->link.base};
    *ret = false;
    if (!row->reason)
        return 0;
    if (quarantine_get(s->e->db, s->flow->name, row->remote_id, row->link.part, s->page, &held,
                       err))
        return -1;
    return held ? peek_kept(s, &op, held->raw, s->page, ret, err) : 0;
}

/* Was the record deleted in the store, for no other record's sake and not for the row's? *ret_why:
 * it was for another one's, and what that makes of the row. */
static int is_deleted_here(struct run_state *s, const struct subject *row, bool *ret,
                           const char **ret_why, struct err *err)
{
    const struct link *l = &row->link;
    bool edited;
    *ret = false;
    *ret_why = NULL;
    if (s->flow->on_delete != DELETION_MARK || !l->id ||
        !(row->rec->deleted || str_eq(l->wish, WISH_GONE)))
        return 0;
    if (resolve_cascaded(s, row->rec, s->page, ret_why, err))
        return -1;
    bool for_the_row = l->missing_since && !(row->known && row->known->by == MARK_STORE);
    if (*ret_why || for_the_row)
        return 0;
    if (was_edited(s, row, &edited, err))
        return -1;
    *ret = !edited;
    return 0;
}

/* The mark that the row must have: for a deletion in the store, which outlasts whatever the row
 * breaks meanwhile; else for the rule that it breaks; else for the record that its own went with.
 * by MARK_BYS: none. */
static int decide(struct run_state *s, const struct subject *row, struct mark *ret, struct err *err)
{
    const char *why;
    bool here;
    if (is_deleted_here(s, row, &here, &why, err))
        return -1;
    why = here ? DELETED_HERE : row->reason ? row->reason : why;
    *ret = (struct mark){.remote_id = row->remote_id,
                         .at = row->known && row->known->at ? row->known->at : s->now_ms / 1000,
                         .why = why,
                         .by = here  ? MARK_STORE
                               : why ? MARK_RULE
                                     : MARK_BYS,
                         .since = s->now_ms};
    return 0;
}

/* Others than rosterd marked it: that is left alone. */
static bool is_theirs(const struct mark *m)
{
    return m && m->at && (m->by == MARK_HAND || m->by == MARK_FEEDER);
}

static bool is_agreed(const struct mark *known, const struct mark *m)
{
    return known && known->state == MARK_THERE && known->by == m->by && known->at == m->at &&
           str_eq(known->why, m->why);
}

/* ---------------------------------------------------------------- ops */

/* {"delete_reason":[before,after]}: not when, which would make every plan another one. */
static const char *changes_of(const struct run_state *s, const char *before, const char *after)
{
    AUTO_BUF b = BUF_INIT(1 << 16);
    const struct value was = before && *before ? V_TEXT(before) : V_NULL;
    const struct value is = after && *after ? V_TEXT(after) : V_NULL;
    buf_addc(&b, '{');
    json_quote(&b, s->flow->mark_reason ? s->flow->mark_reason : s->flow->mark);
    buf_add(&b, ":[");
    value_to_json(&was, &b);
    buf_addc(&b, ',');
    value_to_json(&is, &b);
    buf_add(&b, "]}");
    return arena_strdup(s->arena, buf_str(&b));
}

/* m: the mark to be set, or the one to be cleared. */
static void add_op(struct run_state *s, enum op_kind kind, const struct subject *row,
                   const struct mark *m)
{
    struct mark *kept = arena_alloc(s->arena, 1, sizeof *kept);
    struct op op = {.kind = kind, .rec = record_keep(row->rec, s->arena), .mark = kept};
    bool set = kind == OP_SEND_MARK;
    *kept = *m;
    kept->remote = s->flow->remote->name;
    kept->tbl = s->flow->table;
    kept->remote_id = arena_strdup(s->arena, m->remote_id);
    kept->why = arena_strdup(s->arena, m->why);
    op.old = op.rec;
    op.base = arena_strdup(s->arena, row->link.base);
    op.link = (struct link){.id = row->link.id,
                            .entity = s->flow->entity->name,
                            .local_id = op.rec->id,
                            .flow = s->flow->name,
                            .remote = kept->remote,
                            .tbl = kept->tbl,
                            .remote_id = kept->remote_id,
                            .part = "",
                            .base = "{}",
                            .base_rev = set ? op.rec->rev : 0,
                            .missing_since = row->link.missing_since};
    op.changes = changes_of(s,
                            !set         ? m->why
                            : row->known ? row->known->why
                                         : NULL,
                            set ? m->why : NULL);
    plan_add(&s->plan, &op);
    s->facts.marks += set;
}

/* ---------------------------------------------------------------- records that changed */

static void note(struct run_state *s, const char *remote_id)
{
    s->marks_seen = arena_grow(s->arena, s->marks_seen, &s->cap_marks_seen, s->n_marks_seen + 1,
                               sizeof *s->marks_seen);
    s->marks_seen[s->n_marks_seen++] = arena_strdup(s->arena, remote_id);
}

int mark_plan_deleted(struct run_state *s, const struct record *r, const struct link *link,
                      bool *ret, struct err *err)
{
    struct subject row = {.remote_id = link->remote_id, .rec = r, .link = *link};
    struct mark *known, m;
    *ret = false;
    if (!s->flow->mark || s->flow->on_delete != DELETION_MARK)
        return 0;
    *ret = true;
    if (marks_get(s->e->db, link->remote, link->tbl, link->remote_id, s->page, &known, err) ||
        quarantine_reason(s->e->db, s->flow->name, link->remote_id, s->page, &row.reason, err))
        return -1;
    row.known = known;
    if (is_theirs(known))
        return 0;
    if (decide(s, &row, &m, err))
        return -1;
    note(s, link->remote_id);
    if (m.by < MARK_BYS && !is_agreed(known, &m))
        add_op(s, OP_SEND_MARK, &row, &m);
    return 0;
}

int mark_plan_back(struct run_state *s, const struct record *r, const struct link *link, bool *ret,
                   struct err *err)
{
    struct mark *known = NULL;
    *ret = false;
    if (!s->flow->mark)
        return 0;
    if (marks_get(s->e->db, link->remote, link->tbl, link->remote_id, s->page, &known, err))
        return -1;
    *ret = known != NULL;
    /* a row that breaks a rule stays marked, and one whose mark goes already is seen to below */
    if (known && known->by != MARK_RULE && known->state != MARK_CLEARING && known->at) {
        const struct subject row = {.remote_id = link->remote_id, .rec = r, .link = *link};
        add_op(s, OP_SEND_CLEAR, &row, known);
    }
    return 0;
}

/* ---------------------------------------------------------------- rows */

static int by_text(const void *x, const void *y)
{
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static bool was_noted(const struct run_state *s, const char *remote_id)
{
    return s->n_marks_seen &&
           bsearch(&remote_id, s->marks_seen, s->n_marks_seen, sizeof *s->marks_seen, by_text);
}

/* The record that the row stands for; paused: nobody is to touch it. */
static int read_subject(struct run_state *s, struct subject *row, bool *ret_paused, struct err *err)
{
    struct link *links;
    struct record *r = NULL;
    size_t n;
    *ret_paused = false;
    row->link = (struct link){.base = "{}", .part = ""};
    if (links_of_row(s->e->db, s->flow->remote->name, s->flow->table, row->remote_id, s->page,
                     &links, &n, err) ||
        (n && rows_get(s->e->db, s->flow->entity, links[0].local_id, s->page, &r, err)) ||
        (r && pauses_has(s->e->db, r->e->name, r->id, ret_paused, err)))
        return -1;
    if (r)
        row->link = links[0];
    row->rec = r ? r : record_new(s->flow->entity, s->page);
    return 0;
}

/* reason: of a row that breaks a rule; NULL: its mark may go. */
static int plan_row(struct run_state *s, const char *remote_id, const char *reason,
                    const struct mark *known, struct err *err)
{
    struct subject row = {.remote_id = remote_id, .known = known, .reason = reason};
    struct mark m = {.by = MARK_BYS};
    bool paused;
    arena_reset(s->page);
    if (was_noted(s, remote_id))
        return 0;
    if (!reason && quarantine_reason(s->e->db, s->flow->name, remote_id, s->page, &row.reason, err))
        return -1;
    /* it is not over: another mark is due, and among those that are to be set */
    if (!reason && row.reason && (known->by == MARK_RULE || !known->at))
        return 0;
    if (read_subject(s, &row, &paused, err) || (!is_theirs(known) && decide(s, &row, &m, err)))
        return -1;
    if (m.by == MARK_BYS)
        add_op(s, OP_SEND_CLEAR, &row, known);
    else if (!paused && !is_agreed(known, &m))
        add_op(s, OP_SEND_MARK, &row, &m);
    return 0;
}

int mark_plan(struct run_state *s, struct err *err)
{
    struct mark_due *due;
    struct mark *over;
    size_t n_due, n_over;
    const char *remote = s->flow->remote->name, *table = s->flow->table;
    if (!s->flow->mark)
        return 0;
    if (marks_to_set(s->e->db, s->flow->name, remote, table, s->arena, &due, &n_due, err) ||
        marks_to_clear(s->e->db, s->flow->name, remote, table, s->arena, &over, &n_over, err))
        return -1;
    if (s->n_marks_seen)
        qsort(s->marks_seen, s->n_marks_seen, sizeof *s->marks_seen, by_text);
    for (size_t i = 0; i < n_due; i++) {
        if (plan_row(s, due[i].remote_id, due[i].reason, due[i].mark, err))
            return -1;
    }
    for (size_t i = 0; i < n_over; i++) {
        if (plan_row(s, over[i].remote_id, NULL, &over[i], err))
            return -1;
    }
    return 0;
}
