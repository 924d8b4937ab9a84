#include "bot/plan_text.h"

#include "bot/change_text.h"

#include <stdio.h>
#include <string.h>

#define LINES_SHOWN 6

static void add_changes(const struct saved_op *op, enum lang lang, struct msg *m)
{
    AUTO_JSON *tree = NULL;
    struct err ignored = {0}; /* our own text */
    if (json_parse(op->changes, strlen(op->changes), &tree, &ignored))
        return;
    for (const cJSON *c = tree->child; c; c = c->next) {
        AUTO_BUF before = BUF_INIT(1 << 16), after = BUF_INIT(1 << 16);
        msg_html(m, "\n");
        TEXT_ADD(m, lang, TEXT_PLAN_LINE_CHANGE, T_TEXT("name", op->name),
                 T_TEXT("field", c->string),
                 T_TEXT("before", change_text(&before, cJSON_GetArrayItem(c, 0))),
                 T_TEXT("after", change_text(&after, cJSON_GetArrayItem(c, 1))));
    }
}

/* What is more than a change of values; reason TEXT_COUNT: the line says it all. */
static const struct op_line {
    const char *op;
    bool push;
    enum text_id line, reason;
} op_lines[] = {
    {"insert", false, TEXT_PLAN_LINE_NEW, TEXT_PLAN_REASON_NEW},
    {"delete", false, TEXT_PLAN_LINE_GONE, TEXT_PLAN_REASON_GONE},
    {"restore", false, TEXT_PLAN_LINE_SAME, TEXT_PLAN_REASON_BACK},
    {"insert", true, TEXT_PLAN_SEND_NEW, TEXT_COUNT},
    {"archive", true, TEXT_PLAN_SEND_GONE, TEXT_COUNT},
    {"restore", true, TEXT_PLAN_SEND_BACK, TEXT_COUNT},
};

static void add_op(const struct saved_op *op, bool push, enum lang lang, struct msg *m)
{
    for (size_t i = 0; i < ARRAY_LEN(op_lines); i++) {
        const struct op_line *l = &op_lines[i];
        if (strcmp(l->op, op->op) || l->push != push)
            continue;
        const char *reason = l->reason == TEXT_COUNT ? "" : text_template(lang, l->reason);
        msg_html(m, "\n");
        TEXT_ADD(m, lang, l->line, T_TEXT("name", op->name), T_TEXT("reason", reason));
        return;
    }
    add_changes(op, lang, m);
}

void plan_buttons(const struct config *cfg, const struct saved_plan *plan, enum lang lang,
                  struct buttons *b)
{
    char data[BUTTON_DATA_MAX];
    AUTO_BUF title = BUF_INIT(512);
    buttons_row(b);
    snprintf(data, sizeof data, "apply %lld", (long long)plan->id);
    TEXT_BUTTON(b, lang, plan->brake ? TEXT_BTN_APPLY_ONCE : TEXT_BTN_APPLY, data,
                T_TEXT("flow", bot_step_title(&title, cfg, plan->flow, lang)));
    snprintf(data, sizeof data, "refuse %lld", (long long)plan->id);
    TEXT_BUTTON(b, lang, plan->brake ? TEXT_BTN_REFUSE_BRAKE : TEXT_BTN_REFUSE, data);
    buttons_row(b);
    snprintf(data, sizeof data, "plan %lld", (long long)plan->id);
    TEXT_BUTTON(b, lang, TEXT_BTN_PLAN_FILE, data);
}

int plan_show(struct db *db, const struct config *cfg, int64_t id, enum lang lang,
              struct arena *arena, struct msg *m, struct buttons *b, struct err *err)
{
    struct saved_plan *plan;
    struct saved_op *ops;
    size_t n;
    int64_t total;
    AUTO_MSG counts = MSG_INIT;
    AUTO_BUF title = BUF_INIT(512);
    if (plans_get(db, id, arena, &plan, err) || plans_count(db, id, &total, err) ||
        plans_ops(db, id, 0, LINES_SHOWN, arena, &ops, &n, err))
        return -1;
    if (!plan || !total)
        return 0;
    bool push = bot_is_push(cfg, plan->flow);
    if (push)
        bot_sent_counts(&counts, lang, &plan->counts, true);
    else
        bot_counts(&counts, lang, &plan->counts);
    msg_html(m, "\n");
    TEXT_ADD(m, lang, TEXT_PLAN_HEAD, T_ID("id", id),
             T_TEXT("flow", bot_step_title(&title, cfg, plan->flow, lang)),
             T_HTML("what", msg_str(&counts)));
    for (size_t i = 0; i < n; i++)
        add_op(&ops[i], push, lang, m);
    if (total > (int64_t)n) {
        msg_html(m, "\n");
        TEXT_ADD(m, lang, TEXT_PLAN_MORE, T_INT("n", total - (int64_t)n));
    }
    if (!strcmp(plan->state, "open"))
        plan_buttons(cfg, plan, lang, b);
    return 0;
}
