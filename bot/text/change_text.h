/* change_text.h: the values of a change as plans and the journal keep it, {"field":[before,after]},
 * as people see them. Pure. */
#ifndef BOT_CHANGE_TEXT_H
#define BOT_CHANGE_TEXT_H

#include "store/base/json.h"

/* "" for nothing, the items of a list one after another. Appended to out; returns buf_str(out). */
const char *change_text(struct buf *out, const cJSON *v);

#endif
