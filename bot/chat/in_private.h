/* in_private.h: a question that was asked in a group and is answered in private: the way there, and
 * the question once its person came that way. Within a command's call. */
#ifndef BOT_IN_PRIVATE_H
#define BOT_IN_PRIVATE_H

#include "bot/command.h"

/* *ret: this command is not run here, because everybody would read the answer; the person was told
 * where it will be. */
int in_private_withheld(struct ask *a, const struct command *c, bool *ret, struct err *err);

/* The payload of a link names what this very person asked in a group: *ret is that command as they
 * typed it, "/why Лис"; NULL: it names no such thing, or what is forgotten by now. */
int in_private_question(struct ask *a, const char *payload, const char **ret, struct err *err);

#endif
