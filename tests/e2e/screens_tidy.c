/* screens_tidy.c: what differs from run to run, by fixed words. */
#include "tests/e2e/screens.h"

#include <regex.h>

#define TIDY_BYTES ((size_t)4 << 20)

#define MONTHS                                                                                                                                                          \
    "(января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря|January|" \
    "February|March|April|May|June|July|August|September|October|November|December)"
#define DAY   "[0-9]{1,2} " MONTHS "( [0-9]{4})?"
#define UNIT  "(мс|с|мин|ч|д|ms|s|min|h|d)"
#define SPAN  "[0-9]+ " UNIT "( [0-9]+ " UNIT ")?"
#define BYTES "[0-9]+([.,][0-9]+)? (КБ|МБ|ГБ|KB|MB|GB)"

/* In this order, each everywhere; \1 in `by` is the pattern's first group. */
static const struct rule {
    const char *pattern, *by;
} rules[] = {
    {"http://127\\.0\\.0\\.1:[0-9]+", "http://127.0.0.1:8080"},
    {"ts=[^ ]+", "ts=2026-06-01T12:00:00.000Z"},
    {"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}[:-]?[0-9]{2}[:-]?[0-9]{2}(\\.[0-9]+)?Z",
     "2026-06-01T12:00:00Z"},
    {"[0-9]{8}-[0-9]{6}", "20260601-120000"},
    {"(" DAY ", )?[0-9]{2}:[0-9]{2}(:[0-9]{2})?", "12:00"},
    {"SQLite [0-9.]+ · libcurl [0-9.]+ · [^\n]*", "SQLite 3.40.1 · libcurl 7.88.1 · Linux"},
    {"(за|after|in|Работает|Up|up|refused for|stood for) " SPAN, "\\1 " TIDY_SPAN},
    {"(12:00, )" SPAN "( ·)", "\\1" TIDY_SPAN " ·"},
    {"[0-9]+ (секунд|минут|час|second|minute|hour)[^ \n,.]* (назад|ago)", TIDY_NOW},
    {"только что", TIDY_NOW},
    /* on a slow machine something may have been late for a moment before */
    {"(За сутки починилось|Mended within a day): [0-9]+\n", ""},
    {BYTES, TIDY_SIZE},
    {"[0-9]+ (мс|ms)", TIDY_SPAN},
};

static void replace(regex_t *re, const char *by, const char *text, struct buf *out)
{
    regmatch_t m[4];
    int flags = 0;
    while (!regexec(re, text, ARRAY_LEN(m), m, flags) && m[0].rm_eo > m[0].rm_so) {
        buf_addn(out, text, (size_t)m[0].rm_so);
        if (by[0] == '\\' && by[1] == '1') {
            buf_addn(out, text + m[1].rm_so, (size_t)(m[1].rm_eo - m[1].rm_so));
            buf_add(out, by + 2);
        } else {
            buf_add(out, by);
        }
        text += m[0].rm_eo;
        flags = REG_NOTBOL;
    }
    buf_add(out, text);
}

char *screens_tidy(const char *text, const char *dir)
{
    AUTO_BUF first = BUF_INIT(TIDY_BYTES);
    for (const char *at; (at = strstr(text, dir)); text = at + strlen(dir)) {
        buf_addn(&first, text, (size_t)(at - text));
        buf_add(&first, "/srv/rosterd");
    }
    buf_add(&first, text);
    char *now = buf_take(&first);
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        struct buf out = BUF_INIT(TIDY_BYTES);
        regex_t re;
        if (regcomp(&re, rules[i].pattern, REG_EXTENDED))
            fail_msg("not a pattern: %s", rules[i].pattern);
        replace(&re, rules[i].by, now, &out);
        regfree(&re);
        free(now);
        now = buf_take(&out);
    }
    return now;
}
