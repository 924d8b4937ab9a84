/* hold_asked.h: a flow, a cycle or a remote that /pause and /resume name, beside records. Within a
 * command's call. */
#ifndef BOT_HOLD_ASKED_H
#define BOT_HOLD_ASKED_H

#include "bot/ask.h"

struct hold_asked {
    const char *name;  /* as the configuration says it; NULL: a->args name none of these */
    const char *title; /* as people say it */
    int64_t until;     /* UTC ms; 0: no time was named */
    const char *words; /* a->args without the time, "" when that was all */
};

/* Reads a->args: «grist», «весь грист 2h», «people 30м». In the arena. */
void hold_asked(struct ask *a, struct hold_asked *ret);

/* As people say a name that is held; the name itself when the configuration has it no more. */
const char *hold_title(struct ask *a, const char *name);

/* What is held, one a line after m, with a button for each. Whose role is limited to a team is told
 * nothing of it. *ret_n: how many there are. */
int hold_list(struct ask *a, struct msg *m, struct buttons *b, size_t *ret_n, struct err *err);

/* Holds it, or lets it go, and says so. It is everybody's: whose role is limited to a team is told
 * that it takes another. */
int hold_it(struct ask *a, const struct hold_asked *h, struct err *err);
int hold_release(struct ask *a, const struct hold_asked *h, struct err *err);

#endif
