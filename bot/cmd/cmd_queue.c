#include "bot/command.h"
#include "bot/text/job_text.h"
#include "bot/text/ops_text.h"
#include "store/queue.h"

#include <string.h>

#define SHOWN 15

static void add_job(struct ask *a, const struct job *j, struct msg *m, struct buttons *b)
{
    AUTO_MSG title = MSG_INIT;
    AUTO_BUF plain = BUF_INIT(1024);
    const struct job_view v = {.cfg = a->bot->cfg, .job = j};
    const struct remote_config *lane = config_remote(a->bot->cfg, j->lane ? j->lane : "");
    bool runs = !strcmp(j->state, "running");
    const char *who = bot_actor(j->actor, j->actor_name, a->lang);
    job_title(&v, a->lang, &title);
    html_to_plain(msg_str(&title), &plain);
    msg_html(m, "\n");
    if (j->cancel) {
        TEXT_ADD(m, a->lang, TEXT_QUEUE_STOPS, T_HTML("what", msg_str(&title)), T_TEXT("who", who));
        return;
    }
    if (runs)
        TEXT_ADD(m, a->lang, TEXT_QUEUE_RUNS, T_HTML("what", msg_str(&title)), T_TEXT("who", who),
                 T_INT("step", (int64_t)j->step + 1), T_INT("steps", (int64_t)j->n_steps),
                 T_TEXT("ago", ops_ago(a, j->started_at, TEXT_SCHEDULE_NOW)));
    else
        TEXT_ADD(m, a->lang, TEXT_QUEUE_WAITS, T_HTML("what", msg_str(&title)), T_TEXT("who", who),
                 T_TEXT("remote", lane ? bot_remote_title(lane, a->lang) : ""));
    buttons_row(b);
    TEXT_BUTTON(b, a->lang, TEXT_BTN_STOP_JOB,
                arena_printf(a->arena, "cancel %lld", (long long)j->id),
                T_TEXT("what", buf_str(&plain)));
}

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct job *open;
    size_t n;
    if (queue_open_jobs(a->db, a->arena, &open, &n, err))
        return -1;
    TEXT_ADD(&m, a->lang, n ? TEXT_QUEUE_HEAD : TEXT_QUEUE_EMPTY, T_INT("n", (int64_t)n));
    for (size_t i = 0; i < n && i < SHOWN; i++)
        add_job(a, &open[i], &m, &b);
    if (n > SHOWN) {
        msg_html(&m, "\n");
        TEXT_ADD(&m, a->lang, TEXT_QUEUE_MORE, T_INT("n", (int64_t)(n - SHOWN)));
    }
    buttons_row(&b);
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_STATUS, "status");
    return ask_reply(a, &m, &b, ask_slot(a, "queue"), err);
}

const struct command cmd_queue = {.name = "queue",
                                  .args = "",
                                  .help = TEXT_CMD_QUEUE,
                                  .role = ROLE_ORGANIZER,
                                  .in_menu = true,
                                  .run = run};
