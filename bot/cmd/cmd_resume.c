#include "bot/cmd/hold_asked.h"
#include "bot/cmd/record_asked.h"
#include "bot/command.h"
#include "store/pauses.h"

/* Without a name it lists what stands still, with a button for each: /pause does. */
extern const struct command cmd_pause;

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct named *one;
    const char *rest;
    bool was;
    struct hold_asked hold;
    if (!*a->args)
        return cmd_pause.run(a, err);
    hold_asked(a, &hold);
    if (hold.name)
        return hold_release(a, &hold, err);
    if (record_asked(a, "resume", TEXT_RECORD_WHICH, &one, &rest, err))
        return -1;
    if (!one)
        return 0;
    if (pauses_clear(a->db, one->entity, one->id, &was, err))
        return -1;
    TEXT_ADD(&m, a->lang, was ? TEXT_RESUME_DONE : TEXT_RESUME_NOT, T_TEXT("name", one->name));
    if (was)
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_SYNC, "sync");
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_PAUSED, "pause");
    return ask_reply(a, &m, &b, NULL, err);
}

const struct command cmd_resume = {"resume", "[NAME]", TEXT_CMD_RESUME, ROLE_ORGANIZER, false, run};
