#include "bot/contact.h"

#include "bot/command.h"
#include <string.h>

#define NAMES_MAX 12

/* What belongs together, the usual first. */
struct topic {
    enum text_id head;
    const char *names[NAMES_MAX];
};

static const struct topic topics[] = {
    {TEXT_HELP_SYNC, {"sync", "preview", "cancel", "runs", "run", "undo", "pause", "resume"}},
    {TEXT_HELP_RECORDS, {"find", "card", "why", "history", "deleted"}},
    {TEXT_HELP_WAITING, {"invalid", "conflicts"}},
    {TEXT_HELP_WATCH, {"status", "stats", "health", "queue", "schedule", "alerts"}},
    {TEXT_HELP_ROLES, {"roles", "grant", "revoke", "bind", "unbind"}},
    {TEXT_HELP_SELF, {"version", "backup", "log", "cursor"}},
    {TEXT_HELP_YOU, {"start", "menu", "id", "lang", "help"}},
};

static bool has_topic(const struct command *c)
{
    for (size_t i = 0; i < ARRAY_LEN(topics); i++)
        for (size_t k = 0; k < NAMES_MAX && topics[i].names[k]; k++)
            if (!strcmp(topics[i].names[k], c->name))
                return true;
    return false;
}

/* The word in their language; itself where it is typed so in any. */
static const char *arg_word(struct ask *a, const char *english)
{
    for (int id = 0; id < TEXT_COUNT; id++) {
        if (!strncmp(text_name((enum text_id)id), "ARG_", 4) &&
            !strcmp(text_template(LANG_EN, (enum text_id)id), english))
            return text_template(a->lang, (enum text_id)id);
    }
    return english;
}

/* "[flow|mine]": words, and what stands between them. */
static void add_args(struct ask *a, const char *args, struct msg *m)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    for (const char *p = args; *p;) {
        size_t word = strspn(p, letters), between = strcspn(p + word, letters);
        if (word)
            msg_text(m, arg_word(a, arena_strndup(a->arena, p, word)));
        msg_text(m, arena_strndup(a->arena, p + word, between));
        p += word + between;
    }
}

static void add_line(struct ask *a, const struct command *c, struct msg *m)
{
    msg_html(m, "\n/");
    msg_text(m, c->name);
    if (*c->args) {
        msg_html(m, " ");
        add_args(a, c->args, m);
    }
    msg_html(m, " — ");
    TEXT_ADD(m, a->lang, c->help);
}

static void add_topic(struct ask *a, const struct topic *t, struct msg *m)
{
    bool any = false;
    for (size_t i = 0; i < NAMES_MAX && t->names[i]; i++) {
        const struct command *c = command_find(a->commands, t->names[i]);
        if (!c || !command_allowed(a->rights, c))
            continue;
        if (!any) {
            msg_html(m, "\n\n<b>");
            TEXT_ADD(m, a->lang, t->head);
            msg_html(m, "</b>");
        }
        any = true;
        add_line(a, c, m);
    }
}

/* Nobody types these as long as there is a button. */
static void add_buttons_own(struct ask *a, struct msg *m)
{
    bool any = false;
    for (size_t i = 0; i < a->commands->n; i++) {
        if (has_topic(a->commands->list[i]) || !command_allowed(a->rights, a->commands->list[i]))
            continue;
        if (!any) {
            msg_html(m, "\n\n");
            TEXT_ADD(m, a->lang, TEXT_HELP_BUTTONS);
        }
        msg_html(m, any ? ", /" : " /");
        msg_text(m, a->commands->list[i]->name);
        any = true;
    }
}

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    if (a->rights->role == ROLE_ANYONE)
        return contact_invite(a, err);
    bool syncs = command_open(a, "sync");
    TEXT_ADD(&m, a->lang, TEXT_HELP_HEAD);
    for (size_t i = 0; i < ARRAY_LEN(topics); i++)
        add_topic(a, &topics[i], &m);
    add_buttons_own(a, &m);
    msg_html(&m, "\n\n");
    TEXT_ADD(&m, a->lang, syncs ? TEXT_HELP_NEXT : TEXT_HELP_NEXT_CARD);
    if (syncs)
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_SYNC, "sync");
    if (command_open(a, "status"))
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_STATUS, "status");
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_MENU_BACK, "menu");
    return ask_reply(a, &m, &b, NULL, err);
}

const struct command cmd_help = {"help", "", TEXT_CMD_HELP, ROLE_ANYONE, true, run};
