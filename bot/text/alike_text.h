/* alike_text.h: lines that say the same of several records, told as one: «новые: Кухня, Водовозы».
 * Pure. What is added has to live until it is flushed. */
#ifndef BOT_ALIKE_TEXT_H
#define BOT_ALIKE_TEXT_H

#include "bot/text/text.h"

/* What one line says: `one` of a {name}, `many` of {names}, both with a {reason} or without. */
struct alike_line {
    enum text_id one, many;
    const char *name, *reason; /* reason: "" for none */
};

#define ALIKE_MAX 12 /* names in a line */
struct alike {
    struct msg *m;
    enum lang lang;
    struct alike_line line; /* of the names below */
    const char *names[ALIKE_MAX];
    size_t n;
    size_t lines; /* that were written */
};
#define ALIKE_INIT(message, language)                                                              \
    {                                                                                              \
        .m = (message), .lang = (language)                                                         \
    }

/* A line more; those before it are written, each after a line break, where they say something else.
 */
void alike_add(struct alike *a, const struct alike_line *line);
/* Writes what is left. */
void alike_flush(struct alike *a);

#endif
