/* field_text.h: a record's field, its value, and who set it, in the words of the person who asks.
 * Within a command's call; what is returned lives in the ask's arena or for ever. */
#ifndef BOT_FIELD_TEXT_H
#define BOT_FIELD_TEXT_H

#include "bot/ask.h"
#include "store/dict.h"
#include "store/record.h"

/* «статус»; "deleted", and "row" of an undo, have a title too. A field without one is told by its
 * own name. */
const char *field_title(const char *field, enum lang lang);

/* What it takes to say a value: the store for the names of records, and dictionaries. */
struct words {
    struct db *db;
    struct arena *arena;
    enum lang lang;
    const struct dicts *dicts;
};
/* As field_value below, outside a command. */
const char *field_words(const struct words *w, const char *entity, const char *field,
                        const char *text);

/* A value as the audit writes it: «заехал на поле» for a code, a name for a reference, «пусто» for
 * NULL. A value that is none of its field's is told as it is. */
const char *field_value(struct ask *a, const struct dicts *dicts, const char *entity,
                        const char *field, const char *text);

/* The same, at most so many characters, for a button. */
const char *field_value_short(struct ask *a, const struct dicts *dicts, const char *entity,
                              const char *field, const char *text);

/* The source of a change: «Кода», a person's name, «по расписанию». */
const char *source_title(struct ask *a, const char *source);

/* The field of the record as people read it, "" for an empty one. */
const char *field_of(struct ask *a, const struct dicts *dicts, const struct record *r,
                     const char *field);

#endif
