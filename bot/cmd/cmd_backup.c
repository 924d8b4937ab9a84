#include "bot/backup_job.h"
#include "bot/command.h"
#include "bot/text/ops_text.h"
#include "store/backup.h"

#include <string.h>

#define SHOWN 10

static int add_list(struct ask *a, struct msg *m, struct err *err)
{
    const struct backup_place p = backup_place_of(a->bot->cfg, a->db);
    struct backup_file *list;
    size_t n;
    if (backup_list(&p, a->arena, &list, &n, err))
        return -1;
    TEXT_ADD(m, a->lang, n ? TEXT_BACKUP_LIST : TEXT_BACKUP_NONE,
             T_TEXT("dir", backup_dir(&p, a->arena)), T_INT("keep", p.keep));
    for (size_t i = 0; i < n && i < SHOWN; i++) {
        msg_html(m, "\n");
        TEXT_ADD(m, a->lang, TEXT_BACKUP_LINE, T_TEXT("name", list[i].name),
                 T_TEXT("size", ops_size(a, list[i].bytes)),
                 T_TEXT("ago", ops_ago(a, list[i].at, TEXT_SCHEDULE_NEVER)));
    }
    return 0;
}

static int begin(struct ask *a, struct err *err)
{
    const struct watcher w = {.via = a->via,
                              .lang = lang_code(a->lang),
                              .chat_id = a->u->chat_id,
                              .thread_id = a->u->thread_id,
                              .user_id = a->u->user_id};
    AUTO_MSG m = MSG_INIT;
    const char *by;
    a->queued = true;
    if (backup_job_ask(a->db, a->bot, &w, ask_actor(a), a->user->name, a->arena, &by, err))
        return -1;
    if (!by)
        return 0;
    TEXT_ADD(&m, a->lang, TEXT_BACKUP_JOINED, T_TEXT("who", by));
    return ask_reply(a, &m, NULL, NULL, err);
}

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    if (!strcmp(a->args, "now"))
        return begin(a, err);
    if (add_list(a, &m, err))
        return -1;
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_BACKUP_NOW, "backup now");
    return ask_reply(a, &m, &b, ask_slot(a, "backup"), err);
}

const struct command cmd_backup = {.name = "backup",
                                   .args = "[now]",
                                   .help = TEXT_CMD_BACKUP,
                                   .role = ROLE_ADMIN,
                                   .in_menu = true,
                                   .run = run};
