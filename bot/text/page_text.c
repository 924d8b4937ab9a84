#include "bot/text/page_text.h"

void page_next(struct buttons *b, enum lang lang, const char *data, int64_t at, int64_t page,
               int64_t total)
{
    int64_t to = at + page < total ? at + page : total;
    TEXT_BUTTON(b, lang, at + 1 < to ? TEXT_BTN_NEXT : TEXT_BTN_NEXT_ONE, data,
                T_INT("from", at + 1), T_INT("to", to), T_INT("n", total));
}

void page_prev(struct buttons *b, enum lang lang, const char *data)
{
    TEXT_BUTTON(b, lang, TEXT_BTN_PREV, data);
}
