#include "bot/card.h"
#include "bot/cmd/edit_asked.h"
#include "bot/command.h"
#include "store/base/uuid.h"

#include <string.h>

/* "ID FIELD" asks; "N VALUE", "N clear", "N no", "N undo", "N send" answer the question N. */

static int say(struct ask *a, enum text_id text, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    TEXT_ADD(&m, a->lang, text);
    return ask_reply(a, &m, NULL, NULL, err);
}

static int begin(struct ask *a, const char *id, const char *field, struct err *err)
{
    const char *entity;
    bool may, known = false;
    if (card_entity(a, id, &entity, err))
        return -1;
    for (size_t i = 0; entity && card_editable(entity, i); i++)
        known = known || str_eq(card_editable(entity, i), field);
    if (!entity)
        return say(a, TEXT_CARD_GONE, err);
    if (!known)
        return say(a, TEXT_SET_HOW, err);
    if (ask_may_record(a, entity, id, &may, err))
        return -1;
    return may ? edit_ask(a, entity, id, field, NULL, err) : ask_refuse_record(a, err);
}

static int answer(struct ask *a, int64_t id, const char *what, struct err *err)
{
    struct edit *e;
    bool may;
    if (edits_get(a->db, id, a->arena, &e, err))
        return -1;
    if (!e)
        return say(a, TEXT_SET_UNKNOWN, err);
    if (ask_may_record(a, e->entity, e->local_id, &may, err))
        return -1;
    if (!may)
        return ask_refuse_record(a, err);
    if (str_eq(what, "send"))
        return edit_send(a, e, err);
    if (strcmp(e->via, a->via) != 0 || e->user_id != a->u->user_id)
        return say(a, TEXT_SET_NOT_YOURS, err);
    if (str_eq(what, "undo"))
        return edit_undo(a, e, err);
    if (!*what || str_eq(what, "no"))
        return edit_leave(a, e, err);
    return edit_answer(a, e, str_eq(what, "clear") ? "" : what, err);
}

static int run(struct ask *a, struct err *err)
{
    char id[UUID_LEN + 1];
    int64_t number;
    const char *rest = a->args, *first = ask_word(a, &rest);
    rest += strspn(rest, " ");
    if (first && uuid_read(first, id))
        return begin(a, id, rest, err);
    if (first && base_parse_i64(first, 1, INT64_MAX, &number))
        return answer(a, number, rest, err);
    return say(a, TEXT_SET_HOW, err);
}

const struct command cmd_set = {"set", "ID FIELD", TEXT_CMD_SET, ROLE_ORGANIZER, false, run};
