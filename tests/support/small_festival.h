/* small_festival.h: a store with one person in one team, and a configuration that keeps them in
 * step with Notion and Coda both ways: what the tests of conflicts, pauses and lost inserts stand
 * on. */
#ifndef TESTS_SUPPORT_SMALL_FESTIVAL_H
#define TESTS_SUPPORT_SMALL_FESTIVAL_H

#include "store/links.h"
#include "store/record.h"
#include "sync/config/config.h"
#include "tests/support/temp_store.h"

#define ANNA "11111111-1111-4111-8111-111111111111" /* person «Лис Мария» */
#define TEAM "22222222-2222-4222-8222-222222222222" /* team «Инфоцентр» */
#define PART "33333333-3333-4333-8333-333333333333" /* her participation: VOLUNTEER, PLANNED */

struct small_festival {
    struct temp_store *store;
    struct db *db;
    struct arena *arena;
    struct config *cfg; /* flows people, teams (notion), part (coda, direction both) */
    struct link *link;  /* of PART in coda's table Part, row "i-1", base_rev that of the record */
};

/* For cmocka_unit_test_setup_teardown: *state is a struct small_festival. */
int small_festival_setup(void **state);
int small_festival_teardown(void **state);

struct record *small_festival_get(struct small_festival *f, const char *entity, const char *id);
/* Sets a field of a record as `source` would. */
void small_festival_set(struct small_festival *f, const char *entity, const char *id,
                        const char *field, struct value v, const char *source, int64_t at);
/* The link as it is now. */
struct link *small_festival_link(struct small_festival *f);

#endif
