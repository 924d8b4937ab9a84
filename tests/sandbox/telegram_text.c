/* telegram_text.c: the text of a message as Telegram keeps it: valid UTF-8, entities that lie
 * inside it, no white space around it. The HTML mode is in telegram_html.c. */
#include "tests/sandbox/telegram.h"
#include "tests/sandbox/util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool tg_utf8_valid(const char *s)
{
    const unsigned char *p = (const unsigned char *)s;
    while (*p) {
        unsigned n = *p < 0x80 ? 0 : *p >= 0xc2 && *p < 0xe0 ? 1 : (*p & 0xf0) == 0xe0 ? 2 : 3;
        if (*p >= 0x80 && (*p < 0xc2 || *p > 0xf4))
            return false;
        uint32_t code = n == 0 ? *p : *p & (0x3fu >> n);
        p++;
        for (unsigned i = 0; i < n; i++, p++) {
            if ((*p & 0xc0) != 0x80)
                return false;
            code = code << 6 | (*p & 0x3f);
        }
        if ((n == 2 && (code < 0x800 || (code >= 0xd800 && code < 0xe000))) ||
            (n == 3 && (code < 0x10000 || code > 0x10ffff)))
            return false;
    }
    return true;
}

bool tg_blank(char ch)
{
    return ch == '\0' || ch == ' ' || (ch >= '\t' && ch <= '\r');
}

static double entity_number(const cJSON *entity, const char *name)
{
    return cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(entity, name));
}

/* Moves entities by the units cut in front and cuts them at the new end. */
static void shift_entities(cJSON *entities, size_t cut, size_t units)
{
    cJSON *next = entities ? entities->child : NULL;
    while (next) {
        cJSON *entity = next;
        next = entity->next;
        double begin = entity_number(entity, "offset") - (double)cut;
        double end = begin + entity_number(entity, "length");
        begin = begin < 0 ? 0 : begin;
        end = end > (double)units ? (double)units : end;
        if (end <= begin) {
            cJSON_Delete(cJSON_DetachItemViaPointer(entities, entity));
            continue;
        }
        cJSON_SetNumberHelper(cJSON_GetObjectItemCaseSensitive(entity, "offset"), begin);
        cJSON_SetNumberHelper(cJSON_GetObjectItemCaseSensitive(entity, "length"), end - begin);
    }
}

/* Telegram cuts white space at the end, and at the front up to the first entity. */
static void trim(struct tg_text *text)
{
    size_t len = strlen(text->plain), cut = 0;
    while (len && tg_blank(text->plain[len - 1]))
        len--;
    text->plain[len] = '\0';
    double first = text->entities && text->entities->child
                       ? entity_number(text->entities->child, "offset")
                       : (double)len;
    while (text->plain[cut] && tg_blank(text->plain[cut]) && (double)cut < first)
        cut++;
    memmove(text->plain, text->plain + cut, len - cut + 1);
    text->units = utf16_length(text->plain);
    shift_entities(text->entities, cut, text->units);
    if (text->entities && !text->entities->child) {
        cJSON_Delete(text->entities);
        text->entities = NULL;
    }
}

static bool check_entities(const cJSON *entities, size_t units, char *why)
{
    static const char *const kinds[] = {"mention",      "hashtag",      "cashtag",
                                        "bot_command",  "url",          "email",
                                        "phone_number", "bold",         "italic",
                                        "underline",    "spoiler",      "strikethrough",
                                        "code",         "blockquote",   "expandable_blockquote",
                                        "text_link",    "text_mention", "pre",
                                        "custom_emoji"};
    const cJSON *entity = NULL;
    cJSON_ArrayForEach(entity, entities)
    {
        const char *type = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(entity, "type"));
        bool known = false;
        for (size_t i = 0; i < COUNT_OF(kinds); i++)
            known = known || strcmp(kinds[i], type) == 0;
        if (!known) {
            snprintf(why, TG_WHY, "can't parse MessageEntity: Type is not supported");
            return false;
        }
        double begin = entity_number(entity, "offset"), length = entity_number(entity, "length");
        if (begin < 0 || length <= 0 || begin + length > (double)units) {
            snprintf(why, TG_WHY,
                     "entity beginning at UTF-16 offset %.0f ends after the end of the text at "
                     "UTF-16 offset %.0f",
                     begin, begin + length);
            return false;
        }
    }
    return true;
}

bool tg_text_parse(const char *text, const char *parse_mode, const cJSON *entities,
                   struct tg_text *ret, char *why)
{
    if (parse_mode && *parse_mode && strcmp(parse_mode, "HTML") != 0) {
        bool known = strcmp(parse_mode, "MarkdownV2") == 0 || strcmp(parse_mode, "Markdown") == 0;
        snprintf(why, TG_WHY, "%s",
                 known ? "the sandbox plays no parse_mode but HTML" : "unsupported parse_mode");
        return false;
    }
    struct tg_text got = {0};
    if (parse_mode && *parse_mode) {
        if (!tg_html_parse(text, &got, why))
            return false;
    } else {
        if (entities && !check_entities(entities, utf16_length(text), why))
            return false;
        got.plain = sb_dup(text);
        got.entities = entities ? cJSON_Duplicate(entities, true) : NULL;
    }
    trim(&got);
    *ret = got;
    return true;
}

void tg_text_clear(struct tg_text *text)
{
    free(text->plain);
    cJSON_Delete(text->entities);
    *text = (struct tg_text){0};
}
