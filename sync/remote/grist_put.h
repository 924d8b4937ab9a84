/* grist_put.h: cells as Grist takes them (with noparse), and the comparison of what was sent with
 * what was read back; Grist's documentation/grist-data-format.md.
 *
 * Pure: no I/O, any thread. Grist takes any value into any column and keeps what does not fit as
 * text, so that is judged here: ERR_DATA naming the column. */
#ifndef SYNC_REMOTE_GRIST_PUT_H
#define SYNC_REMOTE_GRIST_PUT_H

#include "sync/remote.h"

/* Appends the value of a cell: dates as seconds at midnight UTC, a reference as the row's number,
 * a list as ["L",…]; nothing is null (0 in a reference, false in a flag). After an error out has
 * a part of it. */
int grist_put_value(const struct column_info *column, const struct cell *cell, struct buf *out,
                    struct err *err);

/* Appends {"column":value,…} without columns[skip]; SIZE_MAX: with all. */
int grist_put_fields(const struct column_info *const *columns, const struct cell *cells, size_t n,
                     size_t skip, struct buf *out, struct err *err);

/* True when `read` holds what was sent, up to white space, the order of lists and roundings. */
bool grist_holds(const struct column_info *column, const struct cell *sent,
                 const struct cell *read);

/* Appends the value that a filter finds the cell by. Returns false when this column and cell make
 * none that is certain to find it. */
bool grist_put_condition(const struct column_info *column, const struct cell *cell,
                         struct buf *out);

#endif
