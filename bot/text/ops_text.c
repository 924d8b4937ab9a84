#include "bot/text/ops_text.h"

#include <string.h>

const char *ops_bar(char out[OPS_BAR_BYTES], int percent)
{
    const int cells = (OPS_BAR_BYTES - 1) / 3;
    out[0] = '\0';
    for (int i = 0; i < cells; i++)
        strncat(out, i * 100 < percent * cells ? "▓" : "░", OPS_BAR_BYTES - 1 - strlen(out));
    return out;
}

const char *ops_bytes(struct arena *arena, enum lang lang, int64_t bytes)
{
    bool ru = lang == LANG_RU;
    if (bytes < (int64_t)1 << 20)
        return arena_printf(arena, ru ? "%lld КБ" : "%lld KB", (long long)((bytes + 1023) >> 10));
    if (bytes < (int64_t)10 << 30)
        return arena_printf(arena, ru ? "%lld МБ" : "%lld MB", (long long)(bytes >> 20));
    return arena_printf(arena, ru ? "%lld ГБ" : "%lld GB", (long long)(bytes >> 30));
}

const char *ops_size(struct ask *a, int64_t bytes)
{
    return ops_bytes(a->arena, a->lang, bytes);
}

const char *ops_ago(struct ask *a, int64_t at, enum text_id never)
{
    char ago[TEXT_SHORT];
    return at ? arena_strdup(a->arena, text_ago(ago, a->lang, a->now - at))
              : text_template(a->lang, never);
}
