#include "bot/text/undo_text.h"

#include "bot/csv.h"
#include "bot/text/alike_text.h"
#include "bot/text/field_text.h"
#include "bot/text/run_text.h"

#include <string.h>

#define FILE_MAX    ((size_t)8 << 20) /* what chatbox takes */
#define GOES_SHOWN  6
#define STAYS_SHOWN 5

struct telling {
    struct ask *a;
    const struct dicts *dicts;
    struct undo_text *t;
    struct alike goes, stays;
};

/* ---------------------------------------------------------------- the file */

static void add_row(struct undo_text *t, const struct undo_op *op)
{
    AUTO_BUF reason = BUF_INIT(4096);
    buf_add(&reason, undo_keep_word(op->keep));
    if (op->by)
        buf_addf(&reason, ": %s", op->by);
    if (op->row)
        buf_add(&reason, op->row);
    CSV_ROW(&t->csv, undo_word(op->what), op->entity, op->name, op->field, op->now, op->back,
            buf_str(&reason));
    t->lines += !t->csv.over;
}

/* ---------------------------------------------------------------- lines */

static const char *value_of(const struct telling *w, const struct undo_op *op, const char *text)
{
    return field_value(w->a, w->dicts, op->entity, op->field, text);
}

/* "coda: grid-1" → «Кода» */
static const char *remote_of(const struct telling *w, const struct undo_op *op)
{
    const char *name = arena_strndup(w->a->arena, op->row, strcspn(op->row, ":"));
    return source_title(w->a, name);
}

static void add_alike(const struct telling *w, struct alike *lines, enum text_id one,
                      enum text_id many, const struct undo_op *op, const char *reason)
{
    struct arena *arena = w->a->arena; /* op lives no longer than this call */
    alike_add(lines, &(struct alike_line){one, many, arena_strdup(arena, op->name),
                                          arena_strdup(arena, reason)});
}

static void add_goes(struct telling *w, const struct undo_op *op)
{
    static const enum text_id one[] = {[UNDO_DELETE] = TEXT_UNDO_DELETE,
                                       [UNDO_RESTORE] = TEXT_UNDO_RESTORE,
                                       [UNDO_ROW_GONE] = TEXT_UNDO_ROW_GONE,
                                       [UNDO_ROW_BACK] = TEXT_UNDO_ROW_BACK,
                                       [UNDO_ROW_LEAVE] = TEXT_UNDO_ROW_LEAVE},
                              many[] = {[UNDO_DELETE] = TEXT_UNDO_MANY_DELETE,
                                        [UNDO_RESTORE] = TEXT_UNDO_MANY_RESTORE,
                                        [UNDO_ROW_GONE] = TEXT_UNDO_MANY_ROW_GONE,
                                        [UNDO_ROW_BACK] = TEXT_UNDO_MANY_ROW_BACK,
                                        [UNDO_ROW_LEAVE] = TEXT_UNDO_MANY_ROW_LEAVE};
    enum lang lang = w->a->lang;
    if (op->what != UNDO_SET) {
        bool of_row = op->what != UNDO_DELETE && op->what != UNDO_RESTORE;
        add_alike(w, &w->goes, one[op->what], many[op->what], op, of_row ? remote_of(w, op) : "");
        return;
    }
    alike_flush(&w->goes);
    msg_html(w->goes.m, "\n");
    TEXT_ADD(w->goes.m, lang, TEXT_UNDO_SET, T_TEXT("name", op->name),
             T_TEXT("field", field_title(op->field, lang)), T_TEXT("now", value_of(w, op, op->now)),
             T_TEXT("back", value_of(w, op, op->back)));
}

static void add_changed(const struct telling *w, const struct undo_op *op, struct msg *m)
{
    char when[TEXT_SHORT];
    enum lang lang = w->a->lang;
    const char *field = field_title(op->field, lang);
    if (op->by)
        TEXT_ADD(m, lang, TEXT_KEPT_CHANGED, T_TEXT("name", op->name), T_TEXT("field", field),
                 T_TEXT("who", source_title(w->a, op->by)),
                 T_TEXT("time", text_clock(when, lang, op->at, w->a->now)));
    else
        TEXT_ADD(m, lang, TEXT_KEPT_OTHER, T_TEXT("name", op->name), T_TEXT("field", field),
                 T_TEXT("now", value_of(w, op, op->now)));
}

