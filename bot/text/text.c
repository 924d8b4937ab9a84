#include "bot/text/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define NARROW_NBSP "\xe2\x80\xaf" /* U+202F: how Russian groups digits */
#define MINUS       "\xe2\x88\x92" /* U+2212 */

static const struct {
    const char *name, *templates[LANG_COUNT];
} table[] = {
#define TEXT(id, ru, en) [TEXT_##id] = {#id, {[LANG_RU] = (ru), [LANG_EN] = (en)}},
#include "bot/text/text_table.h"
#undef TEXT
};

const char *text_template(enum lang lang, enum text_id id)
{
    return table[id].templates[lang];
}

const char *text_name(enum text_id id)
{
    return table[id].name;
}

enum lang lang_of(const char *tag, enum lang fallback)
{
    if (!tag || strlen(tag) < 2 || (tag[2] && tag[2] != '-' && tag[2] != '_'))
        return fallback;
    if (!strncasecmp(tag, "ru", 2))
        return LANG_RU;
    return strncasecmp(tag, "en", 2) ? fallback : LANG_EN;
}

const char *lang_code(enum lang lang)
{
    return lang == LANG_EN ? "en" : "ru";
}

const char *text_number(char out[TEXT_SHORT], enum lang lang, int64_t n)
{
    char digits[24];
    uint64_t size = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    size_t len = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, size), at = 0;
    if (n < 0)
        at += (size_t)snprintf(out, TEXT_SHORT, MINUS);
    for (size_t i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            at += (size_t)snprintf(out + at, TEXT_SHORT - at, "%s",
                                   lang == LANG_EN ? "," : NARROW_NBSP);
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}

/* Which of the forms goes with n. */
static size_t plural(enum lang lang, int64_t n)
{
    uint64_t size = n < 0 ? 0 - (uint64_t)n : (uint64_t)n, ten = size % 10, hundred = size % 100;
    if (lang == LANG_EN)
        return size == 1 ? 0 : 1;
    if (ten == 1 && hundred != 11)
        return 0;
    return ten >= 2 && ten <= 4 && (hundred < 12 || hundred > 14) ? 1 : 2;
}

static const struct targ *find_arg(const struct targ *args, size_t n, const char *name, size_t len)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(args[i].name) == len && !strncmp(args[i].name, name, len))
            return &args[i];
    return NULL;
}

static void add_arg(struct msg *m, enum lang lang, const struct targ *arg)
{
    char number[TEXT_SHORT];
    if (arg->kind == TARG_TEXT)
        msg_text(m, arg->text);
    else if (arg->kind == TARG_HTML)
        msg_html(m, arg->text ? arg->text : "");
    else if (arg->kind == TARG_INT)
        msg_html(m, text_number(number, lang, arg->n));
    else
        buf_addf(&m->html, "%" PRId64, arg->n);
}

/* forms: "запись|записи|записей", len bytes. */
static void add_form(struct msg *m, enum lang lang, int64_t n, const char *forms, size_t len)
{
    const char *end = forms + len;
    size_t wanted = plural(lang, n);
    for (;; wanted--) {
        const char *bar = memchr(forms, '|', (size_t)(end - forms));
        if (!wanted || !bar) {
            buf_addn(&m->html, forms, (size_t)((bar ? bar : end) - forms));
            return;
        }
        forms = bar + 1;
    }
}

void text_add(struct msg *m, enum lang lang, enum text_id id, const struct targ *args, size_t n)
{
    for (const char *p = text_template(lang, id); *p;) {
        size_t plain = strcspn(p, "{");
        buf_addn(&m->html, p, plain);
        p += plain;
        const char *end = *p ? strchr(p, '}') : NULL;
        if (!end) {
            msg_html(m, p);
            return;
        }
        const char *name = p + 1;
        size_t name_len = strcspn(name, ":}");
        const struct targ *arg = find_arg(args, n, name, name_len);
        if (!arg)
            buf_addn(&m->html, p, (size_t)(end - p) + 1);
        else if (name[name_len] == ':')
            add_form(m, lang, arg->n, name + name_len + 1, (size_t)(end - name) - name_len - 1);
        else
            add_arg(m, lang, arg);
        p = end + 1;
    }
}

