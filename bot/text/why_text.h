/* why_text.h: the explanation of a record or a row, in people's words, and the buttons that help.
 * Within a command's call. */
#ifndef BOT_WHY_TEXT_H
#define BOT_WHY_TEXT_H

#include "bot/ask.h"
#include "sync/why.h"

/* What a person asked about, when it is a record's id or a row's: "i-7Kx", "grist 17". Each of
 * *ret has a record or only a row; *ret_n 0: it is neither, so it may be a name. */
int why_asked(struct ask *a, const char *text, struct why_found **ret, size_t *ret_n,
              struct err *err);

/* Appends what there is to say about one of them. */
int why_tell(struct ask *a, const struct why_found *found, struct msg *m, struct buttons *b,
             struct err *err);

/* What tells it from the others that were found: «Люди (Грист): Лис Мария», in the arena. */
const char *why_where(struct ask *a, const struct why_found *found);

#endif
