/* e2e_agree.h: after a two-way cycle: does every side hold the same? The store is compared with
 * what the sandbox's tables hold, field by field, and every row made by rosterd with the record
 * that it stands for. For worlds with e2e_options.two_way. */
#ifndef TESTS_E2E_AGREE_H
#define TESTS_E2E_AGREE_H

#include "tests/e2e/e2e.h"

/* Fails with the first differences, all of them named. */
void e2e_check_agree(struct e2e *e);

/* What people did by hand since edit `after` of the sandbox's log is what the store holds now,
 * unless somebody else had the last word. */
void e2e_check_edits(struct e2e *e, int64_t after);

/* Participations that stand twice in Coda: same year, person, team and role. */
int64_t e2e_twins(struct e2e *e);

#endif
