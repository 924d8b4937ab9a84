#include "bot/card.h"
#include "bot/command.h"
#include "bot/contact.h"
#include "bot/rights.h"
#include "store/base/uuid.h"

/* Any other words are a name to be found. */
extern const struct command cmd_find;

static int say(struct ask *a, enum text_id text, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    TEXT_ADD(&m, a->lang, text);
    return ask_reply(a, &m, NULL, NULL, err);
}

static int run(struct ask *a, struct err *err)
{
    char id[UUID_LEN + 1];
    const char *rest = a->args, *first = ask_word(a, &rest), *entity;
    const struct binding *me = a->rights->bound;
    bool organizer = a->rights->role >= ROLE_ORGANIZER;
    if (!first) {
        if (me && me->live)
            return card_show(a, "person", me->person_id, NULL, err);
        return organizer ? say(a, TEXT_CARD_HOW, err) : contact_ask(a, TEXT_CARD_NOBODY, err);
    }
    if (!uuid_read(first, id))
        return organizer ? cmd_find.run(a, err) : say(a, TEXT_CARD_NOT_YOURS, err);
    if (card_entity(a, id, &entity, err))
        return -1;
    return entity ? card_show(a, entity, id, NULL, err) : say(a, TEXT_CARD_GONE, err);
}

const struct command cmd_card = {"card", "[NAME]", TEXT_CMD_CARD, ROLE_PARTICIPANT, true, run};
