/* marked_chat.h: a chat with the bot over a festival some of whose tables are kept in Grist, where
 * rows say of themselves that they are deleted: what the tests of /deleted, /restore and /why stand
 * on. Beside what one_chat.h has. */
#ifndef TESTS_SUPPORT_MARKED_CHAT_H
#define TESTS_SUPPORT_MARKED_CHAT_H

#include "store/marks.h"
#include "tests/support/one_chat.h"

#define PETR    "44444444-4444-4444-8444-444444444444" /* person «Ильин Пётр» */
#define BADGE   "55555555-5555-4555-8555-555555555555" /* his badge «Ильин» */
#define ARRIVAL "66666666-6666-4666-8666-666666666666" /* its arrival */

/* For cmocka_unit_test_setup_teardown: *state is a struct one_chat. Flows gpeople, gbadges and
 * garrivals (grist, direction both, mark = to_delete) beside those of small_festival.h; ANNA is row
 * 17 of People, PETR row 18, BADGE row 1 of Badges_2026, ARRIVAL row 1 of Arrivals_2026. */
int marked_chat_setup(void **state);
int marked_chat_teardown(void **state);

/* What the pull would have done: the row is marked by that hand at that time; deleted: its record
 * is, and its link counts as missing. */
void marked_chat_mark(struct one_chat *c, const char *tbl, const char *row, enum mark_by by,
                      const char *why);
void marked_chat_delete(struct one_chat *c, const char *entity, const char *id, const char *source,
                        int64_t at);
/* The link's row is gone, as a pull leaves it. */
void marked_chat_row_gone(struct one_chat *c, const char *tbl, const char *row, const char *wish);
/* A row of a flow goes into quarantine. */
void marked_chat_jail(struct one_chat *c, const char *flow, const char *row, bool waiting,
                      const char *reason, const char *detail, const char *raw);

bool marked_chat_is_deleted(struct one_chat *c, const char *entity, const char *id);

#endif
