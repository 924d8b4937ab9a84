/* one_chat.h: a private chat with the bot over the small festival, without threads or a transport:
 * what a person writes or presses is dealt with at once, and what they are told is read from the
 * outbox. */
#ifndef TESTS_SUPPORT_ONE_CHAT_H
#define TESTS_SUPPORT_ONE_CHAT_H

#include "bot/bot.h"
#include "tests/support/small_festival.h"

#define OLEG      1001 /* an admin by the configuration, «Олег» */
#define ORGANIZER "telegram:1001"

struct one_chat {
    struct small_festival *f;
    struct bot bot;
    int64_t updates, user;
    const char *said;    /* the last answer, plain text; in the festival's arena */
    const char *buttons; /* "label → data" line by line, "" for none */
    const char *slot;    /* NULL: a message of its own */
};

/* For cmocka_unit_test_setup_teardown: *state is a struct one_chat. */
int one_chat_setup(void **state);
int one_chat_teardown(void **state);

/* What the user writes; returns the one answer. What others are told stays in the outbox. */
const char *one_chat_say(struct one_chat *c, const char *text);
/* A press of the button under the last answer whose label holds those words; returns the answer. */
const char *one_chat_press(struct one_chat *c, const char *label);
/* A press of a button of long ago. */
const char *one_chat_press_data(struct one_chat *c, const char *data);

#endif
