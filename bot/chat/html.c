#include "bot/chat/html.h"

#include "bot/chat/html_scan.h"
#include "store/base/json.h"
#include "store/base/utf8.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX    16
#define ROWS_MAX     40
#define IN_ROW       8
#define REPLACED_MAX ((size_t)128 << 10) /* bytes of finished buttons */

/* ---------------------------------------------------------------- messages */

void msg_html(struct msg *m, const char *html)
{
    buf_add(&m->html, html);
}

void msg_text(struct msg *m, const char *text)
{
    for (const char *p = text ? text : ""; *p;) {
        size_t plain = strcspn(p, "<>&\"");
        buf_addn(&m->html, p, plain);
        p += plain;
        if (!*p)
            break;
        buf_add(&m->html, *p == '<' ? "&lt;" : *p == '>' ? "&gt;" : *p == '&' ? "&amp;" : "&quot;");
        p++;
    }
}

void msg_textf(struct msg *m, const char *fmt, ...)
{
    AUTO_BUF b = BUF_INIT(MSG_MAX);
    va_list ap;
    va_start(ap, fmt);
    buf_vaddf(&b, fmt, ap);
    va_end(ap);
    msg_text(m, buf_str(&b));
}

/* A text cut at its limit may end within a tag, an entity or a character: takes that off, and
 * closes what is open. */
static void mend(struct msg *m)
{
    struct html_piece open[DEPTH_MAX];
    size_t depth = 0, keep = 0;
    const char *text = m->html.data, *at = text;
    for (struct html_piece p; (p = html_next(&at)).kind != HTML_END; keep = (size_t)(at - text)) {
        if (p.kind == HTML_CHAR && p.raw)
            break;
        if (p.kind == HTML_OPEN && depth < DEPTH_MAX)
            open[depth++] = p;
        else if (p.kind == HTML_CLOSE && depth)
            depth--;
    }
    struct buf fixed = BUF_INIT(MSG_MAX * 2);
    buf_addn(&fixed, text, keep);
    buf_add(&fixed, "…");
    while (depth)
        buf_addf(&fixed, "</%s>", open[--depth].name);
    fixed.max = 0; /* full: what is added now would come after the cut */
    buf_free(&m->html);
    m->html = fixed;
}

const char *msg_str(struct msg *m)
{
    if (m->html.over && m->html.max)
        mend(m);
    return buf_str(&m->html);
}

void msg_clear(struct msg *m)
{
    buf_clear(&m->html);
    m->html.max = MSG_MAX;
}

void msg_free(struct msg *m)
{
    if (m)
        buf_free(&m->html);
}

/* ---------------------------------------------------------------- reading it */

/* The address in <a href="…">, decoded. */
static void add_href(const struct html_piece *p, struct buf *out)
{
    AUTO_BUF tag = BUF_INIT(4096);
    buf_addn(&tag, p->start, p->len);
    char *from = strstr(buf_str(&tag), "href=\""), *end = from ? strchr(from + 6, '"') : NULL;
    if (!end)
        return;
    *end = '\0';
    const char *at = from + 6;
    for (struct html_piece c; (c = html_next(&at)).kind != HTML_END;) {
        if (c.kind == HTML_CHAR)
            utf8_put(out, c.cp);
        else
            buf_addn(out, c.start, c.len);
    }
}

void html_to_plain(const char *html, struct buf *out)
{
    AUTO_BUF href = BUF_INIT(4096);
    size_t words = 0; /* where the link's words begin in out */
    for (struct html_piece p; (p = html_next(&html)).kind != HTML_END;) {
        if (p.kind == HTML_CHAR) {
            utf8_put(out, p.cp);
        } else if (p.kind == HTML_OPEN && !strcmp(p.name, "a")) {
            buf_clear(&href);
            add_href(&p, &href);
            words = out->len;
        } else if (p.kind == HTML_CLOSE && !strcmp(p.name, "a") && href.len) {
            if (strcmp(buf_str(out) + words, buf_str(&href)))
                buf_addf(out, " (%s)", buf_str(&href));
            buf_clear(&href);
        }
    }
}

