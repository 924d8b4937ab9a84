#include "bot/text/plan_text.h"

#include "bot/text/alike_text.h"
#include "bot/text/change_text.h"
#include "bot/text/field_text.h"

#include <stdio.h>
#include <string.h>

#define LINES_SHOWN 6

static const char *in_words(const struct words *w, const struct saved_op *op, const cJSON *change,
                            int at, struct buf *out)
{
    const char *text = change_text(out, cJSON_GetArrayItem(change, at));
    return field_words(w, op->entity, change->string, text);
}

static void add_changes(const struct words *w, const struct saved_op *op, struct msg *m)
{
    AUTO_JSON *tree = NULL;
    struct err ignored = {0}; /* our own text */
    if (json_parse(op->changes, strlen(op->changes), &tree, &ignored))
        return;
    for (const cJSON *c = tree->child; c; c = c->next) {
        AUTO_BUF before = BUF_INIT(1 << 16), after = BUF_INIT(1 << 16);
        msg_html(m, "\n");
        TEXT_ADD(m, w->lang, TEXT_PLAN_LINE_CHANGE, T_TEXT("name", op->name),
                 T_TEXT("field", field_title(c->string, w->lang)),
                 T_TEXT("before", in_words(w, op, c, 0, &before)),
                 T_TEXT("after", in_words(w, op, c, 1, &after)));
    }
}

/* What is more than a change of values; reason TEXT_COUNT: the one that the operation has. */
static const struct op_line {
    const char *op;
    bool push;
    enum text_id line, many, reason;
} op_lines[] = {
    {"insert", false, TEXT_PLAN_LINE_NEW, TEXT_PLAN_MANY_NEW, TEXT_COUNT},
    {"delete", false, TEXT_PLAN_LINE_GONE, TEXT_PLAN_MANY_GONE, TEXT_PLAN_REASON_GONE},
    {"restore", false, TEXT_PLAN_LINE_SAME, TEXT_PLAN_MANY_SAME, TEXT_PLAN_REASON_BACK},
    {"insert", true, TEXT_PLAN_SEND_NEW, TEXT_PLAN_MANY_SEND_NEW, TEXT_COUNT},
    {"archive", true, TEXT_PLAN_SEND_GONE, TEXT_PLAN_MANY_SEND_GONE, TEXT_COUNT},
    {"mark", true, TEXT_PLAN_SEND_MARK, TEXT_PLAN_MANY_SEND_MARK, TEXT_COUNT},
    {"clear", true, TEXT_PLAN_SEND_CLEAR, TEXT_PLAN_MANY_SEND_CLEAR, TEXT_COUNT},
    {"restore", true, TEXT_PLAN_SEND_BACK, TEXT_PLAN_MANY_SEND_BACK, TEXT_COUNT},
};

static const struct op_line *line_of(const struct saved_op *op, bool push)
{
    for (size_t i = 0; i < ARRAY_LEN(op_lines); i++) {
        if (!strcmp(op_lines[i].op, op->op) && op_lines[i].push == push)
            return &op_lines[i];
    }
    return NULL;
}

static void add_op(const struct words *w, const struct saved_op *op, bool push, struct alike *lines)
{
    const struct op_line *l = line_of(op, push);
    if (!l) {
        alike_flush(lines);
        add_changes(w, op, lines->m);
        lines->lines++;
        return;
    }
    /* only a mark tells its reason; those of others differ where their lines do not */
    const char *reason = l->reason != TEXT_COUNT          ? text_template(w->lang, l->reason)
                         : l->line == TEXT_PLAN_SEND_MARK ? bot_reason(op->reason, w->lang)
                                                          : "";
    alike_add(lines, &(struct alike_line){l->line, l->many, op->name, reason});
}

/* All that the plan does is one and the same, and told in one line. */
static bool is_one_line(const struct saved_plan *plan, const struct alike *lines, int64_t total)
{
    return lines->lines == 1 && plan->counts.inserted == total;
}

static bool decides(const struct plan_reader *reader, const struct saved_plan *plan)
{
    return reader->decides || !plan->brake;
}