const char *text_plain(struct buf *out, enum lang lang, enum text_id id, const struct targ *args,
                       size_t n)
{
    AUTO_MSG m = MSG_INIT;
    text_add(&m, lang, id, args, n);
    html_to_plain(msg_str(&m), out);
    return buf_str(out);
}

void text_button(struct buttons *b, enum lang lang, enum text_id id, const char *data,
                 const struct targ *args, size_t n)
{
    AUTO_BUF text = BUF_INIT(1024);
    buttons_add(b, text_plain(&text, lang, id, args, n), data);
}

/* ---------------------------------------------------------------- time */

static const char *two_numbers(char out[TEXT_SHORT], enum lang lang, enum text_id id, int64_t n,
                               int64_t m)
{
    AUTO_BUF text = BUF_INIT(TEXT_SHORT - 1);
    str_copy(out, TEXT_SHORT, TEXT_PLAIN(&text, lang, id, T_INT("n", n), T_INT("m", m)));
    return out;
}

const char *text_duration(char out[TEXT_SHORT], enum lang lang, int64_t ms)
{
    if (ms < 1000)
        return two_numbers(out, lang, TEXT_DURATION_MS, ms < 0 ? 0 : ms, 0);
    int64_t s = (ms + 500) / 1000, min = s / 60, h = min / 60, d = h / 24;
    if (s < 60)
        return two_numbers(out, lang, TEXT_DURATION_S, s, 0);
    if (min < 10 && s % 60)
        return two_numbers(out, lang, TEXT_DURATION_MIN_S, min, s % 60);
    if (min < 60)
        return two_numbers(out, lang, TEXT_DURATION_MIN, min, 0);
    if (h < 24)
        return two_numbers(out, lang, min % 60 ? TEXT_DURATION_H_MIN : TEXT_DURATION_H, h,
                           min % 60);
    return two_numbers(out, lang, h % 24 ? TEXT_DURATION_D_H : TEXT_DURATION_D, d, h % 24);
}

const char *text_ago(char out[TEXT_SHORT], enum lang lang, int64_t ms)
{
    int64_t s = ms / 1000;
    if (s < 5)
        return two_numbers(out, lang, TEXT_AGO_NOW, 0, 0);
    if (s < 60)
        return two_numbers(out, lang, TEXT_AGO_S, s, 0);
    if (s < 3600)
        return two_numbers(out, lang, TEXT_AGO_MIN, s / 60, 0);
    if (s < 48 * 3600)
        return two_numbers(out, lang, TEXT_AGO_H, s / 3600, 0);
    return two_numbers(out, lang, TEXT_AGO_D, s / 86400, 0);
}

const char *text_clock(char out[TEXT_SHORT], enum lang lang, int64_t at_ms, int64_t now_ms)
{
    time_t at = (time_t)(at_ms / 1000), now = (time_t)(now_ms / 1000);
    struct tm a, b;
    char time[8];
    localtime_r(&at, &a);
    localtime_r(&now, &b);
    strftime(time, sizeof time, "%H:%M", &a);
    enum text_id id = a.tm_year != b.tm_year   ? TEXT_CLOCK_YEAR
                      : a.tm_yday != b.tm_yday ? TEXT_CLOCK_DAY
                                               : TEXT_CLOCK_TODAY;
    enum text_id month = (enum text_id)((int)TEXT_MONTH_1 + a.tm_mon);
    AUTO_BUF text = BUF_INIT(TEXT_SHORT - 1);
    str_copy(out, TEXT_SHORT,
             TEXT_PLAIN(&text, lang, id, T_TEXT("time", time), T_ID("day", a.tm_mday),
                        T_TEXT("month", text_template(lang, month)),
                        T_ID("year", a.tm_year + 1900)));
    return out;
}
