/* record_asked.h: the record a person named behind a command. Within a command's call. */
#ifndef BOT_RECORD_ASKED_H
#define BOT_RECORD_ASKED_H

#include "bot/ask.h"
#include "store/names.h"

/* Reads a->args, which must not be empty: a record's id, which buttons carry, or else all of it as
 * a name or part of one. *ret is NULL when it fits none or several: the person has been answered,
 * with `which` and a button "COMMAND ID" for each. Whose role is limited to a
 * team finds the records of that team only. *ret_rest is what follows the id. */
int record_asked(struct ask *a, const char *command, enum text_id which, struct named **ret,
                 const char **ret_rest, struct err *err);
/* The same, of one entity where several fit. */
int record_asked_of(struct ask *a, const char *entity, const char *command, enum text_id which,
                    struct named **ret, const char **ret_rest, struct err *err);

#endif
