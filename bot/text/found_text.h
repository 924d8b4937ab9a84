/* found_text.h: why a record is among what was found, where its name does not say it:
 * «@petya_gvozd», «телефон …4567». Within a command's call. */
#ifndef BOT_FOUND_TEXT_H
#define BOT_FOUND_TEXT_H

#include "bot/ask.h"
#include "store/dict.h"
#include "store/search.h"

/* *ret "": its name says it, nothing of it does, or they may not see what does. */
int found_by(struct ask *a, const struct dicts *dicts, const struct found *one, const char *text,
             const char **ret, struct err *err);

#endif
