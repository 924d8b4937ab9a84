/* telegram_html.c: parse_mode HTML: plain text and entities out of marked text. Written after the
 * described behaviour; the wording and the byte offsets of the errors are Telegram's. */
#include "tests/sandbox/telegram.h"
#include "tests/sandbox/util.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 64u
#define TAG_NAME  24u

struct tag {
    char name[TAG_NAME];
    char *argument; /* href, class, language or emoji id; NULL: none */
    cJSON *entity;
    size_t begin; /* in UTF-16 units */
    size_t out_begin;
};

struct html {
    const char *s;
    size_t i;
    char *out;
    size_t n, units;
    struct tag stack[DEPTH_MAX];
    unsigned depth;
    cJSON *entities;
    char *why;
};

struct tag_kind {
    const char *name, *entity;
};

static const struct tag_kind tag_kinds[] = {
    {"b", "bold"},
    {"strong", "bold"},
    {"i", "italic"},
    {"em", "italic"},
    {"u", "underline"},
    {"ins", "underline"},
    {"s", "strikethrough"},
    {"strike", "strikethrough"},
    {"del", "strikethrough"},
    {"tg-spoiler", "spoiler"},
    {"span", "spoiler"},
    {"code", "code"},
    {"pre", "pre"},
    {"blockquote", "blockquote"},
    {"a", "text_link"},
    {"tg-emoji", "custom_emoji"},
};

static const char *entity_of_tag(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(tag_kinds); i++)
        if (strcmp(tag_kinds[i].name, name) == 0)
            return tag_kinds[i].entity;
    return NULL;
}

static void put_byte(struct html *h, char ch)
{
    h->out[h->n++] = ch;
    if (((unsigned char)ch & 0xc0) != 0x80)
        h->units += (unsigned char)ch >= 0xf0 ? 2 : 1;
}

static size_t encode_utf8(uint32_t code, char ret[4])
{
    if (code < 0x80) {
        ret[0] = (char)code;
        return 1;
    }
    size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--) {
        ret[i] = (char)(0x80 | (code & 0x3f));
        code >>= 6;
    }
    ret[0] = (char)((n == 2 ? 0xc0 : n == 3 ? 0xe0 : 0xf0) | code);
    return n;
}

/* Reads &lt; and the like at s. 0: it is not one, and the & stands for itself. Only four names are
 * known; the closing semicolon may be missing. */
static uint32_t read_escape(const char *s, size_t *ret_len)
{
    static const struct {
        const char *name;
        uint32_t code;
    } names[] = {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}};
    uint32_t code = 0;
    size_t i = 1;
    if (s[1] == '#') {
        bool hexadecimal = s[2] == 'x';
        size_t digits = i = hexadecimal ? 3 : 2;
        for (; isxdigit((unsigned char)s[i]) && (hexadecimal || isdigit((unsigned char)s[i]));
             i++) {
            uint32_t digit =
                (uint32_t)(isdigit((unsigned char)s[i]) ? s[i] - '0' : (s[i] | 0x20) - 'a' + 10);
            code = code > 0x10ffff ? code : code * (hexadecimal ? 16 : 10) + digit;
        }
        if (i == digits || code > 0x10ffff)
            code = 0;
    } else {
        while (isalpha((unsigned char)s[i]))
            i++;
        for (size_t k = 0; k < COUNT_OF(names); k++)
            if (strlen(names[k].name) == i - 1 && strncmp(s + 1, names[k].name, i - 1) == 0)
                code = names[k].code;
    }
    *ret_len = code ? i + (s[i] == ';') : 0;
    return code;
}

static bool is_surrogate(uint32_t code)
{
    return code >= 0xd800 && code < 0xe000;
}

static bool html_error(struct html *h, const char *fmt, const char *tag, size_t at)
{
    char text[TG_WHY];
    /* the two forms of Telegram's errors: with the name of the tag and without */
    if (tag)
        snprintf(text, sizeof text, "%s \"%.60s\" at byte offset %zu", fmt, tag, at);
    else
        snprintf(text, sizeof text, "%s at byte offset %zu", fmt, at);
    snprintf(h->why, TG_WHY, "can't parse entities: %.280s", text);
    return false;
}

static bool bad_unicode(struct html *h)
{
    snprintf(h->why, TG_WHY,
             "can't parse entities: Text contains invalid Unicode characters after decoding HTML "
             "entities, check for unmatched surrogate code units");
    return false;
}

/* Copies s[from..to) in lower case. */
static void lower_name(const struct html *h, size_t from, size_t to, char *ret, size_t size)
{
    size_t n = 0;
    for (size_t i = from; i < to && n + 1 < size; i++)
        ret[n++] = (char)tolower((unsigned char)h->s[i]);
    ret[n] = '\0';
}

