/* page_text.h: the buttons that turn the pages of a list: they say what a press shows. Pure. */
#ifndef BOT_PAGE_TEXT_H
#define BOT_PAGE_TEXT_H

#include "bot/text/text.h"

/* «6–10 из 17 ▶︎»: the page that begins at `at` (from 0), of a list of so many with
 * `page` lines on each. */
void page_next(struct buttons *b, enum lang lang, const char *data, int64_t at, int64_t page,
               int64_t total);

/* «◀︎» */
void page_prev(struct buttons *b, enum lang lang, const char *data);

#endif