void plan_buttons(const struct plan_reader *reader, const struct saved_plan *plan,
                  struct buttons *b)
{
    enum lang lang = reader->lang;
    char data[BUTTON_DATA_MAX];
    AUTO_BUF title = BUF_INIT(512);
    buttons_row(b);
    if (decides(reader, plan)) {
        snprintf(data, sizeof data, "apply %lld", (long long)plan->id);
        TEXT_BUTTON(b, lang, plan->brake ? TEXT_BTN_APPLY_ONCE : TEXT_BTN_APPLY, data,
                    T_TEXT("flow", bot_step_title(&title, reader->cfg, plan->flow, lang)));
        snprintf(data, sizeof data, "refuse %lld", (long long)plan->id);
        TEXT_BUTTON(b, lang, plan->brake ? TEXT_BTN_REFUSE_BRAKE : TEXT_BTN_REFUSE, data);
    }
    buttons_row(b);
    snprintf(data, sizeof data, "plan %lld", (long long)plan->id);
    TEXT_BUTTON(b, lang, TEXT_BTN_PLAN_FILE, data);
}

/* Only where there is a choice that others see. */
static void add_who_decides(const struct plan_reader *reader, struct msg *m)
{
    msg_html(m, "\n");
    TEXT_ADD(m, reader->lang, TEXT_PLAN_ADMINS_DECIDE);
}

static void add_counts(const struct config *cfg, const struct saved_plan *plan, enum lang lang,
                       struct msg *m)
{
    if (bot_is_push(cfg, plan->flow))
        bot_sent_counts(m, lang, &plan->counts, true, bot_step_marks(cfg, plan->flow));
    else
        bot_counts(m, lang, &plan->counts);
}

/* «План 4 «Бейджи → Грист»: …», in one of two wordings. */
static void add_title(const struct config *cfg, const struct saved_plan *plan, enum text_id text,
                      enum lang lang, struct msg *m)
{
    AUTO_MSG counts = MSG_INIT;
    AUTO_BUF title = BUF_INIT(512);
    add_counts(cfg, plan, lang, &counts);
    msg_html(m, m->html.len ? "\n" : "");
    TEXT_ADD(m, lang, text, T_ID("id", plan->id),
             T_TEXT("flow", bot_step_title(&title, cfg, plan->flow, lang)),
             T_HTML("what", msg_str(&counts)));
}

/* Without a word of who decides: that is said once, below all. */
static int add_plan(struct db *db, const struct plan_reader *reader, int64_t id,
                    struct arena *arena, struct msg *m, struct saved_plan **ret, struct err *err)
{
    const struct config *cfg = reader->cfg;
    enum lang lang = reader->lang;
    struct saved_plan *plan;
    struct saved_op *ops;
    struct words w = {.db = db, .arena = arena, .lang = lang};
    size_t n;
    int64_t total;
    if (plans_get(db, id, arena, &plan, err) || plans_count(db, id, &total, err) ||
        plans_ops(db, id, 0, LINES_SHOWN, arena, &ops, &n, err) ||
        dict_load(db, arena, &w.dicts, err))
        return -1;
    *ret = plan && total ? plan : NULL;
    if (!*ret)
        return 0;
    bool push = bot_is_push(cfg, plan->flow);
    add_title(cfg, plan, TEXT_PLAN_HEAD, lang, m);
    struct alike lines = ALIKE_INIT(m, lang);
    int64_t more = total - plan->counts.ids;
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(ops[i].op, "id")) /* they come last, and are told all at once */
            break;
        add_op(&w, &ops[i], push, &lines);
        more--;
    }
    alike_flush(&lines);
    if (more > 0 && is_one_line(plan, &lines, total)) {
        TEXT_ADD(m, lang, TEXT_PLAN_MORE_HERE, T_INT("n", more));
    } else if (more > 0) {
        msg_html(m, "\n");
        TEXT_ADD(m, lang, TEXT_PLAN_MORE, T_INT("n", more));
    }
    if (plan->counts.ids) {
        msg_html(m, "\n");
        TEXT_ADD(m, lang, TEXT_PLAN_SEND_IDS, T_INT("n", plan->counts.ids));
    }
    return 0;
}