/* The value of an attribute at h->i; the caller frees it. NULL: an error is in h->why. */
static char *read_value(struct html *h, size_t tag_at)
{
    size_t begin = h->i;
    char quote = h->s[begin];
    if (quote != '"' && quote != '\'') {
        while (isalnum((unsigned char)h->s[h->i]) || h->s[h->i] == '.' || h->s[h->i] == '-')
            h->i++;
        if (!tg_blank(h->s[h->i]) && h->s[h->i] != '>') {
            html_error(h, "Unexpected end of name token", NULL, begin);
            return NULL;
        }
        if (!h->s[h->i] && h->i > begin) {
            html_error(h, "Unexpected end of name token", NULL, begin);
            return NULL;
        }
        char *value = sb_alloc(h->i - begin + 1);
        lower_name(h, begin, h->i, value, h->i - begin + 1);
        return value;
    }
    char *value = sb_alloc(strlen(h->s + begin) + 1);
    size_t n = 0;
    for (h->i++; h->s[h->i] && h->s[h->i] != quote;) {
        size_t len = 0;
        uint32_t code = h->s[h->i] == '&' ? read_escape(h->s + h->i, &len) : 0;
        if (is_surrogate(code)) {
            free(value);
            bad_unicode(h);
            return NULL;
        }
        if (code)
            n += encode_utf8(code, value + n);
        else
            value[n++] = h->s[h->i];
        h->i += code ? len : 1;
    }
    if (!h->s[h->i]) {
        free(value);
        html_error(h, "Unclosed start tag", NULL, tag_at);
        return NULL;
    }
    h->i++;
    return value;
}

/* Keeps the attribute if the tag means it. Takes value, which may be NULL. */
static void keep_attribute(struct tag *tag, const char *name, char *value)
{
    bool wanted = (strcmp(tag->name, "a") == 0 && strcmp(name, "href") == 0) ||
                  (strcmp(tag->name, "span") == 0 && strcmp(name, "class") == 0) ||
                  (strcmp(tag->name, "tg-emoji") == 0 && strcmp(name, "emoji-id") == 0) ||
                  (strcmp(tag->name, "code") == 0 && strcmp(name, "class") == 0 && value &&
                   strncmp(value, "language-", 9) == 0) ||
                  (strcmp(tag->name, "blockquote") == 0 && strcmp(name, "expandable") == 0);
    if (!wanted) {
        free(value);
        return;
    }
    free(tag->argument);
    tag->argument = value ? value : sb_dup("");
}

/* One attribute of the tag that began at byte at. */
static bool read_attribute(struct html *h, struct tag *tag, size_t at)
{
    char name[TAG_NAME];
    size_t begin = h->i;
    while (!tg_blank(h->s[h->i]) && !strchr("=>/\"'", h->s[h->i]))
        h->i++;
    lower_name(h, begin, h->i, name, sizeof name);
    if (h->i == begin)
        return html_error(h, "Empty attribute name in the tag", tag->name, at);
    while (h->s[h->i] && tg_blank(h->s[h->i]))
        h->i++;
    if (!h->s[h->i])
        return html_error(h, "Unclosed start tag", tag->name, at);
    if (h->s[h->i] != '=') {
        keep_attribute(tag, name, NULL);
        return true;
    }
    h->i++;
    while (h->s[h->i] && tg_blank(h->s[h->i]))
        h->i++;
    if (!h->s[h->i])
        return html_error(h, "Unclosed start tag", tag->name, at);
    char *value = read_value(h, at);
    if (!value)
        return false;
    keep_attribute(tag, name, value);
    return true;
}

static bool open_tag(struct html *h, size_t at)
{
    char name[64];
    while (!tg_blank(h->s[h->i]) && h->s[h->i] != '>')
        h->i++;
    if (!h->s[h->i])
        return html_error(h, "Unclosed start tag", NULL, at);
    lower_name(h, at + 1, h->i, name, sizeof name);
    const char *kind = entity_of_tag(name);
    if (!kind)
        return html_error(h, "Unsupported start tag", name, at);
    if (h->depth == DEPTH_MAX)
        return html_error(h, "Too many nested tags", NULL, at);
    struct tag *tag = &h->stack[h->depth++];
    *tag = (struct tag){.begin = h->units, .out_begin = h->n};
    memcpy(tag->name, name, strlen(name) + 1); /* a known tag: it fits */
    while (h->s[h->i] != '>') {
        while (h->s[h->i] && tg_blank(h->s[h->i]))
            h->i++;
        if (h->s[h->i] == '>')
            break;
        if (!read_attribute(h, tag, at))
            return false;
    }
    h->i++;
    if (strcmp(name, "span") == 0 && (!tag->argument || strcmp(tag->argument, "tg-spoiler") != 0)) {
        snprintf(h->why, TG_WHY,
                 "can't parse entities: Tag \"span\" must have class \"tg-spoiler\" at byte offset "
                 "%zu",
                 at);
        return false;
    }
    /* Placed now and measured at the end tag: so entities stand in the order they begin. */
    tag->entity = cJSON_CreateObject();
    cJSON_AddStringToObject(tag->entity, "type", kind);
    cJSON_AddItemToArray(h->entities, tag->entity);
    return true;
}

