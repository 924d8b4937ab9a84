#include "bot/chat/html_scan.h"

#include "store/base/utf8.h"

#include <stdlib.h>
#include <string.h>

static const char *const tag_names[] = {"b", "i", "u", "s", "code", "pre", "a", "blockquote"};

static bool known_tag(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(tag_names); i++)
        if (!strcmp(name, tag_names[i]))
            return true;
    return false;
}

static bool scan_tag(const char *s, struct html_piece *p)
{
    const char *end = strchr(s, '>'), *name = s + 1;
    bool close = *name == '/';
    if (close)
        name++;
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz");
    if (!end || !n || n >= sizeof p->name || name + n > end)
        return false;
    if (name + n < end && (close || name[n] != ' '))
        return false;
    memcpy(p->name, name, n);
    p->name[n] = '\0';
    if (!known_tag(p->name))
        return false;
    p->kind = close ? HTML_CLOSE : HTML_OPEN;
    p->len = (size_t)(end - s) + 1;
    return true;
}

static bool scan_number(const char *s, size_t len, uint32_t *ret)
{
    char digits[8] = "";
    bool hex = s[2] == 'x' || s[2] == 'X';
    size_t at = hex ? 3 : 2, n = len - at - 1;
    if (!n || n >= sizeof digits)
        return false;
    memcpy(digits, s + at, n);
    if (strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789") != n)
        return false;
    unsigned long cp = strtoul(digits, NULL, hex ? 16 : 10);
    if (!cp || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
        return false;
    *ret = (uint32_t)cp;
    return true;
}

static bool scan_entity(const char *s, struct html_piece *p)
{
    static const struct {
        const char *text;
        uint32_t cp;
    } names[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&nbsp;", 0xa0}};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        size_t n = strlen(names[i].text);
        if (!strncmp(s, names[i].text, n)) {
            p->cp = names[i].cp;
            p->len = n;
            return true;
        }
    }
    size_t n = strcspn(s, "; \n");
    if (s[1] != '#' || s[n] != ';' || n > 10 || !scan_number(s, n + 1, &p->cp))
        return false;
    p->len = n + 1;
    return true;
}

struct html_piece html_next(const char **at)
{
    const char *s = *at, *after = s;
    struct html_piece p = {.kind = HTML_CHAR, .start = s};
    if (!*s) {
        p.kind = HTML_END;
        return p;
    }
    if (!(*s == '<' && scan_tag(s, &p)) && !(*s == '&' && scan_entity(s, &p))) {
        p.cp = utf8_next(&after);
        p.len = (size_t)(after - s);
        p.raw = *s == '<' || *s == '>' || *s == '&' || (p.cp == 0xfffd && p.len == 1);
    }
    *at = s + p.len;
    return p;
}
