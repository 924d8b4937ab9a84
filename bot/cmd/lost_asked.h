/* lost_asked.h: a person's word on an insert whose answer was lost, for /there and /again. Within a
 * command's call. */
#ifndef BOT_LOST_ASKED_H
#define BOT_LOST_ASKED_H

#include "bot/ask.h"

/* a->args is the number of the intent, which the buttons of /invalid carry. there: the row was
 * made; else it is to be made once more. Answers the person either way. */
int lost_asked(struct ask *a, bool there, struct err *err);

#endif
