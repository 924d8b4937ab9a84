/* check.h: does a flow find its columns in its table, and can those it writes be written? What a
 * remote tells of a table, held against the configuration. Pure; any thread. */
#ifndef SYNC_CHECK_H
#define SYNC_CHECK_H

#include "sync/config/config.h"

enum finding_what {
    FINDING_NO_COLUMN,  /* the table has none of that name or id */
    FINDING_CALCULATED, /* the remote fills it by itself: it cannot be written */
    FINDING_NO_OPTION,  /* it takes only options of its own, and the constant is none of them */
    FINDING_TWICE,      /* named once by its name and once by its id */
    FINDING_NO_STAMP,   /* a note: nothing tells which rows changed */
    FINDING_STILL,      /* a note: the column that should tell does not move with every change */
};

struct finding {
    enum finding_what what;
    const char *column; /* as configured */
    const char *key;  /* where the configuration names it: "field.role", "put.Роль", "marker" */
    const char *says; /* one sentence: what is wrong, and what to do about it */
    const char *request; /* what mends it, typed into a shell, line by line; NULL: by hand */
    bool note;           /* it works as it is, only slower */
};

/* The column of that name, else of that id; NULL when the table has none. */
const struct column_info *check_column(const struct table_info *t, const char *name);

/* Everything that is wrong, in the order of the configuration: the columns that are read, then
 * those that are written, those that rows are told apart and marked by; notes come last. *ret and
 * its texts live in the arena. */
void check_flow(const struct flow *flow, const struct table_info *t, struct arena *arena,
                struct finding **ret, size_t *ret_n);

/* At the start of a push. Returns 0, or -1 with ERR_DATA and the first thing that is wrong with a
 * column which it writes; 0 for a flow that writes nothing. */
int check_puts(const struct flow *flow, const struct table_info *t, struct err *err);

#endif
