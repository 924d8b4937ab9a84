#include "bot/text/run_text.h"

#include "bot/text/alike_text.h"
#include "bot/text/change_text.h"
#include "bot/text/field_text.h"
#include "store/audit.h"
#include "store/conflicts.h"
#include "store/journal.h"
#include "store/names.h"
#include "sync/row_name.h"

#include <string.h>

#define CHANGES_SHOWN   10
#define CONFLICTS_SHOWN 4

const char *run_icon(const struct run *r)
{
    static const struct {
        const char *state, *icon;
    } icons[] = {{"done", "✅"},
                 {"running", "🔄"},
                 {"stopped", "✋"},
                 {"cancelled", "⏹"},
                 {"partial", "⚠️"}};
    for (size_t i = 0; i < ARRAY_LEN(icons); i++) {
        if (!strcmp(icons[i].state, r->state))
            return icons[i].icon;
    }
    return "✗";
}

const char *run_title(struct buf *out, const struct config *cfg, const struct run *r,
                      enum lang lang)
{
    AUTO_BUF title = BUF_INIT(512);
    if (strcmp(r->kind, "undo"))
        return bot_step_title(out, cfg, r->flow, lang);
    return TEXT_PLAIN(out, lang, TEXT_RUN_UNDOES,
                      T_TEXT("flow", bot_step_title(&title, cfg, r->flow, lang)));
}

static bool is_push(const struct run *r)
{
    return !strcmp(r->kind, "push");
}

void run_counts(struct msg *m, const struct config *cfg, enum lang lang, const struct run *r)
{
    if (is_push(r))
        bot_sent_counts(m, lang, &r->counts, false, bot_step_marks(cfg, r->flow));
    else
        bot_counts(m, lang, &r->counts);
}

bool run_changed(const struct run *r)
{
    return r->counts.inserted || r->counts.updated || r->counts.deleted || r->counts.ids;
}

bool run_undoable(const struct config *cfg, const struct run *r)
{
    const struct counts *c = &r->counts;
    return strcmp(r->state, "running") != 0 &&
           (c->inserted || c->updated || (c->deleted && !bot_step_marks(cfg, r->flow)));
}

/* ---------------------------------------------------------------- what it did */

static void add_head(struct ask *a, enum text_id text, size_t n, struct msg *m)
{
    if (!n)
        return;
    msg_html(m, "\n\n");
    TEXT_ADD(m, a->lang, text, T_INT("n", (int64_t)n));
}

static int add_audit(struct ask *a, const struct run *r, const struct dicts *dicts, struct msg *m,
                     struct err *err)
{
    struct audit_row *list;
    size_t n;
    if (audit_of_run(a->db, r->id, CHANGES_SHOWN, a->arena, &list, &n, err))
        return -1;
    struct alike lines = ALIKE_INIT(m, a->lang);
    add_head(a, TEXT_RUN_CHANGES, n, m);
    for (size_t i = 0; i < n; i++) {
        const struct audit_row *row = &list[i];
        const char *name = record_name_of(a->db, row->entity, row->local_id, a->arena);
        if (!row->field) {
            alike_add(&lines,
                      &(struct alike_line){TEXT_RUN_NEW_RECORD, TEXT_RUN_MANY_NEW, name, ""});
            continue;
        }
        alike_flush(&lines);
        msg_html(m, "\n");
        TEXT_ADD(m, a->lang, TEXT_RUN_CHANGE, T_TEXT("record", name),
                 T_TEXT("field", field_title(row->field, a->lang)),
                 T_TEXT("before", field_value(a, dicts, row->entity, row->field, row->before)),
                 T_TEXT("after", field_value(a, dicts, row->entity, row->field, row->after)));
    }
    alike_flush(&lines);
    return 0;
}

/* A field's value in words; what a column of several pieces got, as it is. */
static const char *sent_value(struct ask *a, const struct dicts *dicts, const struct intent *i,
                              const cJSON *change, int at, struct buf *out)
{
    const char *text = change_text(out, cJSON_GetArrayItem(change, at));
    return field_value(a, dicts, i->entity, change->string, text);
}

/* A row that never came in has no record to be named by. */
static const char *sent_name(struct ask *a, const struct intent *i)
{
    struct step step;
    if (*i->local_id)
        return record_name_of(a->db, i->entity, i->local_id, a->arena);
    const char *name = config_step(a->bot->cfg, i->flow, &step)
                           ? row_name_of(a->db, a->bot->cfg, step.flow, i->remote_id, a->arena)
                           : NULL;
    return name && *name ? name : arena_printf(a->arena, "#%s", i->remote_id);
}

/* What happened to a row as a whole; false: cells of it were changed. c: the first of them, or
 * NULL. */
