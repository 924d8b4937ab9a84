#include "bot/text/why_text.h"

#include "bot/command.h"
#include "bot/text/deleted_text.h"
#include "bot/text/field_text.h"
#include "bot/text/jail_text.h"
#include "store/names.h"
#include "sync/restore.h"

#include <string.h>

#define CELLS_SHOWN     6
#define JAILED_SHOWN    8
#define CONFLICTS_SHOWN 5
#define REFS_SHOWN      8
#define BUTTONS_SHOWN   3 /* of each kind */

/* One explanation under way. */
struct telling {
    struct ask *a;
    const struct dicts *dicts;
    struct msg *m;
    struct buttons *b;
};

static const char *flow_title(const struct telling *t, const struct flow *f)
{
    return bot_flow_title(t->a->bot->cfg, f->name, t->a->lang);
}

/* ---------------------------------------------------------------- the tables */

static const char *due_fields(const struct telling *t, const struct entity *e, uint32_t due)
{
    AUTO_BUF b = BUF_INIT(4096);
    for (size_t i = 0; i < e->n; i++) {
        if (due >> i & 1)
            buf_addf(&b, "%s%s", b.len ? ", " : "", field_title(e->fields[i].name, t->a->lang));
    }
    return arena_strdup(t->a->arena, buf_str(&b));
}

/* One after another on the line, with a dot between them. */
static void add_part(const struct telling *t, bool *any, enum text_id text, const char *time,
                     const char *wrote)
{
    msg_html(t->m, *any ? " · " : "\n    ");
    *any = true;
    TEXT_ADD(t->m, t->a->lang, text, T_TEXT("time", time), T_TEXT("ago", time),
             T_TEXT("wrote", wrote));
}

static void add_times(const struct telling *t, const struct why_row *row)
{
    char time[TEXT_SHORT], wrote[TEXT_SHORT];
    struct ask *a = t->a;
    bool any = false;
    if (row->link)
        add_part(t, &any, row->link->wrote_at ? TEXT_WHY_WROTE : TEXT_WHY_SEEN,
                 text_clock(time, a->lang, row->link->seen_at, a->now),
                 text_clock(wrote, a->lang, row->link->wrote_at, a->now));
    if (row->flow && row->flow->direction != DIR_PUSH)
        add_part(t, &any, row->read_at ? TEXT_WHY_READ : TEXT_WHY_NOT_READ,
                 text_ago(time, a->lang, a->now - row->read_at), NULL);
    if (row->sent_at)
        add_part(t, &any, TEXT_WHY_SENT, text_ago(time, a->lang, a->now - row->sent_at), NULL);
    if (row->error) {
        AUTO_BUF why = BUF_INIT(2048);
        msg_html(t->m, "\n");
        TEXT_ADD(t->m, a->lang, TEXT_WHY_FAILS,
                 T_TEXT("time", text_clock(time, a->lang, row->error_at, a->now)),
                 T_TEXT("why", bot_error(&why, row->error, a->lang)));
    }
}

/* The cells of a row for which something is not sent, and what to do about them. */
static void add_unread(const struct telling *t, const struct why_row *row)
{
    struct ask *a = t->a;
    if (!row->n_unread)
        return;
    msg_html(t->m, "\n");
    for (size_t i = 0; i < row->n_unread; i++) {
        const struct why_cell *c = &row->unread[i];
        TEXT_ADD(t->m, a->lang, c->text ? TEXT_WHY_UNREAD : TEXT_WHY_UNREAD_BARE,
                 T_TEXT("field", field_title(c->field->name, a->lang)), T_TEXT("column", c->column),
                 T_TEXT("text", c->text), T_TEXT("why", jail_unread_why(a, c->field)));
        msg_html(t->m, "\n");
        jail_unread_known(a, t->dicts, c, t->m);
    }
    TEXT_ADD(t->m, a->lang, TEXT_INVALID_ADVICE,
             T_TEXT("advice", jail_advice(a, QUARANTINE_UNREAD)));
}

