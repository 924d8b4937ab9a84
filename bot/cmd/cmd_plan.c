#include "bot/cmd/csv_asked.h"
#include "bot/cmd/plan_asked.h"
#include "bot/command.h"
#include "bot/csv.h"
#include "bot/text/change_text.h"
#include "bot/text/plan_text.h"

#include <string.h>

#define FILE_MAX ((size_t)8 << 20) /* what chatbox takes */
#define BATCH    500

/* One line for each field that changes; one for a record that goes. */
static void add_lines(struct buf *csv, const struct saved_op *op, int64_t *lines)
{
    AUTO_JSON *tree = NULL;
    struct err ignored = {0}; /* our own text; a damaged one still shows its record */
    const cJSON *c =
        json_parse(op->changes, strlen(op->changes), &tree, &ignored) ? NULL : tree->child;
    do {
        AUTO_BUF before = BUF_INIT(1 << 20), after = BUF_INIT(1 << 20);
        const char *row[] = {op->op,
                             op->entity,
                             op->name,
                             c ? c->string : "",
                             c ? change_text(&before, cJSON_GetArrayItem(c, 0)) : "",
                             c ? change_text(&after, cJSON_GetArrayItem(c, 1)) : "",
                             op->reason};
        csv_row(csv, row, ARRAY_LEN(row));
        (*lines)++;
        c = c ? c->next : NULL;
    } while (c);
}

static int write_file(struct ask *a, int64_t id, struct buf *csv, int64_t *ret_lines,
                      struct err *err)
{
    static const char *const head[] = {"operation", "entity", "name",  "field",
                                       "before",    "after",  "reason"};
    int64_t from = 0;
    csv_row(csv, head, ARRAY_LEN(head));
    for (;;) {
        AUTO_ARENA *page = arena_new((size_t)32 << 20);
        struct saved_op *ops;
        size_t n;
        if (plans_ops(a->db, id, from, BATCH, page, &ops, &n, err))
            return -1;
        for (size_t i = 0; i < n; i++)
            add_lines(csv, &ops[i], ret_lines);
        if (n < BATCH || csv->over)
            return csv->over ? err_set(err, ERR_DATA, "the plan is too long for a file of 8 MB")
                             : 0;
        from += BATCH;
    }
}

/* Its first lines and the choice, in a message of its own. */
static int show(struct ask *a, const struct saved_plan *plan, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    const struct plan_reader reader = {a->bot->cfg, a->lang, a->role >= ROLE_ADMIN};
    if (plan_show(a->db, &reader, plan->id, a->arena, &m, &b, err))
        return -1;
    if (!m.html.len)
        TEXT_ADD(&m, a->lang, TEXT_PLAN_EMPTY, T_ID("id", plan->id));
    return ask_reply(a, &m, &b, NULL, err);
}

static int run(struct ask *a, struct err *err)
{
    AUTO_BUF csv = BUF_INIT(FILE_MAX);
    AUTO_MSG caption = MSG_INIT;
    struct saved_plan *plan;
    const char *rest;
    int64_t lines = 0;
    if (plan_asked(a, &plan, &rest, err))
        return -1;
    if (!plan)
        return 0;
    if (!strcmp(rest, "show"))
        return show(a, plan, err);
    if (write_file(a, plan->id, &csv, &lines, err))
        return -1;
    TEXT_ADD(&caption, a->lang, TEXT_PLAN_FILE, T_ID("id", plan->id), T_INT("n", lines));
    return csv_asked_send(a, "plan", plan->id, &csv, &caption, LINK_PLAN, err);
}

const struct command cmd_plan = {"plan", "N [show]", TEXT_CMD_PLAN, ROLE_ORGANIZER, false, run};
