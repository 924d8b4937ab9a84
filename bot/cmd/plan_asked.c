#include "bot/cmd/plan_asked.h"

#include "bot/text/job_text.h"

#include <stdlib.h>
#include <string.h>

/* The latest jobs, among which one is looked for that a brake held up. */
#define JOBS_LOOKED 20

static bool is_open(const struct saved_plan *p)
{
    return !strcmp(p->state, "open");
}

static int say(struct ask *a, enum text_id text, int64_t id, const char *state, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    TEXT_ADD(&m, a->lang, text, T_ID("id", id), T_TEXT("state", state));
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_PREVIEW, "preview");
    return ask_reply(a, &m, &b, NULL, err);
}

static int say_settled(struct ask *a, const struct saved_plan *p, struct err *err)
{
    enum text_id state =
        !strcmp(p->state, "applied") ? TEXT_PLAN_STATE_APPLIED : TEXT_PLAN_STATE_REFUSED;
    return say(a, TEXT_PLAN_SETTLED, p->id, text_template(a->lang, state), err);
}

/* *ret NULL: it is no plan's number, and that has been said. */
static int read_plan(struct ask *a, const char *word, struct saved_plan **ret, struct err *err)
{
    int64_t id = 0;
    *ret = NULL;
    if (word && base_parse_i64(word, 1, INT64_MAX, &id) && plans_get(a->db, id, a->arena, ret, err))
        return -1;
    if (*ret && strcmp((*ret)->state, "writing") != 0)
        return 0;
    *ret = NULL;
    return say(a, id ? TEXT_PLAN_UNKNOWN : TEXT_PLAN_WHICH, id, "", err);
}

int plan_asked(struct ask *a, struct saved_plan **ret, const char **ret_rest, struct err *err)
{
    const char *args = a->args, *word = ask_word(a, &args);
    *ret_rest = args + strspn(args, " ");
    return read_plan(a, word, ret, err);
}

/* ---------------------------------------------------------------- several */

static void add(struct saved_plan **list, size_t *n, struct saved_plan *p)
{
    for (size_t i = 0; i < *n; i++) {
        if (list[i]->id == p->id)
            return;
    }
    if (*n < PLANS_ASKED_MAX)
        list[(*n)++] = p;
}

static int held_in(struct ask *a, const struct job *job, struct saved_plan **list, size_t *n,
                   struct err *err)
{
    struct report *reports;
    size_t n_reports;
    if (job_reports(job, a->arena, &reports, &n_reports, err))
        return -1;
    for (size_t i = 0; i < n_reports; i++) {
        struct saved_plan *p = NULL;
        if (reports[i].plan && plans_get(a->db, reports[i].plan, a->arena, &p, err))
            return -1;
        if (p && p->brake && is_open(p))
            add(list, n, p);
    }
    return 0;
}

static int held_last(struct ask *a, struct saved_plan **list, size_t *n, struct err *err)
{
    struct job *jobs;
    size_t n_jobs;
    if (queue_ended_jobs(a->db, JOBS_LOOKED, a->arena, &jobs, &n_jobs, err))
        return -1;
    for (size_t i = 0; i < n_jobs && !*n; i++) {
        if (held_in(a, &jobs[i], list, n, err))
            return -1;
    }
    return *n ? 0 : say(a, TEXT_PLAN_NONE_HELD, 0, "", err);
}

static int by_id(const void *a, const void *b)
{
    const struct saved_plan *const *x = a, *const *y = b;
    return ((*x)->id > (*y)->id) - ((*x)->id < (*y)->id);
}

int plans_asked(struct ask *a, struct saved_plan ***ret, size_t *ret_n, struct err *err)
{
    const char *args = a->args, *word = ask_word(a, &args);
    struct saved_plan **list = arena_alloc(a->arena, PLANS_ASKED_MAX, sizeof *list);
    struct saved_plan *settled = NULL;
    size_t n = 0;
    *ret = list;
    *ret_n = 0;
    if (str_eq(word, "all")) {
        if (held_last(a, list, &n, err))
            return -1;
        word = NULL;
    } else if (!word) {
        return say(a, TEXT_PLAN_WHICH, 0, "", err);
    }
    for (; word; word = ask_word(a, &args)) {
        struct saved_plan *p;
        if (read_plan(a, word, &p, err))
            return -1;
        if (!p)
            return 0;
        if (is_open(p))
            add(list, &n, p);
        else
            settled = p;
    }
    if (!n && settled)
        return say_settled(a, settled, err);
    qsort(list, n, sizeof *list, by_id);
    *ret_n = n;
    return 0;
}

const char *plans_ids(struct ask *a, struct saved_plan *const *list, size_t n)
{
    AUTO_BUF ids = BUF_INIT(4096);
    for (size_t i = 0; i < n; i++)
        buf_addf(&ids, "%s%lld", i ? ", " : "", (long long)list[i]->id);
    return arena_strdup(a->arena, buf_str(&ids));
}
