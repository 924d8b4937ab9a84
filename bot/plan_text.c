#include "bot/plan_text.h"

#include "store/base/json.h"

#include <stdio.h>
#include <string.h>

#define LINES_SHOWN 6

/* A value of a change as people see it. */
static const char *shown(const cJSON *v, char num[24])
{
    int64_t n;
    if (cJSON_IsString(v))
        return v->valuestring;
    return json_i64(v, "", &n) ? base_i64_str(num, n) : "";
}

static void add_changes(const struct saved_op *op, enum lang lang, struct msg *m)
{
    AUTO_JSON *tree = NULL;
    struct err ignored = {0}; /* our own text */
    if (json_parse(op->changes, strlen(op->changes), &tree, &ignored))
        return;
    for (const cJSON *c = tree->child; c; c = c->next) {
        char x[24], y[24];
        msg_html(m, "\n");
        TEXT_ADD(m, lang, TEXT_PLAN_LINE_CHANGE, T_TEXT("name", op->name),
                 T_TEXT("field", c->string), T_TEXT("before", shown(cJSON_GetArrayItem(c, 0), x)),
                 T_TEXT("after", shown(cJSON_GetArrayItem(c, 1), y)));
    }
}

static void add_op(const struct saved_op *op, enum lang lang, struct msg *m)
{
    static const struct {
        const char *op;
        enum text_id line, reason;
    } lines[] = {
        {"insert", TEXT_PLAN_LINE_NEW, TEXT_PLAN_REASON_NEW},
        {"delete", TEXT_PLAN_LINE_GONE, TEXT_PLAN_REASON_GONE},
        {"restore", TEXT_PLAN_LINE_SAME, TEXT_PLAN_REASON_BACK},
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        if (strcmp(lines[i].op, op->op))
            continue;
        msg_html(m, "\n");
        TEXT_ADD(m, lang, lines[i].line, T_TEXT("name", op->name),
                 T_TEXT("reason", text_template(lang, lines[i].reason)));
        return;
    }
    add_changes(op, lang, m);
}

void plan_buttons(const struct config *cfg, const struct saved_plan *plan, enum lang lang,
                  struct buttons *b)
{
    char data[BUTTON_DATA_MAX];
    buttons_row(b);
    snprintf(data, sizeof data, "apply %lld", (long long)plan->id);
    TEXT_BUTTON(b, lang, plan->brake ? TEXT_BTN_APPLY_ONCE : TEXT_BTN_APPLY, data,
                T_TEXT("flow", bot_flow_title(cfg, plan->flow, lang)));
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
    if (plans_get(db, id, arena, &plan, err) || plans_count(db, id, &total, err) ||
        plans_ops(db, id, 0, LINES_SHOWN, arena, &ops, &n, err))
        return -1;
    if (!plan || !total)
        return 0;
    bot_counts(&counts, lang, &plan->counts);
    msg_html(m, "\n");
    TEXT_ADD(m, lang, TEXT_PLAN_HEAD, T_ID("id", id),
             T_TEXT("flow", bot_flow_title(cfg, plan->flow, lang)),
             T_HTML("what", msg_str(&counts)));
    for (size_t i = 0; i < n; i++)
        add_op(&ops[i], lang, m);
    if (total > (int64_t)n) {
        msg_html(m, "\n");
        TEXT_ADD(m, lang, TEXT_PLAN_MORE, T_INT("n", total - (int64_t)n));
    }
    if (!strcmp(plan->state, "open"))
        plan_buttons(cfg, plan, lang, b);
    return 0;
}
