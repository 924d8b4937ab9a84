#include "bot/command.h"
#include "bot/text/ops_text.h"
#include "store/backup.h"
#include "store/chat/alerts.h"

#include <string.h>

#define SHOWN 10

static int add_list(struct ask *a, const struct backup_place *p, struct msg *m, struct err *err)
{
    struct backup_file *list;
    size_t n;
    if (backup_list(p, a->arena, &list, &n, err))
        return -1;
    TEXT_ADD(m, a->lang, n ? TEXT_BACKUP_LIST : TEXT_BACKUP_NONE,
             T_TEXT("dir", backup_dir(p, a->arena)), T_INT("keep", p->keep));
    for (size_t i = 0; i < n && i < SHOWN; i++) {
        msg_html(m, "\n");
        TEXT_ADD(m, a->lang, TEXT_BACKUP_LINE, T_TEXT("name", list[i].name),
                 T_TEXT("size", ops_size(a, list[i].bytes)),
                 T_TEXT("ago", ops_ago(a, list[i].at, TEXT_SCHEDULE_NEVER)));
    }
    return 0;
}

/* A copy that failed is told, to the other admins too, and is no failure of the command. */
static int make(struct ask *a, const struct backup_place *p, struct msg *m, struct err *err)
{
    struct backup_file made;
    struct err why = {0};
    int dropped = 0;
    const char *dir = backup_dir(p, a->arena);
    bool failed = backup_make(p, a->now, a->arena, &made, &dropped, &why);
    const struct alert_news news = {.kind = ALERT_BACKUP, .subject = dir, .detail = why.msg};
    if (failed ? alerts_raise(a->db, &news, a->now, NULL, err)
               : alerts_clear(a->db, ALERT_BACKUP, dir, a->now, err))
        return -1;
    if (failed) {
        TEXT_ADD(m, a->lang, TEXT_BACKUP_FAILED, T_TEXT("why", why.msg));
    } else {
        TEXT_ADD(m, a->lang, TEXT_BACKUP_DONE, T_TEXT("name", made.name),
                 T_TEXT("size", ops_size(a, made.bytes)));
        if (dropped) {
            msg_html(m, "\n");
            TEXT_ADD(m, a->lang, TEXT_BACKUP_DROPPED, T_INT("n", dropped));
        }
    }
    msg_html(m, "\n\n");
    return 0;
}

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    const struct backup_place p = ops_backups(a);
    const char *slot = ask_slot(a, "backup");
    if (!strcmp(a->args, "now") && make(a, &p, &m, err))
        return -1;
    if (add_list(a, &p, &m, err))
        return -1;
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_BACKUP_NOW, arena_printf(a->arena, "backup now @%s", slot));
    return ask_reply(a, &m, &b, slot, err);
}

const struct command cmd_backup = {.name = "backup",
                                   .args = "[now]",
                                   .help = TEXT_CMD_BACKUP,
                                   .role = ROLE_ADMIN,
                                   .in_menu = true,
                                   .run = run};
