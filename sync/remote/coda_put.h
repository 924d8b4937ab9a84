/* coda_put.h: cells as Coda's plain values, and the comparison of what was sent with what was read
 * back; coda.io/developers/apis/v1, the schema CellEdit.
 *
 * Pure: no I/O, any thread. What a column cannot hold is ERR_DATA naming the column. */
#ifndef SYNC_REMOTE_CODA_PUT_H
#define SYNC_REMOTE_CODA_PUT_H

#include "sync/remote.h"

/* Appends the value of a cell as rows are written: string, number, boolean or an array of those;
 * "" clears. A reference is written as the row's id. After an error out has a part of it. */
int coda_put_value(const struct column_info *column, const struct cell *cell, struct buf *out,
                   struct err *err);

/* Appends {"cells":[…]}: one row of a request. */
int coda_put_row(const struct column_info *const *columns, const struct cell *cells, size_t n,
                 struct buf *out, struct err *err);

/* True when `read`, valueFormat=rich, holds what was sent, up to what Coda rounds: white space, the
 * order of lists, a day as its midnight, digits as a number, a row by its id or its name. */
bool coda_holds(const struct column_info *column, const struct cell *sent, const struct cell *read);

/* Appends a query for rows that hold the cell, c-abc:"Apple". Returns false when this column and
 * cell make none that is certain to find them. */
bool coda_put_query(const struct column_info *column, const struct cell *cell, struct buf *out);

#endif
