#include "bot/cmd/record_asked.h"
#include "bot/command.h"
#include "bot/text/field_text.h"
#include "store/audit.h"
#include "store/conflicts.h"

#include <string.h>

#define PAGE          12
#define LOOKED        100
#define LOOKED_MAX    5000
#define CONFLICTS_MAX 24 /* between the first and the last line of a page */

/* One page of what happened to a record: changes, and conflicts that fall between them. */
struct page {
    const struct dicts *dicts;
    struct audit_row *rows;
    size_t n;
    bool more; /* older ones */
    struct conflict *conflicts;
    size_t n_conflicts;
};

static void add_change(struct ask *a, const struct page *p, const struct audit_row *r,
                       struct msg *m)
{
    char when[TEXT_SHORT];
    const char *time = text_clock(when, a->lang, r->at, a->now);
    const char *name = record_name_of(a->db, r->entity, r->local_id, a->arena);
    msg_html(m, "\n");
    if (!r->field)
        TEXT_ADD(m, a->lang, TEXT_HISTORY_LINE_NEW, T_TEXT("time", time),
                 T_TEXT("who", source_title(a, r->source)), T_TEXT("name", name));
    else
        TEXT_ADD(m, a->lang, TEXT_HISTORY_LINE, T_TEXT("time", time),
                 T_TEXT("who", source_title(a, r->source)), T_TEXT("name", name),
                 T_TEXT("field", field_title(r->field, a->lang)),
                 T_TEXT("before", field_value(a, p->dicts, r->entity, r->field, r->before)),
                 T_TEXT("after", field_value(a, p->dicts, r->entity, r->field, r->after)));
}

/* What lost is told; where both sides became the same nothing did. */
static void add_conflict(struct ask *a, const struct page *p, const struct conflict *c,
                         struct msg *m)
{
    char when[TEXT_SHORT];
    bool ours_lost = str_eq(c->choice, "theirs");
    const char *side = ours_lost ? text_template(a->lang, TEXT_WHO_US) : source_title(a, c->remote);
    if (!c->open && !c->choice)
        return;
    msg_html(m, "\n");
    TEXT_ADD(m, a->lang, c->open ? TEXT_HISTORY_LINE_OPEN : TEXT_HISTORY_LINE_LOST,
             T_TEXT("time", text_clock(when, a->lang, c->created_at, a->now)),
             T_TEXT("remote", side),
             T_TEXT("name", record_name_of(a->db, c->entity, c->local_id, a->arena)),
             T_TEXT("field", field_title(c->field, a->lang)),
             T_TEXT("value",
                    field_value(a, p->dicts, c->entity, c->field, ours_lost ? c->ours : c->theirs)),
             T_TEXT("other",
                    field_value(a, p->dicts, c->entity, c->field, ours_lost ? c->theirs : c->ours)),
             T_ID("id", c->id));
}

/* A person's history tells of what they do in other teams, too: for a role limited to a team those
 * lines are passed over, up to so many. */
static int read_rows(struct ask *a, const struct named *one, int64_t before, struct page *p,
                     struct err *err)
{
    struct audit_row *list;
    size_t n = LOOKED, looked = 0;
    if (a->rights->whole >= a->need)
        return audit_of_record(a->db, one->entity, one->id, before, PAGE + 1, a->arena, &p->rows,
                               &p->n, err);
    p->rows = arena_alloc(a->arena, PAGE + 1, sizeof *p->rows);
    for (; n == LOOKED && p->n <= PAGE && looked < LOOKED_MAX; looked += n) {
        if (audit_of_record(a->db, one->entity, one->id, before, LOOKED, a->arena, &list, &n, err))
            return -1;
        for (size_t i = 0; i < n && p->n <= PAGE; i++) {
            bool may;
            if (ask_may_record(a, list[i].entity, list[i].local_id, &may, err))
                return -1;
            if (may)
                p->rows[p->n++] = list[i];
            before = list[i].row;
        }
    }
    return 0;
}

static int keep_conflicts(struct ask *a, struct page *p, struct err *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->n_conflicts; i++) {
        bool may;
        if (rights_for_conflict(a->db, a->rights, a->need, &p->conflicts[i], a->arena, &may, err))
            return -1;
        if (may)
            p->conflicts[kept++] = p->conflicts[i];
    }
    p->n_conflicts = kept;
    return 0;
}

/* Conflicts belong to the page whose changes they fall between, so that each stands on one only:
 * from the time of its last change (the beginning of time on the last page) up to that of the page
 * before. */
static int read_page(struct ask *a, const struct named *one, int64_t before, struct page *p,
                     struct err *err)
{
    struct audit_row *newer;
    size_t n_newer = 0;
    int64_t until = INT64_MAX;
    *p = (struct page){0};
    if (dict_load(a->db, a->arena, &p->dicts, err) || read_rows(a, one, before, p, err) ||
        (before && audit_of_record(a->db, one->entity, one->id, before + 1, 1, a->arena, &newer,
                                   &n_newer, err)))
        return -1;
    p->more = p->n > PAGE;
    if (p->more)
        p->n = PAGE;
    if (n_newer)
        until = newer[0].at;
    return conflicts_history(a->db, one->entity, one->id, p->more ? p->rows[p->n - 1].at : 0, until,
                             CONFLICTS_MAX, a->arena, &p->conflicts, &p->n_conflicts, err) ||
                   keep_conflicts(a, p, err)
               ? -1
               : 0;
}

static int show(struct ask *a, const struct named *one, int64_t before, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct page p;
    if (read_page(a, one, before, &p, err))
        return -1;
    TEXT_ADD(&m, a->lang, TEXT_HISTORY_HEAD, T_TEXT("name", one->name));
    if (!p.n && !p.n_conflicts) {
        msg_html(&m, "\n");
        TEXT_ADD(&m, a->lang, TEXT_HISTORY_NONE);
    }
    for (size_t i = 0, k = 0; i < p.n || k < p.n_conflicts;) {
        if (i == p.n || (k < p.n_conflicts && p.conflicts[k].created_at >= p.rows[i].at))
            add_conflict(a, &p, &p.conflicts[k++], &m);
        else
            add_change(a, &p, &p.rows[i++], &m);
    }
    if (p.more)
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_OLDER,
                    arena_printf(a->arena, "history %s %lld", one->id,
                                 (long long)p.rows[p.n - 1].row));
    return ask_reply(a, &m, &b, NULL, err);
}

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    struct named *one;
    const char *rest;
    int64_t before = 0;
    if (!*a->args) {
        TEXT_ADD(&m, a->lang, TEXT_HISTORY_HOW);
        return ask_reply(a, &m, NULL, NULL, err);
    }
    if (record_asked(a, "history", TEXT_HISTORY_WHO, &one, &rest, err))
        return -1;
    base_parse_i64(rest, 1, INT64_MAX - 1, &before); /* the button for older lines */
    return one ? show(a, one, before, err) : 0;
}

const struct command cmd_history = {"history", "NAME", TEXT_CMD_HISTORY, ROLE_ORGANIZER, true, run};
