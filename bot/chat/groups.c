#include "bot/chat/groups.h"

#include "bot/command.h"
#include "bot/deep_links.h"
#include "store/base/json.h"

#include <string.h>

#define MEMORY ((size_t)1 << 20)

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

/* ---------------------------------------------------------------- buttons that lead elsewhere */

/* What is done, and not shown, has no address: the screen that its button stands on has. */
static const char *screen_of(const char *name)
{
    return !strcmp(name, "undo") ? "run" : !strcmp(name, "apply") ? "plan" : name;
}

/* The payload of what a button shows, where that is about people; else NULL. */
static const char *payload_of(const char *data, struct arena *arena)
{
    char name[COMMAND_NAME_BYTES];
    const char *args, *slot;
    if (!data || !command_parse(data, true, name, arena, &args, &slot) || !groups_personal(name))
        return NULL;
    return deep_link_of(arena_printf(arena, "%s%s%s", screen_of(name), *args ? " " : "", args),
                        arena);
}

static int turn(struct db *db, const char *via, cJSON *button, struct arena *arena, struct err *err)
{
    const char *payload = payload_of(json_text(button, "data"), arena), *url = NULL;
    if (payload && deep_link_address(db, via, payload, arena, &url, err))
        return -1;
    if (!url)
        return 0;
    cJSON_DeleteItemFromObjectCaseSensitive(button, "data");
    return cJSON_AddStringToObject(button, "url", url)
               ? 0
               : err_set(err, ERR_LOCAL, "no memory for a button");
}

int groups_turn(const struct bot *bot, struct db *db, const char *via, int64_t chat_id,
                struct buttons *b, struct err *err)
{
    AUTO_ARENA *arena = arena_new(MEMORY);
    AUTO_JSON *tree = NULL;
    bool may = true;
    const char *json = chat_id > 0 ? NULL : buttons_json(b);
    if (!json)
        return 0;
    if (groups_may_show(bot, db, via, chat_id, &may, err))
        return -1;
    if (may)
        return 0;
    if (json_parse(json, strlen(json), &tree, err))
        return -1;
    for (cJSON *row = tree->child; row; row = row->next) {
        for (cJSON *button = row->child; button; button = button->next) {
            if (turn(db, via, button, arena, err))
                return -1;
        }
    }
    AUTO_FREE char *text = cJSON_PrintUnformatted(tree);
    if (!text)
        return err_set(err, ERR_LOCAL, "no memory for buttons");
    buttons_replace(b, text);
    return 0;
}
