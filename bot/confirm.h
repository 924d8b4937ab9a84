/* confirm.h: «точно?» before a dangerous thing is done: asked of one person, under one message,
 * good for ten minutes. Above [telegram] second_admin_above changes another admin has to say so
 * too.
 *
 * A command that is dangerous looks whether confirm_given; if not, it asks and does nothing. Once
 * all have said yes, it is run again, for the one who asked, in the message of the question. Within
 * a command's call. */
#ifndef BOT_CONFIRM_H
#define BOT_CONFIRM_H

#include "bot/ask.h"

struct confirm_question {
    const char *command;          /* as a button's data says it, without a slot: "undo 7" */
    const char *what[LANG_COUNT]; /* in words: «отменить прогон 7» */
    const char *doing[LANG_COUNT]; /* said once it is confirmed, «Отменяю прогон 7»; NULL: what */
    int64_t size;                  /* how many changes */
    enum text_id yes;              /* the button's label */
};

/* The command at hand runs because it was confirmed, in time. */
bool confirm_given(const struct ask *a);
/* … because its button was pressed too late: what it asks now, it asks again. */
bool confirm_late(const struct ask *a);

/* Writes the question down and adds to a message in `slot` what the buttons are worth and the
 * buttons. The message itself is the caller's, with what will be done. */
int confirm_add(struct ask *a, const struct confirm_question *q, const char *slot, struct msg *m,
                struct buttons *b, struct err *err);
/* The whole of it: «Точно …?», said in `slot`. */
int confirm_ask(struct ask *a, const struct confirm_question *q, const char *slot, struct err *err);

/* An admin who begins to talk to the bot is asked what waits for a second admin: they could not be
 * written to before. Says nothing to others, and nothing when nothing waits. */
int confirm_show_waiting(struct ask *a, struct err *err);

/* ---- for the button itself (cmd_confirm.c) */

/* So many changes take a second admin. */
bool confirm_wants_second(const struct bot *bot, const struct confirmation *c);
/* The Telegram ids of the admins but for the one who asked; in the arena. */
int confirm_others(struct ask *a, const struct confirmation *c, const int64_t **ret, size_t *ret_n,
                   struct err *err);

#endif
