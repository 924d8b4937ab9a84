/* row_binds.h: a record's values as what SQL binds, under the names of its fields. For the files
 * that make SQL from the model. Pure. */
#ifndef STORE_ROW_BINDS_H
#define STORE_ROW_BINDS_H

#include "store/db.h"
#include "store/record.h"

/* ":name" of every field, in the arena of nobody: one small array per call. */
struct row_names {
    char text[MODEL_FIELDS_MAX][40];
};

/* b has room for MODEL_FIELDS_MAX; what it holds points into names and r. */
void row_binds(const struct record *r, struct row_names *names, struct bind *b);

#endif
