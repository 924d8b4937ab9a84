/* check_text.h: what `rosterd check` tells of one flow whose table was found. Pure; any thread. */
#ifndef BOT_CHECK_TEXT_H
#define BOT_CHECK_TEXT_H

#include "sync/check.h"

/* Appends a line with the numbers, what is written where that is not plain from field.NAME, and a
 * line for each thing to mend, with the request that mends it beneath; returns how many of those
 * there are, but for mere notes. */
size_t check_text(const struct flow *flow, const struct table_info *t, struct arena *arena,
                  struct buf *out);

#endif
