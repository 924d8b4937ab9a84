/* edit_asked.h: a small edit from a record's card: the question, the answer (pressed or written),
 * and taking it back. Each answer and its effect are one transaction, and a second press of the
 * same button changes nothing. Within a command's call. */
#ifndef BOT_EDIT_ASKED_H
#define BOT_EDIT_ASKED_H

#include "bot/ask.h"
#include "store/chat/edits.h"

/* Asks what the field shall say, with buttons, or for words; or says why it cannot be changed. The
 * person may see the whole record. note: said above it, or NULL. */
int edit_ask(struct ask *a, const char *entity, const char *id, const char *field, struct msg *note,
             struct err *err);

/* The answer: a code, a record's id, words; "" to make it empty. */
int edit_answer(struct ask *a, const struct edit *e, const char *text, struct err *err);
int edit_undo(struct ask *a, const struct edit *e, struct err *err);
/* They leave it as it is. */
int edit_leave(struct ask *a, const struct edit *e, struct err *err);
/* Starts the pushes that carry it. */
int edit_send(struct ask *a, const struct edit *e, struct err *err);

/* A message that is no command: is it the answer to a question of this person in this chat? Then it
 * is dealt with, and *ret_taken. */
int edit_typed(struct ask *a, bool *ret_taken, struct err *err);

#endif
