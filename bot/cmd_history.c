#include "bot/command.h"
#include "store/audit.h"
#include "store/names.h"

#include <string.h>

#define MATCHES_SHOWN 8
#define PAGE          12

static int ask_who(struct ask *a, const char *part, const struct named *list, size_t n,
                   int64_t total, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    if (total)
        TEXT_ADD(&m, a->lang, TEXT_HISTORY_WHO, T_INT("n", total));
    else
        TEXT_ADD(&m, a->lang, TEXT_HISTORY_NOBODY, T_TEXT("name", part));
    for (size_t i = 0; i < n; i++) {
        buttons_row(&b);
        buttons_addf(&b, list[i].name, "history %s", list[i].id);
    }
    return ask_reply(a, &m, &b, NULL, err);
}

/* A remote's name as people call it, a person as they are known. */
static const char *who(struct ask *a, const char *source)
{
    const struct remote_config *remote = config_remote(a->bot->cfg, source);
    return remote ? bot_remote_title(remote, a->lang) : bot_actor(source, NULL, a->lang);
}

static void add_line(struct ask *a, const struct audit_row *r, struct msg *m)
{
    char when[TEXT_SHORT];
    const char *time = text_clock(when, a->lang, r->at, a->now);
    const char *name = record_name_of(a->db, r->entity, r->local_id, a->arena);
    msg_html(m, "\n");
    if (!r->field)
        TEXT_ADD(m, a->lang, TEXT_HISTORY_LINE_NEW, T_TEXT("time", time),
                 T_TEXT("who", who(a, r->source)), T_TEXT("name", name));
    else
        TEXT_ADD(m, a->lang, TEXT_HISTORY_LINE, T_TEXT("time", time),
                 T_TEXT("who", who(a, r->source)), T_TEXT("name", name), T_TEXT("field", r->field),
                 T_TEXT("before", r->before ? r->before : ""),
                 T_TEXT("after", r->after ? r->after : ""));
}

static int show(struct ask *a, const struct named *one, int64_t before, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct audit_row *rows;
    size_t n;
    if (audit_of_record(a->db, one->entity, one->id, before, PAGE + 1, a->arena, &rows, &n, err))
        return -1;
    TEXT_ADD(&m, a->lang, TEXT_HISTORY_HEAD, T_TEXT("name", one->name));
    if (!n) {
        msg_html(&m, "\n");
        TEXT_ADD(&m, a->lang, TEXT_HISTORY_NONE);
    }
    for (size_t i = 0; i < n && i < PAGE; i++)
        add_line(a, &rows[i], &m);
    if (n > PAGE)
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_OLDER,
                    arena_printf(a->arena, "history %s %lld", one->id,
                                 (long long)rows[PAGE - 1].row));
    return ask_reply(a, &m, &b, NULL, err);
}

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    struct named *list;
    size_t n;
    int64_t total, before = 0;
    char id[UUID_LEN + 1];
    const char *rest = a->args, *first = ask_word(a, &rest);
    if (!first) {
        TEXT_ADD(&m, a->lang, TEXT_HISTORY_HOW);
        return ask_reply(a, &m, NULL, NULL, err);
    }
    /* "ID ROW" is the button for older lines; anything else is a name, spaces and all */
    const char *part = uuid_read(first, id) ? first : a->args;
    if (part == first)
        base_parse_i64(rest + strspn(rest, " "), 1, INT64_MAX, &before);
    if (names_find(a->db, part, MATCHES_SHOWN, a->arena, &list, &n, &total, err))
        return -1;
    return n == 1 ? show(a, &list[0], before, err) : ask_who(a, part, list, n, total, err);
}

const struct command cmd_history = {"history", "NAME", TEXT_CMD_HISTORY, ROLE_ORGANIZER, true, run};
