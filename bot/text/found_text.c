#include "bot/text/found_text.h"

#include "bot/card.h"
#include "bot/text/field_text.h"
#include "store/base/utf8.h"
#include "store/rows.h"
#include "store/search_match.h"

#include <string.h>

#define WORDS_MAX    8
#define PHONE_MIN    4 /* digits that make a part of a phone */
#define PHONE_SHOWN  4
#define PHONE_DIGITS 24

/* Each word that was typed is in the text, with a typo or two where they are let pass. */
static bool says(const char *text, const struct search_word *typed, size_t n, bool typos)
{
    struct search_word known[SEARCH_WORDS_MAX];
    size_t n_known = search_words(text, known, ARRAY_LEN(known));
    for (size_t i = 0; i < n; i++) {
        bool fits = false;
        for (size_t k = 0; k < n_known && !fits; k++)
            fits = search_fit(&typed[i], &known[k], typos ? search_typos(&typed[i]) : 0) !=
                   SEARCH_NO_FIT;
        if (!fits)
            return false;
    }
    return n != 0;
}

static void digits_of(const char *text, char out[PHONE_DIGITS])
{
    size_t n = 0;
    for (; *text && n + 1 < PHONE_DIGITS; text++) {
        if (*text >= '0' && *text <= '9')
            out[n++] = *text;
    }
    out[n] = '\0';
}

/* «телефон …4567»: the whole number stands on the card. */
static const char *by_phone(struct ask *a, const char *phone, const char *text)
{
    char typed[PHONE_DIGITS], known[PHONE_DIGITS];
    digits_of(text, typed);
    digits_of(phone, known);
    size_t n = strlen(known);
    const char *part = strlen(typed) == 11 && *typed == '8' ? typed + 1 : typed;
    if (strlen(typed) < PHONE_MIN || n < PHONE_SHOWN || !strstr(known, part))
        return NULL;
    return arena_printf(a->arena, "%s …%s", field_title("phone", a->lang), known + n - PHONE_SHOWN);
}

static const char *by_field(struct ask *a, const struct dicts *dicts, const struct record *r,
                            const char *text, const struct search_word *typed, size_t n, bool typos)
{
    static const char *const fields[] = {"nickname",   "other_names", "last_name",
                                         "first_name", "telegram",    "number"};
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        if (model_field(r->e, fields[i]) < 0)
            continue;
        const char *value = field_of(a, dicts, r, fields[i]);
        if (!says(value, typed, n, typos))
            continue;
        bool handle = !strcmp(fields[i], "telegram");
        return handle ? arena_printf(a->arena, *value == '@' ? "%s" : "@%s", value)
                      : arena_printf(a->arena, "%s %s", field_title(fields[i], a->lang), value);
    }
    return model_field(r->e, "phone") < 0 ? NULL
                                          : by_phone(a, field_of(a, dicts, r, "phone"), text);
}

int found_by(struct ask *a, const struct dicts *dicts, const struct found *one, const char *text,
             const char **ret, struct err *err)
{
    struct search_word typed[WORDS_MAX];
    size_t n = search_words(text, typed, WORDS_MAX);
    enum card_sight sight;
    struct record *r;
    *ret = "";
    if (says(one->name, typed, n, one->by_typo))
        return 0;
    if (card_sight(a, one->entity, one->id, &sight, err) ||
        rows_get(a->db, model_entity(one->entity), one->id, a->arena, &r, err))
        return -1;
    const char *by =
        sight == CARD_HIDDEN || !r ? NULL : by_field(a, dicts, r, text, typed, n, one->by_typo);
    *ret = by ? by : "";
    return 0;
}
