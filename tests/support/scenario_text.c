#include "tests/support/scenario.h"

#include "store/base/json.h"
#include "store/base/uuid.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SYMBOLS_MAX  4096
#define SECTIONS_MAX 256

/* Ids that were spelled by name so far, for turning them back. */
static struct symbol {
    char name[96], id[UUID_LEN + 1];
} symbols[SYMBOLS_MAX];
static size_t n_symbols;

static _Noreturn void bad_file(const char *path, int line, const char *what)
{
    fprintf(stderr, "%s:%d: %s\n", path, line, what);
    exit(2);
}

static char *trimmed(struct arena *arena, const char *s, size_t n)
{
    while (n && strchr(" \t\r\n", *s))
        s++, n--;
    while (n && strchr(" \t\r\n", s[n - 1]))
        n--;
    return arena_strndup(arena, s, n);
}

size_t scenario_split(const char *text, struct arena *arena, char **ret, size_t max)
{
    size_t n = 0;
    for (const char *p = text; n < max; p++) {
        size_t len = strcspn(p, "|");
        ret[n++] = trimmed(arena, p, len);
        p += len;
        if (!*p)
            break;
    }
    return n;
}

/* ---------------------------------------------------------------- ids by name */

static const char *symbol(const char *name, const char *seed)
{
    for (size_t i = 0; i < n_symbols; i++) {
        if (!strcmp(symbols[i].name, name))
            return symbols[i].id;
    }
    if (n_symbols == SYMBOLS_MAX)
        abort();
    struct symbol *s = &symbols[n_symbols++];
    str_copy(s->name, sizeof s->name, name);
    uuid_from_name(seed, s->id);
    return s->id;
}

/* Reads the name at p, which stands behind a $, and appends its id; returns what follows. */
static const char *add_id(const char *p, struct arena *arena, struct buf *out)
{
    bool braces = *p == '{';
    size_t n = braces ? strcspn(++p, "}") : 0;
    while (!braces && isalnum((unsigned char)p[n]))
        n++;
    const char *name = arena_strndup(arena, p, n);
    const char *id =
        braces ? symbol(arena_printf(arena, "${%s}", name), scenario_ids(name, arena))
               : symbol(arena_printf(arena, "$%s", name), arena_printf(arena, "scenario %s", name));
    p += n + (braces && p[n]);
    char plain[33];
    if (*p == '~') {
        uuid_plain(id, plain);
        buf_add(out, plain);
    } else {
        for (const char *c = id; *c; c++)
            buf_addc(out, *p == '^' ? (char)toupper((unsigned char)*c) : *c);
    }
    return p + (*p == '~' || *p == '^');
}

const char *scenario_ids(const char *text, struct arena *arena)
{
    AUTO_BUF out = BUF_INIT(1 << 20);
    for (const char *p = text; *p;) {
        if (*p == '$' && (p[1] == '{' || isupper((unsigned char)p[1])))
            p = add_id(p + 1, arena, &out);
        else
            buf_addc(&out, *p++);
    }
    return arena_strdup(arena, buf_str(&out));
}

const char *scenario_names(const char *text, struct arena *arena)
{
    AUTO_BUF out = BUF_INIT(1 << 20);
    for (const char *p = text; *p;) {
        size_t i = 0;
        while (i < n_symbols && strncmp(p, symbols[i].id, UUID_LEN))
            i++;
        if (i < n_symbols) {
            buf_add(&out, symbols[i].name);
            p += UUID_LEN;
        } else {
            buf_addc(&out, *p++);
        }
    }
    return arena_strdup(arena, buf_str(&out));
}

/* ---------------------------------------------------------------- cells */

static void add_cell_json(const char *text, struct arena *arena, struct buf *out);

static void add_list_json(const char *text, struct arena *arena, struct buf *out)
{
    size_t n = strlen(text);
    const char *inner = arena_strndup(arena, text + 1, n - 2);
    buf_addc(out, '[');
    for (bool first = true; *inner; first = false) {
        size_t len = strcspn(inner, ",");
        if (!first)
            buf_addc(out, ',');
        add_cell_json(trimmed(arena, inner, len), arena, out);
        inner += len + (inner[len] == ',');
    }
    buf_addc(out, ']');
}

