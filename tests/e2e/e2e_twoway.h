/* e2e_twoway.h: a world whose daemon writes back, and running its cycle. */
#ifndef TESTS_E2E_TWOWAY_H
#define TESTS_E2E_TWOWAY_H

#include "tests/e2e/e2e.h"

/* Small, with a daemon that takes a new row for missing after a second. faults: share of faulty
 * rows. The daemon is not started. */
struct e2e *twoway_world(const char *faults);

/* Rows and pages that were written in Notion and Coda since the sandbox started. */
int64_t twoway_writes(struct e2e *e);

/* Says it and waits for the end of the job, whatever comes of it. */
void twoway_sync(struct e2e *e, const char *command);

/* Cycle after cycle until nothing is left to write, or to look for now; fails after twelve. Returns
 * how many new rows were looked for and not found so far: announced, and perhaps never sent. */
int64_t twoway_until_quiet(struct e2e *e);

/* A further cycle writes nothing, in the store, in Notion or in Coda. */
void twoway_check_quiet(struct e2e *e);

#endif
