#include "bot/contact.h"

#include "store/base/log.h"
#include "sync/normalise.h"

#include <string.h>

#define PARTS_MAX 10

int contact_by_username(struct ask *a, struct err *err)
{
    struct binding *b;
    enum binding_found found;
    const char *id;
    bool taken;
    if (!a->u->username || !*a->u->username)
        return 0;
    if (bindings_get(a->db, a->via, a->u->user_id, a->arena, &b, err))
        return -1;
    if (b && b->live)
        return 0;
    if (bindings_by_username(a->db, a->u->username, a->arena, &found, &id, err))
        return -1;
    if (found != FOUND_ONE || (b && !strcmp(b->person_id, id)))
        return 0;
    const struct binding new = {.via = a->via,
                                .user_id = a->u->user_id,
                                .person_id = id,
                                .how = BOUND_USERNAME};
    return bindings_set(a->db, &new, ask_actor(a), a->now, &taken, err);
}

/* ---------------------------------------------------------------- a shared contact */

/* Telegram leaves the plus out, and people write their numbers as they like: the store's own rules
 * make them one. */
static const char *as_stored(struct ask *a, const char *text)
{
    const struct entity *e = model_entity("person");
    const struct cell cell = {.kind = CELL_TEXT, .text = text};
    struct value v = V_NULL;
    int at = model_field(e, "phone");
    if (at < 0 || !normalise_cell(&e->fields[at], &cell, NULL, NULL, a->arena, &v) ||
        v.kind != VAL_TEXT)
        return "";
    return v.s;
}

static int find_by_phone(struct ask *a, const char *phone, enum binding_found *ret,
                         const char **ret_id, struct err *err)
{
    if (bindings_by_phone(a->db, phone, a->arena, ret, ret_id, err))
        return -1;
    if (*ret != FOUND_NOBODY || *phone == '+' || !*phone)
        return 0;
    return bindings_by_phone(a->db, arena_printf(a->arena, "+%s", phone), a->arena, ret, ret_id,
                             err);
}

static int say_not(struct ask *a, enum text_id why, const char *phone, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    log_event(LOG_INFO, "a contact binds nobody", "user", ask_actor(a), "why", text_name(why),
              NULL);
    TEXT_ADD(&m, a->lang, why, T_TEXT("phone", phone), T_ID("id", a->u->user_id));
    return ask_reply(a, &m, NULL, NULL, err);
}

static int welcome(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    if (ask_person(a, err) ||
        people_role_changed(a->db, a->via, a->u->user_id, a->rights->role, a->now, err) ||
        contact_hello(a, &m, err))
        return -1;
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_MENU_CARD, "card");
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_HELP, "help");
    return ask_reply(a, &m, &b, NULL, err);
}

/* A number proves more than a username, so what was bound by one gives way; a word of an admin does
 * not. */
int contact_shared(struct ask *a, struct err *err)
{
    const char *phone = as_stored(a, a->u->contact), *id;
    const struct binding *was = a->rights->bound;
    enum binding_found found;
    bool taken;
    if (was && was->live && was->how == BOUND_HAND)
        return welcome(a, err);
    if (find_by_phone(a, phone, &found, &id, err))
        return -1;
    if (found != FOUND_ONE)
        return was && was->live
                   ? welcome(a, err)
                   : say_not(a, found == FOUND_NOBODY ? TEXT_CONTACT_NOBODY : TEXT_CONTACT_SEVERAL,
                             phone, err);
    const struct binding new = {.via = a->via,
                                .user_id = a->u->user_id,
                                .person_id = id,
                                .how = BOUND_PHONE};
    if (bindings_set(a->db, &new, ask_actor(a), a->now, &taken, err) ||
        (!taken && ask_person(a, err)))
        return -1;
    if (taken)
        return say_not(a, TEXT_CONTACT_TAKEN, phone, err);
    if (!a->rights->bound->live)
        return say_not(a, TEXT_CONTACT_BANNED, phone, err);
    return welcome(a, err);
}

/* ---------------------------------------------------------------- what they are told */

int contact_ask(struct ask *a, enum text_id text, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    TEXT_ADD(&m, a->lang, text, T_ID("id", a->u->user_id));
    if (a->u->is_private)
        buttons_contact(&b, text_template(a->lang, TEXT_BTN_CONTACT));
    return ask_reply(a, &m, a->u->is_private ? &b : NULL, NULL, err);
}

int contact_of_another(struct ask *a, struct err *err)
{
    log_event(LOG_INFO, "a contact binds nobody", "user", ask_actor(a), "why",
              text_name(TEXT_CONTACT_OF_ANOTHER), NULL);
    return contact_ask(a, TEXT_CONTACT_OF_ANOTHER, err);
}

int contact_invite(struct ask *a, struct err *err)
{
    return contact_ask(a, a->u->is_private ? TEXT_CONTACT_INVITE : TEXT_START_STRANGER, err);
}

int contact_hello(struct ask *a, struct msg *m, struct err *err)
{
    const struct binding *b = a->rights->bound;
    struct part_taken *parts = NULL;
    size_t n = 0;
    int year = a->bot->cfg->year;
    bool leads = false;
    TEXT_ADD(m, a->lang, TEXT_BOUND_HELLO,
             T_TEXT("name", b->first_name && *b->first_name ? b->first_name : b->name));
    if (year && bindings_parts(a->db, b->person_id, year, PARTS_MAX, a->arena, &parts, &n, err))
        return -1;
    msg_html(m, "\n");
    if (year && !n)
        TEXT_ADD(m, a->lang, TEXT_BOUND_NO_PART, T_ID("year", year));
    for (size_t i = 0; i < n; i++) {
        msg_html(m, i ? "\n" : "");
        TEXT_ADD(m, a->lang, TEXT_BOUND_PART, T_TEXT("team", parts[i].team),
                 T_TEXT("role", parts[i].role), T_TEXT("status", parts[i].status));
    }
    for (size_t i = 0; i < a->rights->n; i++)
        leads = leads || a->rights->list[i].from == RIGHT_LEADS;
    msg_html(m, "\n");
    if (leads && *ask_teams(a)) {
        TEXT_ADD(m, a->lang, TEXT_BOUND_LEADS, T_TEXT("teams", ask_teams(a)));
        msg_html(m, "\n");
    }
    TEXT_ADD(m, a->lang, TEXT_BOUND_NEXT);
    return 0;
}
