/* cells.h: cells seen as what a remote's column holds, for writing them and for telling whether
 * what was read back is what was sent. Pure; any thread. Used by the connectors' *_put.c. */
#ifndef SYNC_REMOTE_CELLS_H
#define SYNC_REMOTE_CELLS_H

#include "store/base/buf.h"
#include "sync/cell.h"

#define CELL_TEXT_MAX ((size_t)8 << 20) /* for a buffer with the text of one cell */

/* A cell as a list: nothing, itself, or its items. Lives as long as the cell. */
struct cell_items {
    const struct cell *at;
    size_t n;
};
struct cell_items cell_items(const struct cell *c);

/* NULL, or text or a reference without any text. Lists are not. */
bool cell_is_empty(const struct cell *c);

/* An error value anywhere in it, a list within a list, a number that is none: nothing to write. */
bool cell_is_broken(const struct cell *c);

/* Appends the cell as one text: of a reference its name (its id where it has none), items joined by
 * ", ". */
void cell_add_plain(const struct cell *c, struct buf *out);

/* A number, or text that is one in decimal digits. Returns false when it is neither. */
bool cell_as_number(const struct cell *c, double *ret);

/* A flag, 0, 1, "true", "false"; nothing is false. Returns false when it is none of these. */
bool cell_as_flag(const struct cell *c, bool *ret);

/* White space apart. */
bool cells_same_text(const struct cell *sent, const struct cell *read);

/* Both nothing, or numbers that differ by a rounding at most. */
bool cells_same_number(const struct cell *sent, const struct cell *read);

/* Both nothing, or dates less than granule_ms apart. A day is the same as its midnight in the zone
 * it is read back in; a time written without a zone is compared by the clock on the wall. */
bool cells_same_date(const struct cell *sent, const struct cell *read, int64_t granule_ms);

bool cells_same_flag(const struct cell *sent, const struct cell *read);

#endif
