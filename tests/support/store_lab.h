/* store_lab.h: stores for tests that need many of them: a fresh one is a copy of a template made
 * once, all live in one folder in memory that is removed at the end, and what a store says can be
 * had as text that leaves out what may differ from one run to the next. */
#ifndef TESTS_SUPPORT_STORE_LAB_H
#define TESTS_SUPPORT_STORE_LAB_H

#include "store/base/buf.h"
#include "store/db.h"

/* The folder: /dev/shm when it is there, else TMPDIR or /tmp. Made on first use, removed at exit of
 * the process that made it. */
const char *lab_folder(void);

/* Makes `path` a store of the newest schema; any old one there goes. */
void lab_fresh(const char *path);

/* Makes `to` a copy of `from`, which no connection may be writing to. */
void lab_copy(const char *from, const char *to);

/* Ends the test program with a message when it fails. */
struct db *lab_open(const char *path);

/* What a store says. */
enum lab_view {
    LAB_STATE,   /* records, links, quarantine: without ids of links, revisions, times */
    LAB_HISTORY, /* audit and finished runs, without ids and times, in no order */
    LAB_WRITES,  /* everything a quiet run must leave as it is, revisions and ids included */
    LAB_KEPT, /* what a run that failed must leave as it is: LAB_WRITES without history, cursors */
    LAB_RESTED, /* what is the same whatever way it came about, once nothing is left to do: records,
                   links, quarantine, open questions, audit; no times, no runs */
};
void lab_dump(struct db *db, enum lab_view view, struct buf *out);

/* The first line in which two dumps differ, as "was: …; is: …". */
void lab_first_difference(const char *was, const char *is, struct buf *out);

#endif
