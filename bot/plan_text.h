/* plan_text.h: a plan that waits for a person, as chat text with its buttons. */
#ifndef BOT_PLAN_TEXT_H
#define BOT_PLAN_TEXT_H

#include "bot/bot.h"
#include "store/plans.h"

/* Appends the plan's counts, its first lines and, while it is open, the choice. Reads the store. */
int plan_show(struct db *db, const struct config *cfg, int64_t id, enum lang lang,
              struct arena *arena, struct msg *m, struct buttons *b, struct err *err);

/* The buttons of an open plan: apply, refuse, the file. */
void plan_buttons(const struct config *cfg, const struct saved_plan *plan, enum lang lang,
                  struct buttons *b);

#endif
