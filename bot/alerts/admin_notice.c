#include "bot/alerts/admin_notice.h"

#include "store/chat/chatbox.h"
#include "store/chat/people.h"

int admin_notice(struct db *db, const struct bot *bot, enum text_id text, struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 20);
    for (size_t i = 0; i < bot->cfg->n_admins; i++) {
        AUTO_MSG m = MSG_INIT;
        struct chat_user *known;
        if (people_get(db, "telegram", bot->cfg->admins[i], arena, &known, err))
            return -1;
        TEXT_ADD(&m, lang_of(known ? known->lang : NULL, bot_default_lang(bot)), text);
        struct outgoing out = {.via = "telegram",
                               .chat_id = bot->cfg->admins[i],
                               .text = msg_str(&m)};
        if (chatbox_say(db, &out, err))
            return -1;
    }
    bot->wake_sender(bot->ctx);
    return 0;
}