static void add_stays(struct telling *w, const struct undo_op *op)
{
    static const struct {
        enum text_id one, many;
    } texts[] = {
        [KEEP_DELETED] = {TEXT_KEPT_DELETED, TEXT_KEPT_MANY_DELETED},
        [KEEP_REFERRED] = {TEXT_KEPT_REFERRED, TEXT_KEPT_MANY_REFERRED},
        [KEEP_ADOPTED] = {TEXT_KEPT_ADOPTED, TEXT_KEPT_MANY_ADOPTED},
        [KEEP_PAUSED] = {TEXT_KEPT_PAUSED, TEXT_KEPT_MANY_PAUSED},
        [KEEP_CONFLICT] = {TEXT_KEPT_CONFLICT, TEXT_KEPT_MANY_CONFLICT},
        [KEEP_REPLACED] = {TEXT_KEPT_REPLACED, TEXT_KEPT_MANY_REPLACED},
        [KEEP_DERIVED] = {TEXT_KEPT_DERIVED, TEXT_KEPT_MANY_DERIVED},
        [KEEP_OBSCURE] = {TEXT_KEPT_OBSCURE, TEXT_KEPT_MANY_OBSCURE},
        [KEEP_UNHEARD] = {TEXT_KEPT_UNHEARD, TEXT_KEPT_MANY_UNHEARD},
        [KEEP_GONE] = {TEXT_KEPT_GONE, TEXT_KEPT_MANY_GONE},
    };
    if (op->keep == KEEP_CHANGED) {
        alike_flush(&w->stays);
        msg_html(w->stays.m, "\n");
        add_changed(w, op, w->stays.m);
        return;
    }
    const char *by = op->by ? op->by : "", *reason = op->keep == KEEP_ADOPTED
                                                         ? source_title(w->a, by)
                                                     : op->keep == KEEP_DERIVED && op->field
                                                         ? field_title(op->field, w->a->lang)
                                                         : by;
    add_alike(w, &w->stays, texts[op->keep].one, texts[op->keep].many, op, reason);
}

static int tell(void *ctx, const struct undo_op *op, struct err *err)
{
    struct telling *w = ctx;
    struct undo_text *t = w->t;
    (void)err;
    add_row(t, op);
    if (op->what == UNDO_KEEP) {
        if (t->n_stays++ < STAYS_SHOWN)
            add_stays(w, op);
    } else if (t->n_goes++ < GOES_SHOWN) {
        add_goes(w, op);
    }
    return 0;
}

int undo_text_make(struct ask *a, int64_t run, struct undo_text *t, struct err *err)
{
    *t = (struct undo_text){.goes = MSG_INIT, .stays = MSG_INIT, .csv = BUF_INIT(FILE_MAX)};
    struct telling w = {.a = a,
                        .t = t,
                        .goes = ALIKE_INIT(&t->goes, a->lang),
                        .stays = ALIKE_INIT(&t->stays, a->lang)};
    CSV_ROW(&t->csv, "operation", "entity", "name", "field", "now", "before the run", "reason");
    if (dict_load(a->db, a->arena, &w.dicts, err) ||
        undo_plan(a->db, a->bot->cfg, run, tell, &w, a->arena, &t->plan, err))
        return -1;
    alike_flush(&w.goes);
    alike_flush(&w.stays);
    t->all_shown = t->n_goes <= GOES_SHOWN && t->n_stays <= STAYS_SHOWN;
    return 0;
}

void undo_text_free(struct undo_text *t)
{
    if (!t)
        return;
    msg_free(&t->goes);
    msg_free(&t->stays);
    buf_free(&t->csv);
}

/* ---------------------------------------------------------------- messages */

struct part {
    int64_t n;
    enum text_id text;
};

/* «Участие (Кода)»: whose rows a run touched, by the name of its step. */
static const char *table_of(struct ask *a, const char *name)
{
    struct step step;
    const struct config *cfg = a->bot->cfg;
    if (!config_step(cfg, name, &step))
        return name;
    return arena_printf(a->arena, "%s (%s)", bot_flow_title(cfg, name, a->lang),
                        bot_remote_title(step.flow->remote, a->lang));
}

