#include "bot/command.h"
#include "bot/text/jail_text.h"
#include "bot/text/page_text.h"
#include "bot/work_list.h"

#include <string.h>

#define PAGE 5

static const char *page(struct ask *a, const struct work_view *v, int64_t at)
{
    return arena_printf(a->arena, "invalid %s %lld @%s", v->words, (long long)at, a->slot);
}

static void add_pages(struct ask *a, const struct work_view *v, int64_t total, struct buttons *b)
{
    int64_t next = v->at + PAGE;
    buttons_row(b);
    if (v->at > 0)
        page_prev(b, a->lang, page(a, v, v->at > PAGE ? v->at - PAGE : 0));
    if (next < total)
        page_next(b, a->lang, page(a, v, next), next, PAGE, total);
}

/* The lines, and under the message a button for each: who has it, remind me. */
static int add_rows(struct ask *a, const struct work_view *v, const struct jailed *list, size_t n,
                    struct msg *m, struct buttons *b, struct err *err)
{
    const struct dicts *dicts;
    bool any_mend = false;
    if (dict_load(a->db, a->arena, &dicts, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        const struct task_item item = task_of_jailed(&list[i]);
        bool mend;
        if (jail_line(a, dicts, v->at + (int64_t)i + 1, list, i, m, b, &mend, err) ||
            work_add_lines(a, &item, m, err))
            return -1;
        any_mend = any_mend || mend;
    }
    if (any_mend) {
        msg_html(m, "\n");
        TEXT_ADD(m, a->lang, TEXT_INVALID_NEXT);
    }
    buttons_row(b);
    for (size_t i = 0; i < n; i++) {
        char ref[TASK_REF_MAX];
        const struct task_item item = task_of_jailed(&list[i]);
        TEXT_BUTTON(b, a->lang, TEXT_BTN_WORK_NTH, work_line_data(a, v, task_ref(&item, ref)),
                    T_INT("n", v->at + (int64_t)i + 1));
    }
    return 0;
}

static int say_none(struct ask *a, const struct work_view *v, const char *slot, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    bool all = !strcmp(v->words, "all");
    TEXT_ADD(&m, a->lang, all ? TEXT_INVALID_NONE : TEXT_WORK_NONE_OF);
    if (!all && work_filter_buttons(a, v, &b, err))
        return -1;
    return ask_reply(a, &m, &b, slot, err);
}

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct work_view v;
    struct jailed *list;
    size_t n;
    int64_t waiting, invalid;
    const char *slot = work_slot(a, TASK_INVALID);
    if (work_read(a, TASK_INVALID, &v, err))
        return -1;
    if (v.choosing)
        return work_choose(a, &v, slot, err);
    if (tasks_jailed(a->db, &v.filter, (size_t)v.at, PAGE, a->arena, &list, &n, &waiting, &invalid,
                     err))
        return -1;
    if (!n && v.at && waiting + invalid) { /* what stood there has been mended meanwhile */
        v.at = 0;
        if (tasks_jailed(a->db, &v.filter, 0, PAGE, a->arena, &list, &n, &waiting, &invalid, err))
            return -1;
    }
    if (!n)
        return say_none(a, &v, slot, err);
    TEXT_ADD(&m, a->lang, waiting ? TEXT_INVALID_HEAD_WAITING : TEXT_INVALID_HEAD,
             T_INT("n", invalid), T_INT("waiting", waiting));
    msg_html(&m, "\n");
    work_say_filter(a, &v, &m);
    msg_html(&m, "\n");
    if (add_rows(a, &v, list, n, &m, &b, err))
        return -1;
    add_pages(a, &v, waiting + invalid, &b);
    if (work_filter_buttons(a, &v, &b, err))
        return -1;
    buttons_row(&b);
    if (command_open(a, "sync"))
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_SYNC, "sync");
    return ask_reply(a, &m, &b, slot, err);
}

const struct command cmd_invalid =
    {"invalid", "[flow|mine|free]", TEXT_CMD_INVALID, ROLE_ORGANIZER, true, run};
