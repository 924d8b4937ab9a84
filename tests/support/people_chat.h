/* people_chat.h: several people, each in a chat of their own with the bot, over the small festival:
 * what each of them is told by one step is read from the outbox. */
#ifndef TESTS_SUPPORT_PEOPLE_CHAT_H
#define TESTS_SUPPORT_PEOPLE_CHAT_H

#include "bot/ask.h"
#include "tests/support/check.h"
#include "tests/support/undo_lab.h"
#undef OLEG /* here a number, there an actor */

#define OLEG   1001 /* admins by the configuration */
#define VERA   1002
#define KSENIA 2001
#define BORIS  2002

#define PETR    "44444444-4444-4444-8444-444444444444" /* person «Ильин Пётр», first_name «Пётр» */
#define KITCHEN "55555555-5555-4555-8555-555555555555" /* team «Кухня» */
#define COOK    "66666666-6666-4666-8666-666666666666" /* his participation: ORGANIZER, PLANNED */

struct people_chat {
    struct small_festival *f;
    struct bot bot;
    int64_t updates;
    const char *answer; /* what the last press was answered with; NULL: it was no press */
    bool queued;        /* the last step gave the pool something to do */
};

/* For cmocka_unit_test_setup_teardown: *state is a struct people_chat, with PETR who leads KITCHEN.
 */
int people_chat_setup(void **state);
int people_chat_teardown(void **state);

/* One step of a person: what they are told in their chat then, plain text, NULL for nothing. */
const char *chat_say(struct people_chat *c, int64_t user, const char *text);
const char *chat_press(struct people_chat *c, int64_t user, const char *data);
const char *chat_contact(struct people_chat *c, int64_t user, const char *phone);
/* With all that an update may say. */
const char *chat_step(struct people_chat *c, struct chat_update u);
/* What somebody was told in a chat by the last step, "---" between messages; NULL for nothing. */
const char *chat_told(struct people_chat *c, int64_t chat);
/* "label → data" line by line, of what they were told. */
const char *chat_buttons(struct people_chat *c, int64_t chat);
/* The data of the first of these buttons whose label holds those words; fails without. */
const char *chat_data(struct people_chat *c, int64_t chat, const char *label);

/* The highest role that counts for a person now, for whatever team. */
enum role chat_role(struct people_chat *c, int64_t user);

#endif
