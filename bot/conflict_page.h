/* conflict_page.h: a conflict as a person sees it: the open ones page by page, or one card for any.
 * Within a command's call. */
#ifndef BOT_CONFLICT_PAGE_H
#define BOT_CONFLICT_PAGE_H

#include "bot/text/field_text.h"
#include "bot/work_list.h"
#include "store/conflicts.h"

/* What has just been done, shown above the page; or nothing at all. */
struct conflict_note {
    struct msg *text; /* or NULL */
    const char *flow; /* a button that syncs it; or NULL */
};

/* Shows the open conflict with that number of the list (0: the oldest; past the end: the oldest
 * again), in the message whose button was pressed. */
int conflict_page(struct ask *a, int64_t at, const struct conflict_note *note, struct err *err);
/* The same of those that somebody wants to see. */
int conflict_list(struct ask *a, const struct work_view *v, const struct conflict_note *note,
                  struct err *err);

/* Shows one conflict, open or settled; the losing value of a settled one can be brought back. */
int conflict_card(struct ask *a, const struct conflict *c, const struct conflict_note *note,
                  struct err *err);

/* The value that a side has, and the field's name, as people read them. */
const char *conflict_value(struct ask *a, const struct dicts *dicts, const struct conflict *c,
                           bool theirs);
/* «Лис Мария, Инфоцентр» */
const char *conflict_name(struct ask *a, const struct conflict *c);

#endif
