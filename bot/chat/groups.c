#include "bot/chat/groups.h"

#include "bot/command.h"
#include <string.h>

bool groups_personal(const char *command)
{
    static const char *const harmless[] = {"start",  "menu",   "help",     "id",     "lang",
                                           "sync",   "cancel", "confirm",  "runs",   "refuse",
                                           "status", "health", "queue",    "stats",  "alerts",
                                           "mute",   "cursor", "schedule", "version"};
    for (size_t i = 0; i < ARRAY_LEN(harmless); i++)
        if (!strcmp(harmless[i], command))
            return false;
    return true;
}

int groups_may_show(const struct bot *bot, struct db *db, const char *via, int64_t chat_id,
                    bool *ret, struct err *err)
{
    *ret = chat_id > 0;
    for (size_t i = 0; i < bot->cfg->n_groups && !*ret; i++) {
        int64_t now_id;
        if (chatbox_now_id(db, via, bot->cfg->groups[i], &now_id, err))
            return -1;
        *ret = chat_id == now_id || chat_id == bot->cfg->groups[i];
    }
    return 0;
}

/* The bot's own chat, by its id: the digits before the colon of its token, which everybody may
 * know.
 */
static void add_way(struct ask *a, struct buttons *b)
{
    const char *token = a->bot->cfg->telegram_token;
    AUTO_BUF label = BUF_INIT(256);
    if (!token || strcmp(a->via, "telegram") != 0)
        return;
    buttons_url(b, TEXT_PLAIN(&label, a->lang, TEXT_BTN_IN_PRIVATE),
                arena_printf(a->arena, "tg://user?id=%.*s", (int)strspn(token, "0123456789"),
                             token));
}

static int say_where(struct ask *a, const struct command *c, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    AUTO_BUF text = BUF_INIT(1024);
    if (a->u->kind == UPDATE_PRESS)
        return ask_answer(a,
                          TEXT_PLAIN(&text, a->lang, TEXT_IN_PRIVATE_PRESS,
                                     T_TEXT("name", c->name)),
                          err);
    TEXT_ADD(&m, a->lang, TEXT_IN_PRIVATE, T_TEXT("name", c->name));
    add_way(a, &b);
    return ask_reply(a, &m, &b, NULL, err);
}

int groups_withheld(struct ask *a, const struct command *c, bool *ret, struct err *err)
{
    bool may = true;
    *ret = false;
    if (a->u->is_private || !groups_personal(c->name))
        return 0;
    if (groups_may_show(a->bot, a->db, a->via, a->u->chat_id, &may, err))
        return -1;
    *ret = !may;
    return may ? 0 : say_where(a, c, err);
}
