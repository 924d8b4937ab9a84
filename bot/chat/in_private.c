#include "bot/chat/in_private.h"

#include "bot/chat/groups.h"
#include "bot/deep_links.h"

#include <string.h>

#define PREFIX "ask-" /* the number of the update follows */

/* A press has no room for a link; what followed another link has one of its own. */
static int add_way(struct ask *a, struct buttons *b, struct err *err)
{
    AUTO_BUF label = BUF_INIT(256);
    const char *url, *payload = a->follow ? deep_link_of(a->follow, a->arena) : NULL;
    if (!payload)
        payload = arena_printf(a->arena, PREFIX "%lld", (long long)a->update);
    if (deep_link_address(a->db, a->via, payload, a->arena, &url, err))
        return -1;
    if (url)
        buttons_url(b, TEXT_PLAIN(&label, a->lang, TEXT_BTN_IN_PRIVATE), url);
    return 0;
}

/* "undo 7": what to write there. Other arguments are a button's own, or somebody's name. */
static const char *to_write(struct ask *a, const struct command *c)
{
    bool numbers = *a->args && a->args[strspn(a->args, "0123456789 ")] == '\0';
    return numbers ? arena_printf(a->arena, "%s %s", c->name, a->args) : c->name;
}

static int say_where(struct ask *a, const struct command *c, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    AUTO_BUF text = BUF_INIT(1024);
    if (a->u->kind == UPDATE_PRESS)
        return ask_answer(a,
                          TEXT_PLAIN(&text, a->lang, TEXT_IN_PRIVATE_PRESS,
                                     T_TEXT("name", to_write(a, c))),
                          err);
    TEXT_ADD(&m, a->lang, TEXT_IN_PRIVATE, T_TEXT("name", to_write(a, c)));
    return add_way(a, &b, err) ? -1 : ask_reply(a, &m, &b, NULL, err);
}

int in_private_withheld(struct ask *a, const struct command *c, bool *ret, struct err *err)
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

/* Only who asked it is answered: anybody in the group can press the link, and a link can be made up
 * to make somebody else say what they never said. */
int in_private_question(struct ask *a, const char *payload, const char **ret, struct err *err)
{
    struct chat_update u;
    char name[COMMAND_NAME_BYTES];
    const char *args, *slot;
    int64_t id;
    bool found;
    *ret = NULL;
    if (strncmp(payload, PREFIX, strlen(PREFIX)) != 0 ||
        !base_parse_i64(payload + strlen(PREFIX), 1, INT64_MAX, &id))
        return 0;
    if (chatbox_get(a->db, a->via, id, a->arena, &u, &found, err))
        return -1;
    if (found && u.kind == UPDATE_MESSAGE && u.user_id == a->u->user_id && !u.is_private &&
        !u.forwarded && u.text && command_parse(u.text, false, name, a->arena, &args, &slot) &&
        groups_personal(name))
        *ret = arena_printf(a->arena, "/%s%s%s", name, *args ? " " : "", args);
    return 0;
}