static bool is_open(const struct saved_plan *plan)
{
    return plan && str_eq(plan->state, "open");
}

int plan_show(struct db *db, const struct plan_reader *reader, int64_t id, struct arena *arena,
              struct msg *m, struct buttons *b, struct err *err)
{
    struct saved_plan *plan;
    if (add_plan(db, reader, id, arena, m, &plan, err))
        return -1;
    if (!is_open(plan) || !b)
        return 0;
    plan_buttons(reader, plan, b);
    if (!decides(reader, plan))
        add_who_decides(reader, m);
    return 0;
}

/* ---------------------------------------------------------------- several */

static void all_button(const struct saved_plan *const *held, size_t n, const char *verb,
                       enum text_id text, enum lang lang, struct buttons *b)
{
    AUTO_BUF data = BUF_INIT(4096);
    buf_add(&data, verb);
    for (size_t i = 0; i < n; i++)
        buf_addf(&data, " %lld", (long long)held[i]->id);
    if (data.len > BUTTON_DATA_MAX) {
        buf_clear(&data);
        buf_addf(&data, "%s all", verb);
    }
    TEXT_BUTTON(b, lang, text, buf_str(&data), T_INT("n", (int64_t)n));
}

void plans_buttons(const struct plan_reader *reader, const struct saved_plan *const *held, size_t n,
                   struct buttons *b)
{
    enum lang lang = reader->lang;
    buttons_row(b);
    if (reader->decides) {
        all_button(held, n, "apply", TEXT_BTN_APPLY_ALL, lang, b);
        all_button(held, n, "refuse", TEXT_BTN_REFUSE_ALL, lang, b);
    }
    for (size_t i = 0; i < n; i++) {
        char data[BUTTON_DATA_MAX];
        if (i % 3 == 0)
            buttons_row(b);
        snprintf(data, sizeof data, "plan %lld show", (long long)held[i]->id);
        TEXT_BUTTON(b, lang, TEXT_BTN_PLAN_NTH, data, T_ID("id", held[i]->id));
    }
}

/* One of those plans; shown before: in a line. Its own buttons, unless there is one choice for
 * several. */
static int show_one(struct db *db, const struct plan_reader *reader, struct saved_plan *plan,
                    bool shown_before, struct arena *arena, struct msg *m, struct buttons *b,
                    struct err *err)
{
    if (shown_before)
        add_title(reader->cfg, plan, TEXT_PLAN_STILL, reader->lang, m);
    else if (add_plan(db, reader, plan->id, arena, m, &plan, err))
        return -1;
    if (b && is_open(plan))
        plan_buttons(reader, plan, b);
    return 0;
}

int plans_show(struct db *db, const struct plan_reader *reader, const int64_t *ids, size_t n,
               int64_t since, struct arena *arena, struct msg *m, struct buttons *b,
               struct err *err)
{
    struct saved_plan **all = arena_alloc(arena, n ? n : 1, sizeof *all);
    const struct saved_plan **held = arena_alloc(arena, n ? n : 1, sizeof *held);
    size_t n_held = 0;
    for (size_t i = 0; i < n; i++) {
        if (plans_get(db, ids[i], arena, &all[i], err))
            return -1;
        if (is_open(all[i]) && all[i]->brake)
            held[n_held++] = all[i];
    }
    for (size_t i = 0, at = 0; i < n; i++) {
        bool waits = at < n_held && all[i] == held[at];
        at += waits;
        if (all[i] && show_one(db, reader, all[i], waits && all[i]->created_at < since, arena, m,
                               waits && n_held > 1 ? NULL : b, err))
            return -1;
    }
    if (n_held > 1)
        plans_buttons(reader, held, n_held, b);
    if (n_held && !reader->decides)
        add_who_decides(reader, m);
    return 0;
}