static void add_row(const struct telling *t, const struct entity *e, const struct why_row *row)
{
    static const enum text_id stands[] = {
        [WHY_IN_STEP] = TEXT_STAND_IN_STEP,
        [WHY_UNREAD] = TEXT_STAND_UNREAD,
        [WHY_HELD] = TEXT_STAND_HELD,
        [WHY_DUE] = TEXT_STAND_DUE,
        [WHY_NEW] = TEXT_STAND_NEW,
        [WHY_NONE] = TEXT_STAND_NONE,
        [WHY_OUTSIDE] = TEXT_STAND_OUTSIDE,
        [WHY_GONE] = TEXT_STAND_GONE,
        [WHY_BACK_DUE] = TEXT_STAND_BACK_DUE,
        [WHY_MARKED] = TEXT_STAND_MARKED,
        [WHY_MARK_DUE] = TEXT_STAND_MARK_DUE,
        [WHY_CLEAR_DUE] = TEXT_STAND_CLEAR_DUE,
        [WHY_ONLY_HERE] = TEXT_STAND_ONLY_HERE,
    };
    struct ask *a = t->a;
    AUTO_MSG stand = MSG_INIT;
    msg_html(t->m, "\n");
    if (row->stand == WHY_NO_FLOW) {
        TEXT_ADD(t->m, a->lang, TEXT_WHY_AT_OLD,
                 T_TEXT("remote", source_title(a, row->link->remote)),
                 T_TEXT("table", row->link->tbl));
        add_times(t, row);
        return;
    }
    const char *url = row->link && row->stand != WHY_GONE
                          ? jail_row_url(a, row->flow, row->link->remote_id)
                          : NULL;
    TEXT_ADD(&stand, a->lang, stands[row->stand], T_TEXT("fields", due_fields(t, e, row->due)));
    TEXT_ADD(t->m, a->lang, url ? TEXT_WHY_AT_LINK : TEXT_WHY_AT,
             T_TEXT("flow", flow_title(t, row->flow)), T_TEXT("url", url),
             T_TEXT("remote", bot_remote_title(row->flow->remote, a->lang)),
             T_HTML("stand", msg_str(&stand)));
    add_unread(t, row);
    add_times(t, row);
}

/* ---------------------------------------------------------------- what is in its way */

/* The values of the row that are wrong. Returns whether the one that the reason names is among
 * them. */
static bool add_cells(const struct telling *t, const struct why_jailed *j)
{
    struct err ignored = {0}; /* a damaged row shows none of them */
    struct why_cell *cells;
    size_t n;
    bool told = false;
    if (why_cells(j->flow, &j->jailed, t->a->arena, &cells, &n, &ignored))
        return false;
    for (size_t i = 0; i < n && i < CELLS_SHOWN; i++) {
        told = told || str_eq(cells[i].text, j->jailed.detail);
        msg_html(t->m, "\n");
        TEXT_ADD(t->m, t->a->lang, *cells[i].text ? TEXT_WHY_CELL : TEXT_WHY_CELL_EMPTY,
                 T_TEXT("column", cells[i].column), T_TEXT("text", cells[i].text));
    }
    if (n > CELLS_SHOWN) {
        msg_html(t->m, "\n");
        TEXT_ADD(t->m, t->a->lang, TEXT_WHY_CELLS_MORE, T_INT("n", (int64_t)(n - CELLS_SHOWN)));
    }
    return told;
}

