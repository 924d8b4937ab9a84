/* brakes.h: when a run must stop before its first write and ask a human. Pure; any thread. */
#ifndef SYNC_BRAKES_H
#define SYNC_BRAKES_H

#include "store/base/err.h"

/* What is known when the plan is made. */
struct brake_facts {
    bool complete;     /* a whole listing: the first group applies */
    int64_t rows;      /* rows it had */
    int64_t known;     /* links of this table whose record is alive and whose row was there */
    int64_t missing;   /* of those, how many it did not show */
    int64_t last_rows; /* rows of the last whole listing, 0: none yet */
    bool sentinel_wanted, sentinel_seen;
    const char *columns_before, *columns_now; /* NULL: unknown */
    int64_t updates,
        deletes;     /* records that the listed rows would change; rows listed as trashed */
    bool push;       /* rows of the remote are meant: creates counts too */
    int64_t creates; /* rows that would be made there */
    int64_t marks;   /* rows that would be marked as deleted there; in deletes as well */
    bool first;      /* nothing was ever sent to this table, or not by these rules */
};
/* A share of the rows, or a number of them. */
struct brake_limit {
    int64_t n;
    bool percent; /* else n rows */
};
struct brake_limits {
    unsigned max_delete; /* percent */
    struct brake_limit max_update;
    int64_t max_create; /* rows made in a remote */
};

/* Rows that may always vanish, however few there are. */
#define BRAKE_FREE_DELETES 5
/* A share means nothing in a table smaller than this. */
#define BRAKE_SMALL_TABLE 20

/* 0: go on. -1 with ERR_LIMIT and a sentence with the numbers: stop, the store untouched. */
int brakes_check(const struct brake_facts *f, const struct brake_limits *limits, struct err *err);

/* The same for marks: a rule that is meant otherwise would mark half a table, so a person looks at
 * the first ones. They alone are held back. */
int brakes_first_marks(const struct brake_facts *f, struct err *err);

#endif
