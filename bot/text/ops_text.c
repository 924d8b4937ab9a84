#include "bot/text/ops_text.h"

#include "store/backup.h"

const char *ops_size(struct ask *a, int64_t bytes)
{
    bool ru = a->lang == LANG_RU;
    if (bytes < (int64_t)1 << 20)
        return arena_printf(a->arena, ru ? "%lld КБ" : "%lld KB",
                            (long long)((bytes + 1023) >> 10));
    if (bytes < (int64_t)10 << 30)
        return arena_printf(a->arena, ru ? "%lld МБ" : "%lld MB", (long long)(bytes >> 20));
    return arena_printf(a->arena, ru ? "%lld ГБ" : "%lld GB", (long long)(bytes >> 30));
}

const char *ops_ago(struct ask *a, int64_t at, enum text_id never)
{
    char ago[TEXT_SHORT];
    return at ? arena_strdup(a->arena, text_ago(ago, a->lang, a->now - at))
              : text_template(a->lang, never);
}

struct backup_place ops_backups(const struct ask *a)
{
    const struct config *cfg = a->bot->cfg;
    return (struct backup_place){.store = db_path(a->db),
                                 .dir = cfg->backup_dir,
                                 .keep = cfg->backup_keep};
}
