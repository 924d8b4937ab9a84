#include "tests/wire/wire_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES 65536

struct reader {
    const char *path;
    int line;
    struct arena *arena;
    struct wire_file *file;
    const char **body; /* where body lines go now, or NULL */
};

static _Noreturn void bad(const struct reader *r, const char *what)
{
    fprintf(stderr, "%s:%d: %s\n", r->path, r->line, what);
    exit(2);
}

static struct wire_call *last_call(const struct reader *r)
{
    if (!r->file->n_calls)
        bad(r, "before the first call (a line with !)");
    return &r->file->calls[r->file->n_calls - 1];
}

static struct wire_exchange *last_exchange(const struct reader *r)
{
    struct wire_call *c = last_call(r);
    if (!c->n_exchanges)
        bad(r, "before the first request (a line with >)");
    return &c->exchanges[c->n_exchanges - 1];
}

static void add_line(const struct reader *r, struct wire_lines *lines, const char *text)
{
    lines->items =
        arena_grow(r->arena, lines->items, &lines->cap, lines->n + 1, sizeof *lines->items);
    lines->items[lines->n++] = arena_strdup(r->arena, text);
}

static void read_call(struct reader *r, const char *text)
{
    struct wire_file *f = r->file;
    f->calls = arena_grow(r->arena, f->calls, &f->cap_calls, f->n_calls + 1, sizeof *f->calls);
    f->calls[f->n_calls++] =
        (struct wire_call){.verb = arena_strdup(r->arena, text), .line = r->line};
    r->body = NULL;
}

/* "GET /path" begins a request, "Name: value" adds a header to it. */
static void read_request(struct reader *r, const char *text)
{
    struct wire_call *c = last_call(r);
    const char *slash = strstr(text, " /");
    if (slash && strcspn(text, " :") == (size_t)(slash - text)) {
        c->exchanges = arena_grow(r->arena, c->exchanges, &c->cap_exchanges, c->n_exchanges + 1,
                                  sizeof *c->exchanges);
        c->exchanges[c->n_exchanges++] =
            (struct wire_exchange){.method = arena_strndup(r->arena, text, (size_t)(slash - text)),
                                   .target = arena_strdup(r->arena, slash + 1),
                                   .body = "",
                                   .status = -1,
                                   .reply_headers = "",
                                   .reply_body = "",
                                   .line = r->line};
    } else {
        add_line(r, &last_exchange(r)->headers, text);
    }
    r->body = &last_exchange(r)->body;
}

static void read_reply(struct reader *r, const char *text)
{
    struct wire_exchange *e = last_exchange(r);
    if (e->status >= 0)
        e->reply_headers = arena_printf(r->arena, "%s%s\r\n", e->reply_headers, text);
    else
        e->status = atoi(text); /* "close" is 0 */
    r->body = &e->reply_body;
}

static void read_line(struct reader *r, const char *text)
{
    static const char remote[] = "remote ";
    if (text[0] == '#')
        return;
    if (!strncmp(text, "! ", 2))
        read_call(r, text + 2);
    else if (!strncmp(text, "> ", 2))
        read_request(r, text + 2);
    else if (!strncmp(text, "< ", 2))
        read_reply(r, text + 2);
    else if (!strncmp(text, "= ", 2))
        add_line(r, &last_call(r)->expected, text + 2);
    else if (r->body && text[0])
        *r->body = arena_printf(r->arena, "%s%s\n", *r->body, text);
    else if (!strncmp(text, remote, sizeof remote - 1))
        r->file->remote = arena_strdup(r->arena, text + sizeof remote - 1);
    else if (strstr(text, " = "))
        add_line(r, &last_call(r)->args, text);
    else if (text[0])
        bad(r, "what is this line?");
}

void wire_read(const char *path, struct arena *arena, struct wire_file *ret)
{
    static char line[LINE_BYTES];
    FILE *f = fopen(path, "r");
    *ret = (struct wire_file){0};
    struct reader r = {.path = path, .arena = arena, .file = ret};
    if (!f) {
        perror(path);
        exit(2);
    }
    while (fgets(line, sizeof line, f)) {
        r.line++;
        line[strcspn(line, "\r\n")] = '\0';
        read_line(&r, line);
    }
    fclose(f);
    if (!ret->remote || !ret->n_calls)
        bad(&r, "no remote or no call in this file");
}

const char *wire_arg(const struct wire_call *call, const char *name, size_t n)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < call->args.n; i++) {
        const char *arg = call->args.items[i];
        if (!strncmp(arg, name, len) && !strncmp(arg + len, " = ", 3) && n-- == 0)
            return arg + len + 3;
    }
    return NULL;
}