/* "a: 1 · b: 2" of those there are any of. */
static void add_parts(struct ask *a, const char *step, struct msg *m, const struct part *parts,
                      size_t n)
{
    bool first = true;
    for (size_t i = 0; i < n; i++) {
        if (!parts[i].n)
            continue;
        msg_html(m, first ? "" : " · ");
        first = false;
        TEXT_ADD(m, a->lang, parts[i].text, T_INT("n", parts[i].n),
                 T_TEXT("table", table_of(a, step)));
    }
}

static void add_lines(struct ask *a, struct msg *m, struct msg *lines, int64_t n, int64_t shown)
{
    msg_html(m, msg_str(lines));
    if (n > shown) {
        msg_html(m, "\n");
        TEXT_ADD(m, a->lang, TEXT_UNDO_MORE, T_INT("n", n - shown));
    }
}

/* What the remote has is not what the store has, for a while or for good. */
static void add_remote(struct ask *a, const struct undo_plan *p, struct msg *m)
{
    if (!p->flow || p->state != UNDO_READY)
        return;
    const char *remote = bot_remote_title(p->flow->remote, a->lang);
    bool stays = p->counts.deleted && p->flow->on_delete == DELETION_IGNORE;
    if (p->flow->direction != DIR_PULL && !stays)
        return;
    msg_html(m, "\n\n");
    TEXT_ADD(m, a->lang, p->flow->direction == DIR_PULL ? TEXT_UNDO_PULL_ONLY : TEXT_UNDO_ROWS_STAY,
             T_TEXT("remote", remote));
}

void undo_text_preview(struct ask *a, struct undo_text *t, struct msg *m)
{
    char when[TEXT_SHORT];
    AUTO_BUF flow = BUF_INIT(1024);
    const struct undo_plan *p = &t->plan;
    const struct undo_counts *c = &p->counts;
    const struct part parts[] = {{c->records, TEXT_UNDO_COUNT_RECORDS},
                                 {c->deleted, TEXT_UNDO_COUNT_DELETED},
                                 {c->restored, TEXT_UNDO_COUNT_RESTORED},
                                 {c->rows_gone, TEXT_UNDO_COUNT_ROWS_GONE},
                                 {c->rows_back, TEXT_UNDO_COUNT_ROWS_BACK}};
    run_title(&flow, a->bot->cfg, p->run, a->lang);
    TEXT_ADD(m, a->lang, p->state == UNDO_READY ? TEXT_UNDO_HEAD : TEXT_UNDO_ALL_KEPT,
             T_ID("id", p->run->id), T_TEXT("flow", buf_str(&flow)),
             T_TEXT("time", text_clock(when, a->lang, p->run->started_at, a->now)),
             T_TEXT("who", source_title(a, p->run->actor)));
    msg_html(m, "\n");
    add_parts(a, p->run->flow, m, parts, ARRAY_LEN(parts));
    add_lines(a, m, &t->goes, t->n_goes, GOES_SHOWN);
    if (t->n_stays) {
        msg_html(m, t->n_goes ? "\n\n" : "");
        TEXT_ADD(m, a->lang, TEXT_UNDO_KEPT, T_INT("n", t->n_stays));
        add_lines(a, m, &t->stays, t->n_stays, STAYS_SHOWN);
    }
    if (c->marks) {
        msg_html(m, "\n\n");
        TEXT_ADD(m, a->lang, TEXT_UNDO_MARKS_STAY, T_INT("n", c->marks));
    }
    add_remote(a, p, m);
}

void undo_text_done(struct ask *a, int64_t undone, const struct run *undo, bool of_push,
                    struct msg *m)
{
    const struct part parts[] = {{undo->counts.updated, TEXT_UNDO_DONE_UPDATED},
                                 {undo->counts.deleted,
                                  of_push ? TEXT_UNDO_DONE_ROWS : TEXT_UNDO_DONE_DELETED},
                                 {undo->counts.unchanged, TEXT_UNDO_KEPT}};
    TEXT_ADD(m, a->lang, TEXT_UNDO_DONE, T_ID("id", undone));
    msg_html(m, "\n");
    add_parts(a, undo->flow, m, parts, ARRAY_LEN(parts));
}