static bool is_link(const char *url)
{
    return strchr(url, '.') || strstr(url, "://") || strncmp(url, "mailto:", 7) == 0 ||
           strncmp(url, "tg:", 3) == 0;
}

/* Fills the entity of a tag that ends here; false: it marks nothing and has to go. */
static bool finish_entity(struct html *h, const struct tag *tag)
{
    cJSON *entity = tag->entity;
    if (h->units == tag->begin)
        return false;
    cJSON_AddNumberToObject(entity, "offset", (double)tag->begin);
    cJSON_AddNumberToObject(entity, "length", (double)(h->units - tag->begin));
    if (strcmp(tag->name, "a") == 0) {
        h->out[h->n] = '\0';
        const char *url = tag->argument ? tag->argument : h->out + tag->out_begin;
        cJSON_AddStringToObject(entity, "url", url);
        return is_link(url); /* a bad link becomes plain text without a word */
    }
    if (strcmp(tag->name, "tg-emoji") == 0)
        cJSON_AddStringToObject(entity, "custom_emoji_id", tag->argument ? tag->argument : "");
    if (strcmp(tag->name, "blockquote") == 0 && tag->argument)
        cJSON_ReplaceItemInObjectCaseSensitive(entity, "type",
                                               cJSON_CreateString("expandable_blockquote"));
    /* <pre><code class="language-c">…</code></pre> is one block with a language */
    if (strcmp(tag->name, "code") == 0 && tag->argument && h->depth &&
        strcmp(h->stack[h->depth - 1].name, "pre") == 0 &&
        h->stack[h->depth - 1].begin == tag->begin) {
        cJSON *pre = h->stack[h->depth - 1].entity;
        if (!cJSON_HasObjectItem(pre, "language"))
            cJSON_AddStringToObject(pre, "language", tag->argument + strlen("language-"));
        return false;
    }
    return true;
}

static bool close_tag(struct html *h, size_t at)
{
    char name[64];
    if (!h->depth)
        return html_error(h, "Unexpected end tag", NULL, at);
    size_t begin = h->i + 1;
    h->i = begin;
    while (!tg_blank(h->s[h->i]) && h->s[h->i] != '>')
        h->i++;
    lower_name(h, begin, h->i, name, sizeof name);
    while (h->s[h->i] && tg_blank(h->s[h->i]))
        h->i++;
    if (h->s[h->i] != '>')
        return html_error(h, "Unclosed end tag", NULL, at);
    struct tag *tag = &h->stack[h->depth - 1];
    if (*name && strcmp(name, tag->name) != 0) {
        snprintf(h->why, TG_WHY,
                 "can't parse entities: Unmatched end tag at byte offset %zu, expected \"</%s>\", "
                 "found \"</%s>\"",
                 at, tag->name, name);
        return false;
    }
    h->i++;
    h->depth--;
    if (!finish_entity(h, tag))
        cJSON_Delete(cJSON_DetachItemViaPointer(h->entities, tag->entity));
    free(tag->argument);
    tag->argument = NULL;
    return true;
}

static bool parse_html(struct html *h)
{
    while (h->s[h->i]) {
        size_t at = h->i, len = 0;
        uint32_t code = h->s[at] == '&' ? read_escape(h->s + at, &len) : 0;
        if (is_surrogate(code))
            return bad_unicode(h);
        if (code) {
            char bytes[4];
            size_t n = encode_utf8(code, bytes);
            for (size_t k = 0; k < n; k++)
                put_byte(h, bytes[k]);
            h->i += len;
        } else if (h->s[at] != '<') {
            put_byte(h, h->s[h->i++]);
        } else {
            h->i++;
            if (!(h->s[h->i] == '/' ? close_tag(h, at) : open_tag(h, at)))
                return false;
        }
    }
    if (!h->depth)
        return true;
    snprintf(h->why, TG_WHY,
             "can't parse entities: Can't find end tag corresponding to start tag \"%s\"",
             h->stack[h->depth - 1].name);
    return false;
}

bool tg_html_parse(const char *text, struct tg_text *ret, char *why)
{
    struct html *h = sb_alloc(sizeof *h);
    h->s = text;
    h->out = sb_alloc(strlen(text) + 1); /* an escape is never shorter than what it stands for */
    h->entities = cJSON_CreateArray();
    h->why = why;
    bool ok = parse_html(h);
    for (unsigned i = 0; i < DEPTH_MAX; i++)
        free(h->stack[i].argument);
    if (ok) {
        h->out[h->n] = '\0';
        *ret = (struct tg_text){.plain = h->out, .entities = h->entities};
    } else {
        free(h->out);
        cJSON_Delete(h->entities);
    }
    free(h);
    return ok;
}
