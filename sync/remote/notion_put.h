/* notion_put.h: cells as Notion's property values (version 2025-09-03), and the comparison of what
 * was sent with what the page shows; developers.notion.com/reference/page-property-values.
 *
 * Pure: no I/O, any thread. What a property cannot hold is ERR_DATA naming the column and what to
 * do about it. */
#ifndef SYNC_REMOTE_NOTION_PUT_H
#define SYNC_REMOTE_NOTION_PUT_H

#include "sync/remote.h"

#define NOTION_PIECE 2000 /* UTF-16 units in one piece of rich text, or in a url */
#define NOTION_ITEMS 100  /* in any list of a request */

/* Appends the value of a property as a page is written: {"number":4}. CELL_NULL clears it. After an
 * error out has a part of it. */
int notion_put_value(const struct column_info *column, const struct cell *cell, struct buf *out,
                     struct err *err);

/* True when `read`, a cell of the page, holds what was sent, up to what Notion rounds: the order of
 * lists, white space, date-times below the minute, a day as its midnight. */
bool notion_holds(const struct column_info *column, const struct cell *sent,
                  const struct cell *read);

/* Appends the conditions of a query for pages that hold the cell, each followed by a comma; returns
 * how many. They may let more pages through, never fewer: notion_holds decides. options: also by
 * the names of options, which Notion refuses where it knows no such option. */
size_t notion_put_conditions(const struct column_info *column, const struct cell *cell,
                             bool options, struct buf *out);

#endif