static bool add_whole(struct ask *a, const struct intent *i, const cJSON *c, struct alike *lines)
{
    static const struct {
        const char *op;
        enum text_id one, many;
    } whole[] = {{"insert", TEXT_RUN_SENT_NEW, TEXT_RUN_MANY_SENT_NEW},
                 {"archive", TEXT_RUN_SENT_GONE, TEXT_RUN_MANY_SENT_GONE},
                 {"clear", TEXT_RUN_SENT_CLEAR, TEXT_RUN_MANY_SENT_CLEAR},
                 {"mark", TEXT_RUN_SENT_MARK, TEXT_RUN_MANY_SENT_MARK},
                 {NULL, TEXT_RUN_SENT_BACK, TEXT_RUN_MANY_SENT_BACK}};
    bool mark = !strcmp(i->op, "mark");
    size_t k = 0;
    while (whole[k].op && (strcmp(whole[k].op, i->op) != 0 || (mark && !c)))
        k++;
    if (!whole[k].op && c)
        return false;
    AUTO_BUF why = BUF_INIT(1 << 16);
    const char *reason =
        mark && c ? bot_reason(change_text(&why, cJSON_GetArrayItem(c, 1)), a->lang) : "";
    alike_add(lines, &(struct alike_line){whole[k].one, whole[k].many, sent_name(a, i),
                                          arena_strdup(a->arena, reason)});
    return true;
}

static void add_sent(struct ask *a, const struct dicts *dicts, const struct intent *i, size_t *left,
                     struct alike *lines)
{
    AUTO_JSON *tree = NULL;
    struct err ignored = {0}; /* our own text; a damaged one shows no change */
    const char *name = sent_name(a, i);
    struct msg *m = lines->m;
    const cJSON *changes = json_parse(i->payload, strlen(i->payload), &tree, &ignored)
                               ? NULL
                               : json_at(tree, "changes");
    const cJSON *c = changes ? changes->child : NULL;
    if (add_whole(a, i, c, lines)) {
        (*left)--;
        return;
    }
    alike_flush(lines);
    for (; c && *left; c = c->next, (*left)--) {
        AUTO_BUF before = BUF_INIT(1 << 16), after = BUF_INIT(1 << 16);
        msg_html(m, "\n");
        TEXT_ADD(m, a->lang, TEXT_RUN_CHANGE, T_TEXT("record", name),
                 T_TEXT("field", field_title(c->string, a->lang)),
                 T_TEXT("before", sent_value(a, dicts, i, c, 0, &before)),
                 T_TEXT("after", sent_value(a, dicts, i, c, 1, &after)));
    }
}

static int add_journal(struct ask *a, const struct run *r, const struct dicts *dicts, struct msg *m,
                       struct err *err)
{
    struct intent *list;
    size_t n, left = CHANGES_SHOWN;
    AUTO_MSG text = MSG_INIT;
    struct alike lines = ALIKE_INIT(&text, a->lang);
    if (journal_of_run(a->db, r->id, 0, CHANGES_SHOWN, a->arena, &list, &n, err))
        return -1;
    for (size_t i = 0; i < n && left; i++)
        add_sent(a, dicts, &list[i], &left, &lines);
    alike_flush(&lines);
    add_head(a, TEXT_RUN_SENT, CHANGES_SHOWN - left, m);
    msg_html(m, msg_str(&text));
    return 0;
}

static int add_conflicts(struct ask *a, const struct run *r, const struct dicts *dicts,
                         struct msg *m, struct buttons *b, struct err *err)
{
    struct conflict *list;
    size_t n;
    if (conflicts_of_run(a->db, r->id, CONFLICTS_SHOWN, a->arena, &list, &n, err))
        return -1;
    add_head(a, TEXT_RUN_CONFLICTS, n, m);
    for (size_t i = 0; i < n; i++) {
        const struct conflict *c = &list[i];
        const char *name = record_name_of(a->db, c->entity, c->local_id, a->arena);
        enum text_id choice = c->open                      ? TEXT_RUN_CONFLICT_OPEN
                              : !c->choice                 ? TEXT_RUN_CONFLICT_AGREED
                              : !strcmp(c->choice, "ours") ? TEXT_RUN_CONFLICT_OURS
                                                           : TEXT_RUN_CONFLICT_THEIRS;
        msg_html(m, "\n");
        TEXT_ADD(m, a->lang, TEXT_RUN_CONFLICT, T_TEXT("record", name),
                 T_TEXT("field", field_title(c->field, a->lang)),
                 T_TEXT("remote", source_title(a, c->remote)),
                 T_TEXT("theirs", field_value(a, dicts, c->entity, c->field, c->theirs)),
                 T_TEXT("ours", field_value(a, dicts, c->entity, c->field, c->ours)),
                 T_TEXT("choice", text_template(a->lang, choice)));
        TEXT_BUTTON(b, a->lang, TEXT_BTN_CONFLICT_CARD,
                    arena_printf(a->arena, "conflict %lld", (long long)c->id),
                    T_TEXT("record", name));
        buttons_row(b);
    }
    return 0;
}

int run_changes(struct ask *a, const struct run *r, struct msg *m, struct buttons *b,
                struct err *err)
{
    const struct dicts *dicts;
    if (dict_load(a->db, a->arena, &dicts, err) ||
        (is_push(r) ? add_journal(a, r, dicts, m, err) : add_audit(a, r, dicts, m, err)))
        return -1;
    return add_conflicts(a, r, dicts, m, b, err);
}
