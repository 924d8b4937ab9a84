/* deleted_text.h: why something is deleted, and what can be done about it, in people's words.
 * Within a command's call; what is returned lives in the ask's arena or for ever. */
#ifndef BOT_DELETED_TEXT_H
#define BOT_DELETED_TEXT_H

#include "bot/ask.h"
#include "store/deletions.h"

/* «человек», «бейдж»: one record of the entity. */
const char *record_what(struct ask *a, const char *entity);

/* The flow that reads that table, else one that writes it; NULL: none does. */
const struct flow *table_flow(struct ask *a, const char *remote, const char *tbl);

/* «Лис Мария»: a row that no record stands for is named by what stands in it, or by what it names;
 * «(без названия)» when it says neither, and by its id when what is in it is not known. f may be
 * NULL. */
const char *row_called(struct ask *a, const struct flow *f, const char *remote_id);
const char *deleted_name(struct ask *a, const struct deletion *d);

/* By what hand, half a sentence: «строку пометили руками (Грист): «уехала»». *ret_advice: what is
 * to be done about it, but for restoring; TEXT_COUNT: nothing. */
int deleted_how(struct ask *a, const struct deletion *d, struct msg *m, enum text_id *ret_advice,
                struct err *err);

/* All of it, each on a line of its own: how, advice, where the row is. */
int deleted_lines(struct ask *a, const struct deletion *d, struct msg *m, struct err *err);

#endif