static void add_pulled(const struct telling *t, const struct why_jailed *j)
{
    struct ask *a = t->a;
    const struct jailed *row = &j->jailed;
    const char *known = jail_known(a, t->dicts, j->flow, row->reason);
    const char *advice = jail_advice(a, row->reason);
    TEXT_ADD(t->m, a->lang, row->waiting ? TEXT_WHY_WAITS : TEXT_WHY_INVALID,
             T_TEXT("flow", flow_title(t, j->flow)),
             T_TEXT("remote", bot_remote_title(j->flow->remote, a->lang)),
             T_TEXT("reason", bot_reason(row->reason, a->lang)));
    bool told = add_cells(t, j);
    if (row->detail && !*advice && (row->waiting || !told)) {
        msg_html(t->m, "\n");
        TEXT_ADD(t->m, a->lang, row->waiting ? TEXT_INVALID_WAITS : TEXT_INVALID_DETAIL,
                 T_TEXT("detail", row->detail));
    }
    if (known) {
        msg_html(t->m, "\n");
        TEXT_ADD(t->m, a->lang, TEXT_INVALID_KNOWN, T_TEXT("names", known));
    }
    msg_html(t->m, "\n");
    jail_where(a, j->flow, row->remote_id, row->first_seen, t->m);
    if (*advice || !row->waiting)
        msg_html(t->m, "\n");
    if (*advice)
        TEXT_ADD(t->m, a->lang, TEXT_INVALID_ADVICE, T_TEXT("advice", advice));
    else if (!row->waiting)
        TEXT_ADD(t->m, a->lang, TEXT_WHY_MEND);
}

static void add_pushed(const struct telling *t, const struct why_jailed *j)
{
    char when[TEXT_SHORT];
    struct ask *a = t->a;
    const struct jailed *row = &j->jailed;
    TEXT_ADD(t->m, a->lang, row->waiting ? TEXT_WHY_UNSENT_WAITS : TEXT_WHY_UNSENT,
             T_TEXT("flow", flow_title(t, j->flow)),
             T_TEXT("remote", bot_remote_title(j->flow->remote, a->lang)),
             T_TEXT("reason", bot_reason(row->reason, a->lang)));
    if (row->detail) {
        msg_html(t->m, "\n");
        TEXT_ADD(t->m, a->lang,
                 strcmp(row->reason, "Unknown whether created") ? TEXT_INVALID_PUSH_DETAIL
                                                                : TEXT_INVALID_PUSH_ALIKE,
                 T_TEXT("detail", jail_detail(a, t->dicts, row)));
    }
    msg_html(t->m, "\n");
    TEXT_ADD(t->m, a->lang, TEXT_INVALID_PUSH_SINCE,
             T_TEXT("time", text_clock(when, a->lang, row->first_seen, a->now)),
             T_TEXT("advice", jail_advice(a, row->reason)));
}

static void add_jailed(const struct telling *t, const struct why_jailed *list, size_t n)
{
    for (size_t i = 0; i < n && i < JAILED_SHOWN; i++) {
        msg_html(t->m, "\n");
        if (list[i].push)
            add_pushed(t, &list[i]);
        else
            add_pulled(t, &list[i]);
    }
}

static void add_ref(const struct telling *t, const struct why *w, const struct why_ref *r)
{
    struct ask *a = t->a;
    const char *name = record_name_of(a->db, r->entity, r->local_id, a->arena);
    msg_html(t->m, "\n");
    TEXT_ADD(t->m, a->lang, r->reason ? TEXT_WHY_REF_INVALID : TEXT_WHY_REF_DELETED,
             T_TEXT("field", field_title(w->rec->e->fields[r->field].name, a->lang)),
             T_TEXT("name", name),
             T_TEXT("reason", r->reason ? bot_reason(r->reason, a->lang) : ""));
    buttons_row(t->b);
    TEXT_BUTTON(t->b, a->lang, TEXT_BTN_WHY, arena_printf(a->arena, "why %s", r->local_id),
                T_TEXT("name", name));
}

static void add_conflict(const struct telling *t, const struct conflict *c)
{
    struct ask *a = t->a;
    msg_html(t->m, "\n");
    TEXT_ADD(t->m, a->lang, TEXT_WHY_CONFLICT, T_TEXT("field", field_title(c->field, a->lang)),
             T_TEXT("remote", source_title(a, c->remote)),
             T_TEXT("theirs", field_value(a, t->dicts, c->entity, c->field, c->theirs)),
             T_TEXT("ours", field_value(a, t->dicts, c->entity, c->field, c->ours)));
}

