/* notion_value.h: one property value of a Notion page as a cell; reference/page-property-values.
 *
 * Part of the codec, not called from elsewhere: pure, any thread, memory from the arena of the
 * reader. */
#ifndef SYNC_REMOTE_NOTION_VALUE_H
#define SYNC_REMOTE_NOTION_VALUE_H

#include "store/base/json.h"
#include "sync/remote/notion_codec.h"

struct value_reader {
    struct arena *arena;
    size_t items; /* list items read so far, bounded by NOTION_ITEMS_MAX */
};

/* Reads {"type":T, T:value, "has_more":…}, the value being whole or one item of a property list.
 * *ret_cut: the list is cut and the property endpoint has the rest. Errors: ERR_DATA. */
int notion_read_value(struct value_reader *r, const cJSON *property, struct cell *ret,
                      bool *ret_cut, struct err *err);

/* Appends the plain_text of rich text items; NULL counts as none. Errors: ERR_DATA. */
int notion_read_text(const cJSON *items, struct buf *out, struct err *err);

#endif
