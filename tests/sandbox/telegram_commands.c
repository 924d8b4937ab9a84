/* telegram_commands.c: the command menu: lists of commands by scope and language. */
#include "tests/sandbox/telegram.h"
#include "tests/sandbox/util.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a scope has to name besides its type. */
struct scope_kind {
    const char *type;
    bool chat, user;
};

static const struct scope_kind scope_kinds[] = {
    {"default", false, false},
    {"all_private_chats", false, false},
    {"all_group_chats", false, false},
    {"all_chat_administrators", false, false},
    {"chat", true, false},
    {"chat_administrators", true, false},
    {"chat_member", true, true},
};

/* The scope of the call in one spelling, malloc'd; NULL: answered with an error. */
static char *take_scope(struct tg_call *c)
{
    const cJSON *scope = cJSON_GetObjectItemCaseSensitive(c->params, "scope");
    const char *type =
        scope ? cJSON_GetObjectItemCaseSensitive(scope, "type")->valuestring : "default";
    const cJSON *chat = cJSON_GetObjectItemCaseSensitive(scope, "chat_id");
    const cJSON *user = cJSON_GetObjectItemCaseSensitive(scope, "user_id");
    const struct scope_kind *kind = NULL;
    for (size_t i = 0; i < COUNT_OF(scope_kinds); i++)
        if (strcmp(scope_kinds[i].type, type) == 0)
            kind = &scope_kinds[i];
    if (!kind) {
        tg_bad(c, "can't parse BotCommandScope: Unsupported type specified");
        return NULL;
    }
    if (kind->chat != (chat != NULL) || kind->user != (user != NULL)) {
        tg_bad(c, "can't parse BotCommandScope: wrong fields for a scope of type %s", kind->type);
        return NULL;
    }
    int64_t chat_id = 0;
    if (chat && cJSON_IsString(chat)) {
        if (!tg_parse_int(chat->valuestring, &chat_id))
            chat_id = 0;
    } else if (chat) {
        chat_id = (int64_t)chat->valuedouble;
    }
    if (chat && !tg_chat_find(c->t, chat_id)) {
        tg_fail(c, 400, "Bad Request: chat not found");
        return NULL;
    }
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "type", kind->type);
    if (chat)
        cJSON_AddNumberToObject(json, "chat_id", (double)chat_id);
    if (user)
        cJSON_AddNumberToObject(json, "user_id", user->valuedouble);
    char *text = cJSON_PrintUnformatted(json);
    cJSON_Delete(json);
    return text;
}

static bool check_language(struct tg_call *c, const char *language)
{
    if (!*language || (strlen(language) == 2 && islower((unsigned char)language[0]) &&
                       islower((unsigned char)language[1])))
        return true;
    tg_bad(c, "invalid language code specified");
    return false;
}

static bool check_commands(struct tg_call *c, const cJSON *commands)
{
    if (cJSON_GetArraySize(commands) > 100) {
        tg_bad(c, "BOT_COMMANDS_TOO_MUCH");
        return false;
    }
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, commands)
    {
        const char *name = cJSON_GetObjectItemCaseSensitive(item, "command")->valuestring;
        const char *text = cJSON_GetObjectItemCaseSensitive(item, "description")->valuestring;
        name += *name == '/';
        size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
        if (!len || len > 32 || name[len]) {
            tg_bad(c, "BOT_COMMAND_INVALID");
            return false;
        }
        if (!*text || utf16_length(text) > 256) {
            tg_bad(c, "BOT_COMMAND_DESCRIPTION_INVALID");
            return false;
        }
    }
    return true;
}

static struct tg_menu *find_menu(struct telegram *t, const char *scope, const char *language)
{
    for (size_t i = 0; i < t->n_menus; i++)
        if (strcmp(t->menus[i].scope, scope) == 0 && strcmp(t->menus[i].language, language) == 0)
            return &t->menus[i];
    return NULL;
}

/* Takes commands. */
static bool set_menu(struct tg_call *c, const char *scope, const char *language, cJSON *commands)
{
    struct tg_menu *menu = find_menu(c->t, scope, language);
    if (!menu) {
        if (c->t->n_menus == TG_MENUS_MAX) {
            cJSON_Delete(commands);
            tg_fail(c, 500, "Internal Server Error: the sandbox keeps %u menus", TG_MENUS_MAX);
            return false;
        }
        menu = &c->t->menus[c->t->n_menus++];
        menu->scope = sb_dup(scope);
        snprintf(menu->language, sizeof menu->language, "%s", language);
    }
    cJSON_Delete(menu->commands);
    menu->commands = commands;
    return true;
}

static void remove_menu(struct telegram *t, struct tg_menu *menu)
{
    free(menu->scope);
    cJSON_Delete(menu->commands);
    *menu = t->menus[--t->n_menus];
    t->menus[t->n_menus] = (struct tg_menu){0};
}

enum menu_action { MENU_SET, MENU_DELETE, MENU_GET };

static void run_menu(struct tg_call *c, enum menu_action action)
{
    const char *language = tg_str(c, "language_code") ? tg_str(c, "language_code") : "";
    const cJSON *commands = cJSON_GetObjectItemCaseSensitive(c->params, "commands");
    if (!check_language(c, language) || (commands && !check_commands(c, commands)))
        return;
    char *scope = take_scope(c);
    if (!scope)
        return;
    struct tg_menu *menu = find_menu(c->t, scope, language);
    bool empty = action == MENU_DELETE || (action == MENU_SET && !commands->child);
    if (action == MENU_GET) {
        tg_ok(c, menu ? cJSON_Duplicate(menu->commands, true) : cJSON_CreateArray());
    } else {
        bool ok = true;
        if (empty && menu)
            remove_menu(c->t, menu);
        else if (!empty)
            ok = set_menu(c, scope, language, cJSON_Duplicate(commands, true));
        if (ok) {
            tg_changed(c->sb);
            tg_ok(c, cJSON_CreateTrue());
        }
    }
    free(scope);
}

void tg_run_set_commands(struct tg_call *c)
{
    run_menu(c, MENU_SET);
}

void tg_run_delete_commands(struct tg_call *c)
{
    run_menu(c, MENU_DELETE);
}

void tg_run_get_commands(struct tg_call *c)
{
    run_menu(c, MENU_GET);
}

cJSON *tg_menus_json(const struct telegram *t)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < t->n_menus; i++) {
        cJSON *json = cJSON_CreateObject();
        cJSON_AddItemToObject(json, "scope", cJSON_Parse(t->menus[i].scope));
        cJSON_AddStringToObject(json, "language_code", t->menus[i].language);
        cJSON_AddItemToObject(json, "commands", cJSON_Duplicate(t->menus[i].commands, true));
        cJSON_AddItemToArray(list, json);
    }
    return list;
}
