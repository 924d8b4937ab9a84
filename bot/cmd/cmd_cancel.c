#include "bot/command.h"
#include "bot/jobs.h"
#include "bot/text/job_text.h"

static int stop(struct ask *a, int64_t id, struct err *err)
{
    AUTO_MSG m = MSG_INIT, title = MSG_INIT;
    struct job *job;
    bool open;
    const char *by = a->user->name ? a->user->name : ask_actor(a);
    if (jobs_stop(a->db, a->bot, id, by, &open, err) || queue_get(a->db, id, a->arena, &job, err))
        return -1;
    if (!open || !job) {
        TEXT_ADD(&m, a->lang, TEXT_CANCEL_OVER);
        return ask_reply(a, &m, NULL, NULL, err);
    }
    a->queued = true;
    /* a press is answered by the message it is under */
    if (a->u->kind == UPDATE_PRESS)
        return 0;
    struct job_view v = {.cfg = a->bot->cfg, .job = job};
    job_title(&v, a->lang, &title);
    TEXT_ADD(&m, a->lang, TEXT_CANCEL_DONE, T_HTML("what", msg_str(&title)));
    return ask_reply(a, &m, NULL, NULL, err);
}

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct job *open;
    size_t n;
    int64_t id;
    if (base_parse_i64(a->args, 1, INT64_MAX, &id))
        return stop(a, id, err);
    if (queue_open_jobs(a->db, a->arena, &open, &n, err))
        return -1;
    if (n == 1)
        return stop(a, open[0].id, err);
    TEXT_ADD(&m, a->lang, n ? TEXT_CANCEL_WHICH : TEXT_CANCEL_NOTHING);
    for (size_t i = 0; i < n && i < 20; i++) {
        AUTO_MSG title = MSG_INIT;
        AUTO_BUF plain = BUF_INIT(1024);
        struct job_view v = {.cfg = a->bot->cfg, .job = &open[i]};
        job_title(&v, a->lang, &title);
        html_to_plain(msg_str(&title), &plain);
        buttons_addf(&b, buf_str(&plain), "cancel %lld", (long long)open[i].id);
        buttons_row(&b);
    }
    return ask_reply(a, &m, &b, NULL, err);
}

const struct command cmd_cancel = {"cancel", "", TEXT_CMD_CANCEL, ROLE_ORGANIZER, true, run};
