/* plan_text.h: a plan that waits for a person, as chat text with its buttons. */
#ifndef BOT_PLAN_TEXT_H
#define BOT_PLAN_TEXT_H

#include "bot/bot.h"
#include "store/plans.h"

/* Who reads of plans. */
struct plan_reader {
    const struct config *cfg;
    enum lang lang;
    bool decides; /* what a brake held back: an admin. Others are told who does, and may look */
};

/* The plans that a job has come to. One that was kept before `since` has been shown, and is told in
 * a line; where a brake held back several, there is one choice for all of them. Reads the store. */
int plans_show(struct db *db, const struct plan_reader *reader, const int64_t *ids, size_t n,
               int64_t since, struct arena *arena, struct msg *m, struct buttons *b,
               struct err *err);

/* Appends the plan's counts, its first lines and, while it is open, the choice (b NULL: without).
 * Reads the store. */
int plan_show(struct db *db, const struct plan_reader *reader, int64_t id, struct arena *arena,
              struct msg *m, struct buttons *b, struct err *err);

/* The buttons of an open plan: apply, refuse, the file; to those who do not decide, the file. */
void plan_buttons(const struct plan_reader *reader, const struct saved_plan *plan,
                  struct buttons *b);
/* Of several that brakes held back: one choice for all, and each to be looked at. */
void plans_buttons(const struct plan_reader *reader, const struct saved_plan *const *held, size_t n,
                   struct buttons *b);

#endif
