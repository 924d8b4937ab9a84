#include "bot/chat/html.h"

#include "bot/chat/html_scan.h"

#include <string.h>

#define DEPTH_MAX 16
#define PARTS_MAX 64
#define PART_MAX  ((size_t)256 << 10)

/* One part that is being written. */
struct part {
    struct html_piece open[DEPTH_MAX]; /* tags open at the end of out */
    size_t depth;
    size_t units;
    bool blank; /* white space and tags only so far */
    struct buf out;
};

/* A place where the part may end. */
struct cut {
    const char *end, *next; /* text of this part ends; the next one begins */
    size_t units;           /* 0: none seen */
};

static void add_piece(struct part *part, const struct html_piece *p)
{
    if (p->kind == HTML_CLOSE) {
        /* a tag that was never opened is dropped, so that every part is valid whatever came in */
        if (!part->depth || strcmp(part->open[part->depth - 1].name, p->name))
            return;
        part->depth--;
    } else if (p->kind == HTML_OPEN) {
        if (part->depth == DEPTH_MAX)
            return;
        part->open[part->depth++] = *p;
    } else {
        part->units += p->cp > 0xffff ? 2 : 1;
        if (p->cp != ' ' && p->cp != '\n' && p->cp != '\t' && p->cp != '\r' && p->cp != 0xa0)
            part->blank = false;
        if (p->raw) {
            buf_add(&part->out, *p->start == '<'   ? "&lt;"
                                : *p->start == '>' ? "&gt;"
                                : *p->start == '&' ? "&amp;"
                                                   : "\xef\xbf\xbd");
            return;
        }
    }
    buf_addn(&part->out, p->start, p->len);
}

/* Where the part that begins at `at` ends: the last line break in its second half, else the last
 * space there, else the last character that fits. */
static struct cut find_cut(const char *at, size_t max)
{
    struct cut hard = {.end = at, .next = at}, line = {0}, space = {0};
    size_t units = 0;
    for (struct html_piece p; (p = html_next(&at)).kind != HTML_END;) {
        if (p.kind != HTML_CHAR) {
            /* an opening tag goes with what follows it, a closing one with what was before */
            if (p.kind == HTML_CLOSE && hard.next == p.start)
                hard.end = hard.next = at;
            continue;
        }
        size_t cost = p.cp > 0xffff ? 2 : 1;
        bool fits = units + cost <= max;
        if (p.cp == '\n' && units)
            line = (struct cut){p.start, at, units};
        else if (p.cp == ' ' && units)
            space = (struct cut){p.start, at, units};
        if (!fits)
            return line.units > max / 2 ? line : space.units > max / 2 ? space : hard;
        units += cost;
        hard = (struct cut){at, at, units};
    }
    return (struct cut){at, at, units};
}

static const char *write_part(struct part *part, const char *at, size_t max)
{
    struct cut cut = find_cut(at, max);
    if (cut.next == at && *at) /* one character that is longer than max: it goes alone */
        cut.end = cut.next = at + html_next(&(const char *){at}).len;
    for (size_t i = 0; i < part->depth; i++) /* open since the part before */
        buf_addn(&part->out, part->open[i].start, part->open[i].len);
    while (at < cut.end) {
        struct html_piece p = html_next(&at);
        add_piece(part, &p);
    }
    for (size_t i = part->depth; i-- > 0;)
        buf_addf(&part->out, "</%s>", part->open[i].name);
    return cut.next;
}

void html_split(const char *html, size_t utf16_max, struct arena *arena, const char ***ret_parts,
                size_t *ret_n)
{
    const char **parts = arena_alloc(arena, PARTS_MAX, sizeof *parts);
    struct part part = {.out = {.max = PART_MAX}};
    size_t n = 0, max = utf16_max ? utf16_max : SIZE_MAX / 2;
    while (*html && n < PARTS_MAX) {
        buf_clear(&part.out);
        part.blank = true;
        html = write_part(&part, html, max);
        if (!part.blank)
            parts[n++] = arena_strdup(arena, buf_str(&part.out));
    }
    buf_free(&part.out);
    *ret_parts = parts;
    *ret_n = n;
}
