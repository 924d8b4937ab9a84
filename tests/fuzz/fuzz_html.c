/* fuzz_html.c: texts for a chat: escaping holds, and what is split stays whole and valid. */
#include "bot/chat/html.h"
#include "store/base/utf8.h"
#include "tests/fuzz/fuzz.h"

static void escape(const char *text)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUF plain = BUF_INIT((size_t)1 << 20);
    msg_html(&m, "<b>");
    msg_text(&m, text);
    msg_html(&m, "</b>");
    PROMISE(html_valid(msg_str(&m)) || !utf8_valid(text, strlen(text)));
    html_to_plain(msg_str(&m), &plain);
}

static void split(const char *html, size_t most, struct arena *arena)
{
    const char **parts = NULL;
    size_t n = 0;
    bool valid = html_valid(html);
    html_split(html, most, arena, &parts, &n);
    for (size_t i = 0; i < n; i++) {
        PROMISE(html_length(parts[i]) <= most);
        if (valid)
            PROMISE(html_valid(parts[i]));
    }
}

static void press(const char *text)
{
    AUTO_BUTTONS b = BUTTONS_INIT;
    buttons_add(&b, text, text);
    buttons_row(&b);
    buttons_url(&b, text, text);
    buttons_json(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 20000)
        return 0;
    AUTO_FREE char *text = fuzz_text(data, size);
    AUTO_ARENA *arena = arena_new((size_t)512 << 20);
    AUTO_BUF plain = BUF_INIT((size_t)4 << 20);
    html_to_plain(text, &plain);
    escape(text);
    split(text, 4096, arena);
    split(text, 16, arena);
    press(text);
    return 0;
}
