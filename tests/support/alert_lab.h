/* alert_lab.h: a store, a configuration and a bot without threads, for tests of alerts: the teller
 * is called by hand, and what people would see is read from the outbox. Time is the test's to move
 * (clock_test_advance). */
#ifndef TESTS_SUPPORT_ALERT_LAB_H
#define TESTS_SUPPORT_ALERT_LAB_H

#include "bot/alerts/alert_tell.h"
#include "store/base/clock.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"
#include "tests/support/temp_store.h"

struct alert_lab {
    struct temp_store *store;
    struct db *db;
    struct config *cfg;
    struct bot bot;
    int64_t heard; /* the last row of chat_out that alert_lab_said has read */
};

/* Two admins, 1001 and 1002, Notion and Coda with four flows; more: lines of [telegram]. */
struct alert_lab *alert_lab_new(const char *more);
void alert_lab_free(struct alert_lab *l);
/* For cmocka_unit_test_setup_teardown: *state is a struct alert_lab. */
int alert_lab_setup(void **state);
int alert_lab_teardown(void **state);

void alert_lab_tell(struct alert_lab *l); /* all that is due now */
/* The new messages since the last time, "chat[/topic]: text buttons" line by line, "(silent)" at
 * the end of those without a sound; "" for none. What became of older ones is alert_lab_shown. */
const char *alert_lab_said(struct alert_lab *l);
/* All messages in a chat as they look now, oldest first. */
const char *alert_lab_shown(struct alert_lab *l, int64_t chat);
int64_t alert_lab_count(struct alert_lab *l, int64_t chat); /* messages there */

void alert_lab_raise(struct alert_lab *l, enum alert_kind kind, const char *subject,
                     const char *detail);
void alert_lab_clear(struct alert_lab *l, enum alert_kind kind, const char *subject);
/* Moves the clock to the next time that the festival's clock shows this. */
void alert_lab_clock(int hour, int minute);

#endif