static void add_problems(const struct telling *t, const struct why *w)
{
    char when[TEXT_SHORT];
    struct ask *a = t->a;
    if (w->pause) {
        msg_html(t->m, "\n");
        TEXT_ADD(t->m, a->lang, TEXT_WHY_PAUSED, T_TEXT("who", source_title(a, w->pause->by)),
                 T_TEXT("time", text_clock(when, a->lang, w->pause->at, a->now)));
    }
    add_jailed(t, w->jailed, w->n_jailed);
    for (size_t i = 0; i < w->n_unheard; i++) {
        msg_html(t->m, "\n");
        TEXT_ADD(t->m, a->lang, TEXT_WHY_UNHEARD,
                 T_TEXT("remote", source_title(a, w->unheard[i].remote)),
                 T_TEXT("time", text_clock(when, a->lang, w->unheard[i].sent_at, a->now)));
    }
    for (size_t i = 0; i < w->n_conflicts && i < CONFLICTS_SHOWN; i++)
        add_conflict(t, &w->conflicts[i]);
    for (size_t i = 0; i < w->n_refs && i < REFS_SHOWN; i++)
        add_ref(t, w, &w->refs[i]);
}

/* ---------------------------------------------------------------- one record */

static bool is_explained(const struct why *w)
{
    for (size_t i = 0; i < w->n_jailed; i++) {
        if (!w->jailed[i].push && !w->jailed[i].jailed.waiting)
            return true;
    }
    return false;
}

static int add_state(const struct telling *t, const struct why *w, struct err *err)
{
    char when[TEXT_SHORT];
    struct ask *a = t->a;
    AUTO_MSG how = MSG_INIT;
    enum text_id advice = TEXT_COUNT;
    if (!w->deletion) {
        TEXT_ADD(t->m, a->lang, w->last ? TEXT_WHY_LAST : TEXT_WHY_LIVE,
                 T_TEXT("time", w->last ? text_clock(when, a->lang, w->last->at, a->now) : ""),
                 T_TEXT("who", w->last ? source_title(a, w->last->source) : ""));
        return 0;
    }
    bool below = w->deletion->kind == DELETED_RULE && is_explained(w);
    if (!below && deleted_how(a, w->deletion, &how, &advice, err))
        return -1;
    TEXT_ADD(t->m, a->lang, below ? TEXT_WHY_DELETED_RULE : TEXT_WHY_DELETED,
             T_TEXT("time", text_clock(when, a->lang, w->deletion->since, a->now)),
             T_HTML("how", msg_str(&how)));
    if (advice != TEXT_COUNT) {
        msg_html(t->m, " ");
        TEXT_ADD(t->m, a->lang, advice);
    }
    return 0;
}

static int add_restore(const struct telling *t, const struct why *w, struct err *err)
{
    struct restore_look look;
    struct ask *a = t->a;
    if (!w->deletion)
        return 0;
    if (restore_look(a->db, a->bot->cfg, w->rec->e->name, w->rec->id, a->arena, &look, err))
        return -1;
    if (look.can == RESTORE_CAN)
        TEXT_BUTTON(t->b, a->lang, TEXT_BTN_BACK,
                    arena_printf(a->arena, "restore %s %lld", w->rec->id, (long long)w->rec->rev));
    else if (look.with_can)
        TEXT_BUTTON(t->b, a->lang, TEXT_BTN_BACK_NAME,
                    arena_printf(a->arena, "restore %s", look.with_id),
                    T_TEXT("name",
                           record_name_of(a->db, look.with_entity, look.with_id, a->arena)));
    return 0;
}

