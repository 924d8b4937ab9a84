/* run_text.h: a run of the history as chat text. */
#ifndef BOT_RUN_TEXT_H
#define BOT_RUN_TEXT_H

#include "bot/ask.h"

const char *run_icon(const struct run *r);

/* What ran: «Участие → Кода», «возврат: Участие». Appended to out; returns buf_str(out). Pure. */
const char *run_title(struct buf *out, const struct config *cfg, const struct run *r,
                      enum lang lang);

/* Its counts, as those of what was read or what was sent. Pure. */
void run_counts(struct msg *m, const struct config *cfg, enum lang lang, const struct run *r);

/* It has changed something, here or there. */
bool run_changed(const struct run *r);

/* It is over and did what an undo can take back: marks and ids that were filled in follow from the
 * rows themselves. Pure. */
bool run_undoable(const struct config *cfg, const struct run *r);

/* Appends its first changes, from the audit or, where it sent, from the journal, and what it met
 * changed on both sides, with a button to each. Within a command's call. */
int run_changes(struct ask *a, const struct run *r, struct msg *m, struct buttons *b,
                struct err *err);

#endif
