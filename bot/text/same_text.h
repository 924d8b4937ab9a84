/* same_text.h: a conflict that asks whether two records are one, as people see it. Within a
 * command's call. */
#ifndef BOT_SAME_TEXT_H
#define BOT_SAME_TEXT_H

#include "bot/text/field_text.h"
#include "store/conflicts.h"

/* Does the conflict ask that? */
bool same_is(const struct conflict *c);

/* Both by their names, why it is asked, what tells them apart, and how it came out. */
int same_add(struct ask *a, const struct dicts *dicts, const struct conflict *c, struct msg *m,
             struct err *err);
/* The buttons that answer it; where: as in conflict_page.c. A settled one that said «two» can still
 * be merged. */
void same_buttons(struct ask *a, const struct conflict *c, const char *where, struct buttons *b);
/* What an answer did. was: before; is: after it; merge: what was asked for. */
void same_say(struct ask *a, const struct conflict *was, const struct conflict *is, bool merge,
              bool done, struct msg *m);

#endif
