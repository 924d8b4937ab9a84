/* "N 1h", "N fixed", "N off": no reminders of an alert in this chat for so long. Buttons under its
 * message press this; the message itself then says so. */
#include "bot/command.h"
#include "store/chat/alert_chats.h"

#include <string.h>

#define HOUR_MS 3600000

static int say(struct ask *a, enum text_id text, int64_t id, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    TEXT_ADD(&m, a->lang, text, T_ID("id", id));
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_ALERTS, "alerts");
    return ask_reply(a, &m, &b, NULL, err);
}

/* Was it pressed under the alert's own message, which shows it by itself? Typed, or pressed on a
 * card, it has to be said. */
static int is_shown(struct ask *a, bool *ret, struct err *err)
{
    int64_t own = 0;
    if (a->u->kind == UPDATE_PRESS &&
        DB_INT(a->db, 0, &own, err,
               "SELECT 1 FROM chat_out WHERE via = :via AND chat_id = :chat"
               " AND message_id = :message AND slot LIKE 'alert:%'",
               B_TEXT(":via", a->via), B_INT(":chat", a->u->chat_id),
               B_INT(":message", a->u->message_id)))
        return -1;
    *ret = own != 0;
    return 0;
}

static int confirm(struct ask *a, const struct alert *alert, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct alert_muted muted;
    char when[TEXT_SHORT];
    bool shown;
    if (is_shown(a, &shown, err))
        return -1;
    if (shown)
        return 0;
    if (alert_muted(a->db, alert, a->u->chat_id, a->now, &muted, err))
        return -1;
    if (!muted.on)
        TEXT_ADD(&m, a->lang, TEXT_MUTE_OFF);
    else if (muted.until)
        TEXT_ADD(&m, a->lang, TEXT_ALERT_MUTED_UNTIL,
                 T_TEXT("time", text_clock(when, a->lang, muted.until, a->now)));
    else
        TEXT_ADD(&m, a->lang, TEXT_ALERT_MUTED_FIXED);
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_ALERTS, "alerts");
    return ask_reply(a, &m, &b, NULL, err);
}

static int run(struct ask *a, struct err *err)
{
    const char *args = a->args, *number = ask_word(a, &args), *how = ask_word(a, &args);
    struct alert *alert;
    int64_t id;
    int bad;
    bool hour = !how || !strcmp(how, "1h"), fixed = how && !strcmp(how, "fixed");
    bool off = how && !strcmp(how, "off");
    if (!number || !base_parse_i64(number, 1, INT64_MAX, &id) || (!hour && !fixed && !off))
        return say(a, TEXT_MUTE_HOW, 0, err);
    if (alerts_get(a->db, id, a->arena, &alert, err))
        return -1;
    if (!alert)
        return say(a, TEXT_ALERT_UNKNOWN, id, err);
    if (!alert->open)
        return say(a, TEXT_MUTE_OVER, id, err);
    if (off)
        bad = alert_unmute(a->db, alert, a->u->chat_id, err);
    else
        bad = alert_mute(a->db, alert, a->u->chat_id, hour ? a->now + HOUR_MS : 0, ask_actor(a),
                         a->now, err);
    return bad || alerts_touch(a->db, id, a->now, err) || confirm(a, alert, err) ? -1 : 0;
}

const struct command cmd_mute = {"mute", "N [1h | fixed | off]", TEXT_CMD_MUTE, ROLE_ADMIN, false,
                                 run};
