/* screens.h: a talk with the bot, written down: the real daemon against the sandbox, `rosterd chat`
 * as the terminal of an admin, other people through the sandbox's Telegram.
 *
 * What differs from run to run (times, durations, ages, sizes, folders, ports, versions) is
 * replaced by fixed words, so that the same bot gives the same transcript to the byte. Every helper
 * fails the test when the bot does not answer. One thread. */
#ifndef TESTS_E2E_SCREENS_H
#define TESTS_E2E_SCREENS_H

#include "bot/text/text.h"
#include "tests/e2e/e2e.h"

struct screens;

/* The world is the caller's, its daemon runs. */
struct screens *screens_new(struct e2e *e, enum lang lang);
void screens_free(struct screens *s);
/* The terminal is closed and opened again; nobody may write more than a message a second for long.
 */
void screens_again(struct screens *s);
/* Everything written down so far. */
const char *screens_text(struct screens *s);

/* A heading, and a sentence below it (NULL: none); of both languages the talk's one is written. */
void screens_part(struct screens *s, const char *ru, const char *en);
void screens_note(struct screens *s, const char *ru, const char *en);

/* The admin at the terminal writes, and the bot has said all it says to that. */
void screens_say(struct screens *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* They press the button of the last answer that begins as the text does (up to its first {…}). */
void screens_press(struct screens *s, enum text_id button);
/* The same, by any part of the button's words. */
void screens_press_words(struct screens *s, const char *words);

/* Somebody writes to the bot in Telegram; name may be NULL for one who wrote before. */
void screens_somebody(struct screens *s, int64_t user, const char *name, const char *username,
                      const char *text);
/* The button with that data of the bot's message n (0: the newest), which may be an old one. */
void screens_somebody_presses(struct screens *s, int64_t user, int64_t message, const char *data);

/* The whole talk, held against the file (ROSTERD_SCREENS=write: written there); a test program. */
int screens_test(enum lang lang, const char *path, const char *head);

/* Words of either language: an age, a duration, a size. */
#define TIDY_NOW  "\001"
#define TIDY_SPAN "\002"
#define TIDY_SIZE "\003"
/* Replaces in text what differs from run to run; the result is the caller's (free), with
 * TIDY_… where the words depend on the language. dir: the world's folder. */
char *screens_tidy(const char *text, const char *dir);

#endif
