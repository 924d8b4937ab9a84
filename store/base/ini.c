#include "store/base/ini.h"

#include "store/base/buf.h"

#include <ini.h>
#include <stdio.h>
#include <string.h>

/* libinih's buffer of 200 bytes has to hold the line, its newline and the NUL */
#define INI_LINE_MAX 197
/* libinih cuts a section's name silently at this many bytes */
#define INI_SECTION_MAX 49

struct reader {
    const char *at;
    int line;       /* the line last handed out */
    bool continues; /* that line began with white space */
    ini_key_fn *key;
    ini_bad_fn *bad;
    void *ctx;
    bool stopped;
    /* the key being read: handed on when the next one begins */
    int key_line;
    char section[INI_LINE_MAX], name[INI_LINE_MAX];
    struct buf value;
};

/* A continued value: long lists of columns fit, a runaway file does not. */
#define INI_VALUE_MAX 16384

static void flush_key(struct reader *r);

/* libinih keeps a section to itself until its first key: it is told here, so that an empty or a
 * repeated one is noticed, with its own line. */
static void note_section(struct reader *r, const char *line, size_t n)
{
    const char *start = line;
    while (n && (*start == ' ' || *start == '\t' || *start == '\r'))
        start++, n--;
    if (!n || *start != '[' || (r->continues && *r->name))
        return;
    const char *end = memchr(start, ']', n);
    if (!end)
        return;
    flush_key(r);
    char name[INI_LINE_MAX + 1] = "";
    size_t len = (size_t)(end - start) - 1;
    memcpy(name, start + 1, len);
    if (len > INI_SECTION_MAX)
        r->bad(r->ctx, r->line, "the section's name is longer than 49 bytes; choose a shorter one");
    else if (!r->stopped && !r->key(r->ctx, r->line, name, NULL, NULL))
        r->stopped = true;
}

/* fgets over the text; an over-long line is reported and handed on as an empty one. */
static char *next_line(char *out, int size, void *stream)
{
    struct reader *r = stream;
    if (!*r->at || r->stopped)
        return NULL;
    size_t n = strcspn(r->at, "\n");
    size_t with_newline = n + (r->at[n] == '\n');
    r->line++;
    if (n > INI_LINE_MAX || (int)n >= size - 2) {
        char what[160];
        snprintf(
            what, sizeof what,
            "the line has %zu bytes, at most %d are read (a Cyrillic letter takes two); continue "
            "it on an indented line or use file:PATH",
            n, INI_LINE_MAX);
        r->bad(r->ctx, r->line, what);
        n = 0;
    }
    r->continues = *r->at == ' ' || *r->at == '\t';
    note_section(r, r->at, n);
    memcpy(out, r->at, n);
    memcpy(out + n, "\n", 2);
    r->at += with_newline;
    return out;
}

static void flush_key(struct reader *r)
{
    if (!*r->name || r->stopped)
        return;
    if (r->value.over)
        r->bad(r->ctx, r->key_line, "the value is longer than 16 KB; use file:PATH");
    else if (!r->key(r->ctx, r->key_line, r->section, r->name, buf_str(&r->value)))
        r->stopped = true;
    *r->name = '\0';
}

/* libinih calls once for a key and once more for each line that continues it. */
static int on_key(void *user, const char *section, const char *name, const char *value)
{
    struct reader *r = user;
    if (r->continues && *r->name) {
        buf_addc(&r->value, '\n');
        buf_add(&r->value, value);
        return 1;
    }
    flush_key(r);
    r->key_line = r->line;
    str_copy(r->section, sizeof r->section, section);
    str_copy(r->name, sizeof r->name, name);
    buf_clear(&r->value);
    buf_add(&r->value, value);
    return 1;
}

/* libinih tells only of its first bad line: those it would refuse are looked for one by one. */
static bool line_is_bad(const char *s, size_t n)
{
    while (n && (*s == ' ' || *s == '\t' || *s == '\r'))
        s++, n--;
    if (!n || *s == ';' || *s == '#')
        return false;
    if (*s == '[')
        return !memchr(s, ']', n);
    return !memchr(s, '=', n) && !memchr(s, ':', n);
}

static void report_bad_lines(struct reader *r, const char *text)
{
    int line = 0;
    bool after_key = false; /* an indented line continues a key of its section */
    while (*text) {
        size_t n = strcspn(text, "\n");
        line++;
        size_t lead = strspn(text, " \t\r");
        bool continues = lead && *text != '\r' && after_key;
        bool blank = lead >= n || strchr(";#", text[lead]);
        if (!continues && n <= INI_LINE_MAX && line_is_bad(text, n)) {
            r->bad(r->ctx, line,
                   text[lead] == '[' ? "the section's ] is missing; write [name]"
                                     : "neither a [section] nor `key = value`");
        } else if (!continues && !blank) {
            after_key = text[lead] != '[';
        }
        text += n + (text[n] == '\n');
    }
}

void ini_read(const char *text, ini_key_fn *key, ini_bad_fn *bad, void *ctx)
{
    struct reader r = {.at = text,
                       .key = key,
                       .bad = bad,
                       .ctx = ctx,
                       .value = BUF_INIT(INI_VALUE_MAX)};
    if (!strncmp(text, "\xef\xbb\xbf", 3))
        r.at += 3;
    report_bad_lines(&r, r.at);
    ini_parse_stream(next_line, &r, on_key, &r);
    flush_key(&r);
    buf_free(&r.value);
}
