/* naive.h: what a person would say the tables of the randomized test mean, worked out from what was
 * put into them, without any of the program's own reading, mapping or judging. */
#ifndef TESTS_SUPPORT_NAIVE_H
#define TESTS_SUPPORT_NAIVE_H

#include "tests/support/scenario.h"

#define NAIVE_ROWS   14 /* rows of a table; references name a few more */
#define NAIVE_FIELDS 6
#define NAIVE_LIST   3

/* A cell as a scenario writes it, and what a person would say it means. */
struct choice {
    const char *cell, *value; /* value NULL: empty */
    const char *reason;       /* the row is invalid for it */
    bool outside;             /* of the flow's scope */
};
/* A column: a pool of choices, or references to rows of another flow. */
struct column {
    const char *name, *field;
    const struct choice *pool;
    unsigned n_pool;
    const char *ref;   /* the flow whose rows it names */
    char letter;       /* of their ids: $P1 */
    const char *empty; /* reason when there is none, NULL: it may be empty */
    const char *bad, *bad_target, *bad_deleted;
    bool many; /* several, one record for each */
    bool self;
};
/* A flow's table. */
struct table {
    const char *flow, *entity, *remote, *tbl;
    char letter;
    struct column columns[NAIVE_FIELDS];
};
extern const struct table naive_tables[];
extern const size_t naive_n_tables;

/* What the test put into the cells of one row. */
struct chosen {
    unsigned pick[NAIVE_FIELDS];             /* of the pool */
    unsigned refs[NAIVE_FIELDS][NAIVE_LIST]; /* numbers of rows */
    unsigned n_refs[NAIVE_FIELDS];
};
/* The cells of row `at` of a table: the test writes them down as it edits. */
struct chosen *naive_row(const struct table *t, unsigned at);

size_t naive_columns(const struct table *t);
const char *naive_row_id(struct world *w, const struct table *t, unsigned at);
/* The id of the row that a reference in column c names. */
const char *naive_ref_id(struct world *w, const struct column *c, unsigned number);

/* Compares the store, quarantine, links, audit and runs with it; differences become failures of w.
 */
void naive_check(struct world *w);

#endif
