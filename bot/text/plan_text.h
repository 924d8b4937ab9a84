/* plan_text.h: a plan that waits for a person, as chat text with its buttons. */
#ifndef BOT_PLAN_TEXT_H
#define BOT_PLAN_TEXT_H

#include "bot/bot.h"
#include "store/plans.h"

/* The plans that a job has come to. One that was kept before `since` has been shown, and is told in
 * a line; where a brake held back several, there is one choice for all of them. Reads the store. */
int plans_show(struct db *db, const struct config *cfg, const int64_t *ids, size_t n, int64_t since,
               enum lang lang, struct arena *arena, struct msg *m, struct buttons *b,
               struct err *err);

/* Appends the plan's counts, its first lines and, while it is open, the choice (b NULL: without).
 * Reads the store. */
int plan_show(struct db *db, const struct config *cfg, int64_t id, enum lang lang,
              struct arena *arena, struct msg *m, struct buttons *b, struct err *err);

/* The buttons of an open plan: apply, refuse, the file. */
void plan_buttons(const struct config *cfg, const struct saved_plan *plan, enum lang lang,
                  struct buttons *b);

#endif
