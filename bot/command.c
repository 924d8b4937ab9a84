#include "bot/command.h"

#include "store/base/utf8.h"

#include <string.h>

static bool name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool command_parse(const char *text, bool is_button, char name[COMMAND_NAME_BYTES],
                   struct arena *arena, const char **ret_args, const char **ret_slot)
{
    size_t n = 0;
    text += strspn(text, " \t\n");
    if (!is_button && *text++ != '/')
        return false;
    while (n < COMMAND_NAME_BYTES && name_char(text[n]))
        n++;
    if (!n || n == COMMAND_NAME_BYTES)
        return false;
    for (size_t i = 0; i < n; i++)
        name[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
    name[n] = '\0';
    text += n;
    if (!is_button && *text == '@')
        text += strcspn(text, " \t\n");
    if (*text && !strchr(" \t\n", *text))
        return false;
    text += strspn(text, " \t\n");
    char *args = arena_strdup(arena, text);
    size_t len = strlen(args);
    while (len && strchr(" \t\n", args[len - 1]))
        args[--len] = '\0';
    *ret_slot = NULL;
    char *at = is_button ? strrchr(args, '@') : NULL;
    if (at && (at == args || at[-1] == ' ')) {
        *ret_slot = at + 1;
        *(at == args ? at : at - 1) = '\0';
    }
    *ret_args = args;
    return true;
}

const struct command *command_find(const struct command_table *t, const char *name)
{
    for (size_t i = 0; i < t->n; i++) {
        if (!strcmp(t->list[i]->name, name))
            return t->list[i];
    }
    return NULL;
}

const char *command_suggest(const struct command_table *t, const char *name, enum role role)
{
    const char *best = NULL;
    unsigned nearest = 3;
    for (size_t i = 0; i < t->n; i++) {
        unsigned d = utf8_distance(t->list[i]->name, name);
        if (t->list[i]->role <= role && d < nearest && d < utf8_length(t->list[i]->name)) {
            nearest = d;
            best = t->list[i]->name;
        }
    }
    return best;
}

bool command_allowed(const struct rights *r, const struct command *c)
{
    return (rights_by_team(c->name) ? r->role : r->whole) >= c->role;
}

bool command_may(struct ask *a, const struct command *c)
{
    a->need = c->role;
    a->role = rights_by_team(c->name) ? a->rights->role : a->rights->whole;
    return a->role >= c->role;
}

bool command_open(struct ask *a, const char *line)
{
    char name[COMMAND_NAME_BYTES];
    const char *args, *slot;
    if (!a->commands) /* in the shell */
        return false;
    if (!command_parse(line, true, name, a->arena, &args, &slot))
        return false;
    const struct command *c = command_find(a->commands, name);
    return c && command_allowed(a->rights, c);
}
