/* ask.h: one thing that a person asked for, while it is dealt with, and what a command may do with
 * it: answer, take words from it, ask what the person may do.
 *
 * Lives for the call, in the worker of the chat lane, inside one transaction that also holds the
 * reply and marks the update as dealt with: each command has its effect exactly once. */
#ifndef BOT_ASK_H
#define BOT_ASK_H

#include "bot/bot.h"
#include "bot/rights.h"
#include "store/chat/chatbox.h"
#include "store/chat/confirmations.h"
#include "store/chat/people.h"

struct command_table;

/* One thing a person asked: all a command needs. */
struct ask {
    const struct bot *bot;
    const struct command_table *commands; /* NULL in the shell */
    struct db *db;                        /* in a transaction */
    struct arena *arena;
    const char *via;
    int64_t update; /* the row of chat_in */
    const struct chat_update *u;
    const struct chat_user *user; /* never NULL */
    enum role role; /* what counts for this command: for everything, or for the teams of `rights` */
    const struct rights *rights; /* never NULL */
    enum role need;              /* what the command takes */
    enum lang lang;
    const char *args; /* what follows the command, trimmed */
    const char *slot; /* the message to renew when a button under it was pressed, or NULL */
    const struct confirmation *confirmed; /* bot/confirm.h: this command was confirmed, or NULL */
    int64_t now;
    const char *follow; /* set by a command: the line of a button, or "/…" as somebody types it, to
                           run in its place */
    bool queued;        /* set by a command that gave the pool something to do */
    const char *said;   /* the slot of the last reply; NULL: none, or a message of its own */
};

/* Says m (and buttons, or NULL) in the chat of a. slot NULL: a message of its own. */
int ask_reply(struct ask *a, struct msg *m, struct buttons *b, const char *slot, struct err *err);

/* Answers the press at hand: text is shown for a moment, "" only stops the spinner. Commands do not
 * need it, every press is answered before they run. */
int ask_answer(struct ask *a, const char *text, struct err *err);

/* May they act on that team, or on that record, with the role that the command takes? A command
 * that asks this of all it shows and changes stands in rights_by_team; for the others a role that
 * is limited to a team does not count. */
bool ask_may_team(struct ask *a, const char *team_id);

int ask_may_record(struct ask *a, const char *entity, const char *id, bool *ret, struct err *err);

/* Says that this record belongs to another team than theirs. */
int ask_refuse_record(struct ask *a, struct err *err);

/* Says that this takes a role for everything, theirs being limited to a team. */
int ask_refuse_whole(struct ask *a, struct err *err);

/* The names of the teams that their role is limited to, "Кухня, Склад"; "" for none. */
const char *ask_teams(struct ask *a);

/* Fills in who a->u->user_id is by now: user, rights, role, lang. */
int ask_person(struct ask *a, struct err *err);

/* A slot for a list with pages: the pressed one's, else a new one for this command. The buttons
 * carry it as " @…", so that a page replaces the page. */
const char *ask_slot(struct ask *a, const char *name);

/* The next word of *args, or NULL; moves past it. In the arena. */
char *ask_word(struct ask *a, const char **args);

/* The ids a person is addressed by in a log or an actor column: "telegram:1001". */
const char *ask_actor(struct ask *a);

#endif