static void add_cell_json(const char *text, struct arena *arena, struct buf *out)
{
    size_t n = strlen(text);
    char *end = NULL;
    double number = strtod(text, &end);
    if (!n) {
        buf_add(out, "null");
    } else if (!strcmp(text, "true") || !strcmp(text, "false")) {
        buf_add(out, text);
    } else if (isdigit((unsigned char)*text) && !*end) {
        json_number(out, number);
    } else if (*text == '[' && text[n - 1] == ']') {
        add_list_json(text, arena, out);
    } else if (*text == '@' && (text[1] == '#' || strlen(text) == UUID_LEN + 1)) {
        buf_add(out, "{\"ref\":");
        json_quote(out, text + (text[1] == '#' ? 2 : 1));
        buf_addc(out, '}');
    } else if (*text == '!') {
        buf_add(out, "{\"error\":");
        json_quote(out, text + 1);
        buf_addc(out, '}');
    } else {
        bool quoted = n > 1 && *text == '\'' && text[n - 1] == '\'';
        json_quote(out, quoted ? arena_strndup(arena, text + 1, n - 2) : text);
    }
}

const char *scenario_cell(const char *text, struct arena *arena)
{
    AUTO_BUF out = BUF_INIT(1 << 20);
    if (!*text)
        return NULL;
    add_cell_json(scenario_ids(text, arena), arena, &out);
    return arena_strdup(arena, buf_str(&out));
}

/* ---------------------------------------------------------------- the file */

static void begin_section(struct scenario *scn, const char *text, int line, struct arena *arena)
{
    size_t n = strlen(text);
    if (text[n - 1] != ']' || scn->n == SECTIONS_MAX)
        bad_file(scn->path, line, "a section is [verb argument]");
    char *inner = trimmed(arena, text + 1, n - 2);
    char *gap = strchr(inner, ' ');
    struct section *s = &scn->sections[scn->n++];
    *s = (struct section){.at = line, .verb = inner, .arg = ""};
    if (gap) {
        *gap = '\0';
        s->arg = trimmed(arena, gap + 1, strlen(gap + 1));
    }
}

static void add_line(struct scenario *scn, char *text, int line, struct arena *arena)
{
    if (!scn->n)
        bad_file(scn->path, line, "a line before the first [section]");
    struct section *s = &scn->sections[scn->n - 1];
    struct line *grown = arena_alloc(arena, s->n + 1, sizeof *grown);
    if (s->n)
        memcpy(grown, s->lines, s->n * sizeof *grown);
    grown[s->n++] = (struct line){line, text};
    s->lines = grown;
}

struct scenario *scenario_read(const char *path, struct arena *arena)
{
    char *text = NULL;
    size_t room = 0;
    int line = 0;
    FILE *f = fopen(path, "re");
    if (!f)
        bad_file(path, 0, "cannot be read");
    struct scenario *scn = arena_alloc(arena, 1, sizeof *scn);
    scn->path = arena_strdup(arena, path);
    scn->sections = arena_alloc(arena, SECTIONS_MAX, sizeof *scn->sections);
    while (getline(&text, &room, f) >= 0) {
        char *t = trimmed(arena, text, strlen(text));
        line++;
        if (*t == '#' && !scn->title)
            scn->title = trimmed(arena, t + 1, strlen(t + 1));
        bool section = *t == '[' && strchr("abcdefghijklmnopqrstuvwxyz", t[1]) && t[1];
        if (!*t || *t == '#')
            continue;
        if (section)
            begin_section(scn, t, line, arena);
        else
            add_line(scn, t, line, arena);
    }
    free(text);
    fclose(f);
    if (!scn->title)
        bad_file(path, 1, "the first line says what the scenario shows: # …");
    return scn;
}