size_t html_length(const char *html)
{
    size_t n = 0;
    for (struct html_piece p; (p = html_next(&html)).kind != HTML_END;)
        if (p.kind == HTML_CHAR)
            n += p.cp > 0xffff ? 2 : 1;
    return n;
}

bool html_valid(const char *html)
{
    char open[DEPTH_MAX][sizeof((struct html_piece){0}).name];
    size_t depth = 0;
    for (struct html_piece p; (p = html_next(&html)).kind != HTML_END;) {
        if (p.kind == HTML_CHAR && p.raw)
            return false;
        if (p.kind == HTML_OPEN) {
            if (depth == DEPTH_MAX)
                return false;
            memcpy(open[depth++], p.name, sizeof p.name);
        }
        if (p.kind == HTML_CLOSE && (!depth || strcmp(open[--depth], p.name)))
            return false;
    }
    return !depth;
}

/* ---------------------------------------------------------------- buttons */

void buttons_row(struct buttons *b)
{
    if (b->row_open)
        buf_addc(&b->json, ']');
    b->row_open = false;
}

static void add_button(struct buttons *b, const char *text, const char *key, const char *value)
{
    size_t was = b->json.len;
    bool fits = *text && (b->row_open ? b->in_row < IN_ROW : b->rows < ROWS_MAX);
    if (fits) {
        buf_add(&b->json, !was ? "[[" : b->row_open ? "," : ",[");
        buf_add(&b->json, "{\"text\":");
        json_quote(&b->json, text);
        buf_addf(&b->json, ",\"%s\":", key);
        if (value)
            json_quote(&b->json, value);
        else
            buf_add(&b->json, "true");
        buf_addc(&b->json, '}');
        /* room for the brackets at the end must stay */
        fits = !b->json.over && b->json.len + 2 <= b->json.max;
    }
    if (!fits) {
        b->bad = true;
        if (b->json.data)
            b->json.data[b->json.len = was] = '\0';
        b->json.over = false;
        return;
    }
    if (!b->row_open) {
        b->rows++;
        b->in_row = 0;
    }
    b->row_open = true;
    b->in_row++;
}

void buttons_add(struct buttons *b, const char *text, const char *data)
{
    if (!*data || strlen(data) > BUTTON_DATA_MAX)
        b->bad = true;
    else
        add_button(b, text, "data", data);
}

void buttons_addf(struct buttons *b, const char *text, const char *fmt, ...)
{
    AUTO_BUF data = BUF_INIT(BUTTON_DATA_MAX + 1); /* one more: a text too long shows as such */
    va_list ap;
    va_start(ap, fmt);
    buf_vaddf(&data, fmt, ap);
    va_end(ap);
    buttons_add(b, text, buf_str(&data));
}

void buttons_url(struct buttons *b, const char *text, const char *url)
{
    if (!*url)
        b->bad = true;
    else
        add_button(b, text, "url", url);
}

void buttons_copy(struct buttons *b, const char *text, const char *what)
{
    if (!*what || utf8_utf16_length(what) > 256)
        b->bad = true;
    else
        add_button(b, text, "copy", what);
}

void buttons_contact(struct buttons *b, const char *text)
{
    add_button(b, text, "contact", NULL);
}

const char *buttons_json(struct buttons *b)
{
    if (!b->json.len)
        return NULL;
    if (b->json.max) {
        buttons_row(b);
        buf_addc(&b->json, ']');
        b->json.max = 0; /* closed */
    }
    return buf_str(&b->json);
}

void buttons_replace(struct buttons *b, const char *json)
{
    buf_free(&b->json);
    b->json = (struct buf)BUF_INIT(REPLACED_MAX);
    buf_add(&b->json, json);
    b->json.max = 0; /* closed */
}

void buttons_free(struct buttons *b)
{
    if (b)
        buf_free(&b->json);
}
