/* plan_asked.h: the plan that a person means with /plan, /apply or /refuse. Within a command's
 * call. */
#ifndef BOT_PLAN_ASKED_H
#define BOT_PLAN_ASKED_H

#include "bot/command.h"
#include "store/plans.h"

/* Reads the plan's number from a->args. *ret NULL: there is none of that number, and the person has
 * been told so. must_be_open: one that is settled already is answered as well. */
int plan_asked(struct ask *a, bool must_be_open, struct saved_plan **ret, struct err *err);

#endif