static int add_buttons(const struct telling *t, const struct why *w, struct err *err)
{
    struct ask *a = t->a;
    buttons_row(t->b);
    for (size_t i = 0; i < w->n_conflicts && i < BUTTONS_SHOWN; i++)
        TEXT_BUTTON(t->b, a->lang, TEXT_BTN_CONFLICT_CARD,
                    arena_printf(a->arena, "conflict %lld", (long long)w->conflicts[i].id),
                    T_TEXT("record", field_title(w->conflicts[i].field, a->lang)));
    if (w->pause)
        TEXT_BUTTON(t->b, a->lang, TEXT_BTN_RESUME,
                    arena_printf(a->arena, "resume %s", w->rec->id));
    for (size_t i = 0; i < w->n_jailed; i++) {
        if (strcmp(w->jailed[i].jailed.reason, "Unknown whether created") != 0)
            continue;
        TEXT_BUTTON(t->b, a->lang, TEXT_BTN_SHOW_INVALID,
                    arena_printf(a->arena, "invalid %s", w->jailed[i].flow->push_name));
        break;
    }
    if (add_restore(t, w, err))
        return -1;
    buttons_row(t->b);
    TEXT_BUTTON(t->b, a->lang, TEXT_BTN_HISTORY, arena_printf(a->arena, "history %s", w->rec->id));
    if (w->last && w->last->run && command_open(a, "run"))
        TEXT_BUTTON(t->b, a->lang, TEXT_BTN_RUN,
                    arena_printf(a->arena, "run %lld", (long long)w->last->run),
                    T_ID("n", w->last->run));
    return 0;
}

/* All of it is as it should be. */
static void add_end(const struct telling *t, const struct why *w)
{
    bool bad =
        w->deletion || w->pause || w->n_jailed || w->n_unheard || w->n_conflicts || w->n_refs;
    for (size_t i = 0; i < w->n_rows; i++) {
        const struct why_row *row = &w->rows[i];
        bad = bad || row->error ||
              (row->stand != WHY_IN_STEP && row->stand != WHY_NONE && row->stand != WHY_OUTSIDE &&
               row->stand != WHY_NO_FLOW);
    }
    if (bad)
        return;
    msg_html(t->m, "\n\n");
    TEXT_ADD(t->m, t->a->lang, TEXT_WHY_NOTHING);
}

static int tell_record(const struct telling *t, const struct why *w, struct err *err)
{
    struct ask *a = t->a;
    TEXT_ADD(t->m, a->lang, TEXT_WHY_HEAD, T_TEXT("name", record_name(a->db, w->rec, a->arena)),
             T_TEXT("what", record_what(a, w->rec->e->name)));
    msg_html(t->m, "\n");
    if (add_state(t, w, err))
        return -1;
    msg_html(t->m, "\n\n");
    TEXT_ADD(t->m, a->lang, w->n_rows ? TEXT_WHY_WHERE : TEXT_WHY_NOWHERE);
    for (size_t i = 0; i < w->n_rows; i++)
        add_row(t, w->rec->e, &w->rows[i]);
    if (w->pause || w->n_jailed || w->n_unheard || w->n_conflicts || w->n_refs)
        msg_html(t->m, "\n");
    add_problems(t, w);
    add_end(t, w);
    return add_buttons(t, w, err);
}

/* ---------------------------------------------------------------- a row without a record */

