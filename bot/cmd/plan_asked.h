/* plan_asked.h: the plans that a person means with /plan, /apply or /refuse. Within a command's
 * call. */
#ifndef BOT_PLAN_ASKED_H
#define BOT_PLAN_ASKED_H

#include "bot/ask.h"
#include "store/plans.h"

#define PLANS_ASKED_MAX 32 /* at a time; further numbers are left out */

/* Reads the plan's number from a->args, *ret_rest is what follows it. *ret NULL: there is none of
 * that number, and the person has been told so. */
int plan_asked(struct ask *a, struct saved_plan **ret, const char **ret_rest, struct err *err);

/* Reads several numbers, or "all": those that a brake held back in the latest sync that somebody
 * asked for and in which one did. *ret holds those that are still open, in the order they were
 * made; *ret_n 0: none is, or one of the numbers is no plan's, and the person has been told so. */
int plans_asked(struct ask *a, struct saved_plan ***ret, size_t *ret_n, struct err *err);

/* "4, 5, 6"; in the arena. */
const char *plans_ids(struct ask *a, struct saved_plan *const *list, size_t n);

#endif
