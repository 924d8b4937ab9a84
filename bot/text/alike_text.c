#include "bot/text/alike_text.h"

#include <string.h>

#define NAMES_BYTES ((size_t)1 << 14)

/* The name of a participation has a comma in it. */
static const char *separator(const struct alike *a)
{
    for (size_t i = 0; i < a->n; i++) {
        if (strstr(a->names[i], ", "))
            return "; ";
    }
    return ", ";
}

void alike_flush(struct alike *a)
{
    AUTO_BUF names = BUF_INIT(NAMES_BYTES);
    if (!a->n)
        return;
    for (size_t i = 0; i < a->n; i++)
        buf_addf(&names, "%s%s", i ? separator(a) : "", a->names[i]);
    msg_html(a->m, "\n");
    TEXT_ADD(a->m, a->lang, a->n == 1 ? a->line.one : a->line.many, T_TEXT("name", a->names[0]),
             T_TEXT("names", buf_str(&names)), T_TEXT("reason", a->line.reason));
    a->n = 0;
    a->lines++;
}

void alike_add(struct alike *a, const struct alike_line *line)
{
    if (a->n == ALIKE_MAX || (a->n && (a->line.one != line->one || a->line.many != line->many ||
                                       strcmp(a->line.reason, line->reason) != 0)))
        alike_flush(a);
    a->line = *line;
    a->names[a->n++] = line->name;
}