/* below: what is wrong with the row is told under it. */
static int add_mark(const struct telling *t, const struct mark *mark, bool below, struct err *err)
{
    static const enum deletion_kind kinds[] = {[MARK_RULE] = DELETED_RULE,
                                               [MARK_STORE] = DELETED_HERE,
                                               [MARK_HAND] = DELETED_HAND,
                                               [MARK_FEEDER] = DELETED_FEEDER};
    char when[TEXT_SHORT];
    struct ask *a = t->a;
    AUTO_MSG how = MSG_INIT;
    enum text_id advice = TEXT_COUNT;
    const struct deletion d = {.kind = kinds[mark->by],
                               .remote = mark->remote,
                               .tbl = mark->tbl,
                               .remote_id = mark->remote_id,
                               .why = mark->why};
    below = below && mark->by == MARK_RULE;
    if (!below && deleted_how(a, &d, &how, &advice, err))
        return -1;
    msg_html(t->m, "\n");
    TEXT_ADD(t->m, a->lang, below ? TEXT_WHY_MARKED_RULE : TEXT_WHY_MARKED_ROW,
             T_TEXT("time", text_clock(when, a->lang, mark->since, a->now)),
             T_HTML("how", msg_str(&how)));
    if (advice != TEXT_COUNT) {
        msg_html(t->m, " ");
        TEXT_ADD(t->m, a->lang, advice);
    }
    return 0;
}

static int tell_row(const struct telling *t, const struct why_found *found, struct err *err)
{
    struct ask *a = t->a;
    struct why_jailed *jailed;
    struct mark *mark;
    size_t n;
    if (why_row_jailed(a->db, found->flow, found->remote_id, a->arena, &jailed, &n, &mark, err))
        return -1;
    TEXT_ADD(t->m, a->lang, TEXT_WHY_ROW_HEAD,
             T_TEXT("name", n ? row_called(a, found->flow, found->remote_id) : found->remote_id),
             T_TEXT("flow", flow_title(t, found->flow)),
             T_TEXT("remote", bot_remote_title(found->flow->remote, a->lang)),
             T_TEXT("id", found->remote_id));
    msg_html(t->m, "\n");
    TEXT_ADD(t->m, a->lang, TEXT_WHY_ROW_NOT_IN);
    if (mark && add_mark(t, mark, n != 0, err))
        return -1;
    add_jailed(t, jailed, n);
    buttons_row(t->b);
    if (command_open(a, "sync"))
        TEXT_BUTTON(t->b, a->lang, TEXT_BTN_SYNC_FLOW,
                    arena_printf(a->arena, "sync %s", found->flow->name),
                    T_TEXT("name", flow_title(t, found->flow)));
    return 0;
}

/* Cells that nobody can read are told with their row. */
static void drop_told(struct why *w)
{
    size_t kept = 0;
    for (size_t i = 0; i < w->n_jailed; i++) {
        const struct why_jailed *j = &w->jailed[i];
        bool told = false;
        for (size_t k = 0; k < w->n_rows; k++) {
            enum why_stand stand = w->rows[k].stand;
            told = told || (w->rows[k].flow == j->flow &&
                            (stand == WHY_IN_STEP || stand == WHY_UNREAD || stand == WHY_DUE));
        }
        if (!told || strcmp(j->jailed.reason, QUARANTINE_UNREAD) != 0)
            w->jailed[kept++] = *j;
    }
    w->n_jailed = kept;
}

/* What a role limited to a team may not settle, it does not read either. */
static int keep_theirs(struct ask *a, struct why *w, struct err *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < w->n_conflicts; i++) {
        bool may;
        if (rights_for_conflict(a->db, a->rights, a->need, &w->conflicts[i], a->arena, &may, err))
            return -1;
        if (may)
            w->conflicts[kept++] = w->conflicts[i];
    }
    w->n_conflicts = kept;
    return 0;
}

int why_tell(struct ask *a, const struct why_found *found, struct msg *m, struct buttons *b,
             struct err *err)
{
    struct telling t = {.a = a, .m = m, .b = b};
    struct why *w = NULL;
    if (dict_load(a->db, a->arena, &t.dicts, err))
        return -1;
    if (!found->local_id)
        return tell_row(&t, found, err);
    if (why_record(a->db, a->bot->cfg, found->entity, found->local_id, a->arena, &w, err))
        return -1;
    if (w) {
        drop_told(w);
        return keep_theirs(a, w, err) || tell_record(&t, w, err) ? -1 : 0;
    }
    TEXT_ADD(m, a->lang, TEXT_BACK_UNKNOWN);
    return 0;
}
