/* multipart.h: reads a multipart/form-data body as strictly as RFC 7578 lets a server be. Text
 * only. */
#ifndef TESTS_UNIT_MULTIPART_H
#define TESTS_UNIT_MULTIPART_H

#include "store/base/arena.h"

#include <string.h>

#define FORM_MAX 16

struct form_part {
    const char *name, *file_name /* NULL: a field */, *value;
};
struct form {
    struct form_part parts[FORM_MAX];
    size_t n;
};

/* The text between `before` and the next `"` in head; NULL when there is none. */
static inline const char *form_quoted(const char *head, const char *before, struct arena *arena)
{
    const char *at = strstr(head, before);
    if (!at)
        return NULL;
    at += strlen(before);
    return arena_strndup(arena, at, strcspn(at, "\""));
}

/* False when the body is not well formed. Texts live in the arena. */
static inline bool form_read(const char *content_type, const char *body, struct arena *arena,
                             struct form *ret)
{
    static const char type[] = "multipart/form-data; boundary=";
    *ret = (struct form){0};
    if (strncmp(content_type, type, sizeof type - 1))
        return false;
    const char *dashes = arena_printf(arena, "--%s", content_type + sizeof type - 1);
    const char *between = arena_printf(arena, "\r\n%s", dashes);
    if (strncmp(body, dashes, strlen(dashes)))
        return false;
    body += strlen(dashes);
    while (!strncmp(body, "\r\n", 2) && ret->n < FORM_MAX) {
        const char *value = strstr(body, "\r\n\r\n"), *end = strstr(body, between);
        if (!value || !end || end < value + 4)
            return false;
        const char *head = arena_strndup(arena, body, (size_t)(value - body));
        struct form_part *p = &ret->parts[ret->n++];
        p->name = form_quoted(head, "form-data; name=\"", arena);
        p->file_name = form_quoted(head, "; filename=\"", arena);
        p->value = arena_strndup(arena, value + 4, (size_t)(end - value - 4));
        if (!p->name)
            return false;
        body = end + strlen(between);
    }
    return !strcmp(body, "--\r\n");
}

static inline const struct form_part *form_find(const struct form *form, const char *name)
{
    for (size_t i = 0; i < form->n; i++)
        if (!strcmp(form->parts[i].name, name))
            return &form->parts[i];
    return NULL;
}

#endif
