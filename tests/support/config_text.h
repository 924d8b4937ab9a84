/* config_text.h: configurations written down in a test, and what is wrong with them. */
#ifndef TESTS_SUPPORT_CONFIG_TEXT_H
#define TESTS_SUPPORT_CONFIG_TEXT_H

#include "sync/config/config.h"

/* Reads text as a configuration file named c.ini. *ret is NULL when there are mistakes, which are
 * the answer: "c.ini:3: …\n", "" for none; it stays until the next call. Free *ret with
 * config_free. */
const char *config_from_text(const char *text, struct config **ret);

/* The same for a configuration that has to be fine: ends the test with its mistakes when it is not.
 */
struct config *config_must(const char *text);

#define AUTO_CONFIG CLEANUP(config_free_ptr) struct config
void config_free_ptr(struct config **c);

#endif
