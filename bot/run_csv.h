/* run_csv.h: everything that a run did, as a CSV file: what it changed in the store or in the
 * remote, and what it met changed on both sides. Reads the store page by page. */
#ifndef BOT_RUN_CSV_H
#define BOT_RUN_CSV_H

#include "store/base/buf.h"
#include "store/runs.h"

/* Appends the head and a line for each field that changed (one for a record that goes as a whole);
 * *ret_lines counts them without the head. ERR_DATA when out has no room for all of it. */
int run_csv(struct db *db, const struct run *r, struct buf *out, int64_t *ret_lines,
            struct err *err);

#endif
