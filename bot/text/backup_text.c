#include "bot/text/backup_text.h"

#include "bot/text/ops_text.h"
#include "store/backup.h"

#include <stdio.h>
#include <string.h>

#define WORDS_MAX ((size_t)1 << 16)

bool backup_is(const struct job *job)
{
    return str_eq(job->kind, BACKUP_JOB);
}

static void head(const struct job *job, enum lang lang, struct msg *m)
{
    TEXT_ADD(m, lang, TEXT_BACKUP_HEAD,
             T_TEXT("who", bot_actor(job->actor, job->actor_name, lang)));
    msg_html(m, "\n");
}

void backup_stopping(const struct job *job, enum lang lang, struct msg *m)
{
    head(job, lang, m);
    TEXT_ADD(m, lang, TEXT_JOB_STOPPING);
}

void backup_running(const struct job *job, int64_t done, int64_t total, enum lang lang,
                    struct msg *m, struct buttons *b)
{
    AUTO_ARENA *arena = arena_new(WORDS_MAX);
    char bar[OPS_BAR_BYTES], data[BUTTON_DATA_MAX];
    const char *whole = ops_bytes(arena, lang, total);
    int percent = total ? (int)(done * 100 / total) : 0;
    head(job, lang, m);
    if (!total)
        TEXT_ADD(m, lang, TEXT_BACKUP_WAITS);
    else if (done >= total)
        TEXT_ADD(m, lang, TEXT_BACKUP_VERIFIES, T_TEXT("total", whole));
    else
        TEXT_ADD(m, lang, TEXT_BACKUP_COPIES, T_TEXT("bar", ops_bar(bar, percent)),
                 T_INT("percent", percent), T_TEXT("done", ops_bytes(arena, lang, done)),
                 T_TEXT("total", whole));
    snprintf(data, sizeof data, "cancel %lld", (long long)job->id);
    TEXT_BUTTON(b, lang, TEXT_BTN_STOP, data);
}

void backup_over(const struct backup_end *e, enum lang lang, struct msg *m, struct buttons *b)
{
    AUTO_ARENA *arena = arena_new(WORDS_MAX);
    AUTO_BUF why = BUF_INIT(1024);
    if (e->made) {
        TEXT_ADD(m, lang, TEXT_BACKUP_DONE, T_TEXT("name", e->made->name),
                 T_TEXT("size", ops_bytes(arena, lang, e->made->bytes)));
        if (e->dropped) {
            msg_html(m, "\n");
            TEXT_ADD(m, lang, TEXT_BACKUP_DROPPED, T_INT("n", e->dropped));
        }
        TEXT_BUTTON(b, lang, TEXT_BTN_MENU_BACKUP, "backup");
        return;
    }
    if (e->why)
        TEXT_ADD(m, lang, TEXT_BACKUP_FAILED, T_TEXT("why", bot_error(&why, e->why, lang)),
                 T_TEXT("dir", e->dir));
    else
        TEXT_ADD(m, lang, TEXT_BACKUP_STOPPED);
    TEXT_BUTTON(b, lang, TEXT_BTN_BACKUP_NOW, "backup now");
}
