#include "bot/command.h"
#include "bot/grant.h"
#include "bot/text/field_text.h"
#include "bot/text/page_text.h"
#include "store/base/utf8.h"

#define PAGE     8
#define NAME_MAX 24 /* UTF-16 units of a name in a button */

static const char *short_name(struct ask *a, const char *name)
{
    size_t n = utf8_cut_utf16(name, NAME_MAX);
    return name[n] ? arena_printf(a->arena, "%.*s…", (int)n, name) : name;
}

static const char *name_of(struct ask *a, int64_t id, struct err *err)
{
    struct grantee who;
    return grant_find(a, arena_printf(a->arena, "%lld", (long long)id), &who, err) ? NULL
                                                                                   : who.name;
}

static int add_admins(struct ask *a, struct msg *m, struct err *err)
{
    AUTO_BUF names = BUF_INIT(8192);
    const struct config *cfg = a->bot->cfg;
    for (size_t i = 0; i < cfg->n_admins; i++) {
        const char *name = name_of(a, cfg->admins[i], err);
        if (!name)
            return -1;
        buf_addf(&names, "%s%s", i ? ", " : "", name);
    }
    if (cfg->n_admins) {
        TEXT_ADD(m, a->lang, TEXT_ROLES_ADMINS, T_TEXT("names", buf_str(&names)));
        msg_html(m, "\n");
    }
    if (cfg->leads_are_organizers && cfg->year) {
        TEXT_ADD(m, a->lang, TEXT_ROLES_LEADS, T_ID("year", cfg->year));
        msg_html(m, "\n");
    }
    return 0;
}

static int add_line(struct ask *a, int64_t number, const struct grant *g, struct msg *m,
                    struct buttons *b, struct err *err)
{
    char when[TEXT_SHORT];
    AUTO_MSG whom = MSG_INIT;
    const char *name = name_of(a, g->user_id, err);
    if (!name)
        return -1;
    grantee_words(&(struct grantee){.id = g->user_id, .name = name}, a->lang, &whom);
    msg_html(m, "\n");
    TEXT_ADD(m, a->lang, TEXT_ROLES_LINE, T_INT("n", number), T_HTML("who", msg_str(&whom)),
             T_TEXT("what", grant_words(a, a->lang, g)), T_TEXT("by", source_title(a, g->given_by)),
             T_TEXT("time", text_clock(when, a->lang, g->given_at, a->now)));
    if (number % 2)
        buttons_row(b);
    TEXT_BUTTON(b, a->lang, TEXT_BTN_ROLES_TAKE,
                arena_printf(a->arena, "revoke g%lld", (long long)g->id), T_INT("n", number),
                T_TEXT("who", short_name(a, name)));
    return 0;
}

static void add_pages(struct ask *a, int64_t at, int64_t total, struct buttons *b)
{
    buttons_row(b);
    if (at > 0)
        page_prev(b, a->lang,
                  arena_printf(a->arena, "roles %lld @%s", (long long)(at > PAGE ? at - PAGE : 0),
                               a->slot));
    if (at + PAGE < total)
        page_next(b, a->lang,
                  arena_printf(a->arena, "roles %lld @%s", (long long)(at + PAGE), a->slot),
                  at + PAGE, PAGE, total);
}

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct grant *list;
    size_t n;
    int64_t at = 0, total;
    const char *slot = ask_slot(a, "roles");
    base_parse_i64(a->args, 0, 1000000, &at);
    if (grants_list(a->db, GRANT_VIA, a->now, (size_t)at, PAGE, a->arena, &list, &n, &total, err))
        return -1;
    if (!n && at) {
        at = 0;
        if (grants_list(a->db, GRANT_VIA, a->now, 0, PAGE, a->arena, &list, &n, &total, err))
            return -1;
    }
    if (add_admins(a, &m, err))
        return -1;
    msg_html(&m, *msg_str(&m) ? "\n" : "");
    TEXT_ADD(&m, a->lang, total ? TEXT_ROLES_HEAD : TEXT_ROLES_NONE, T_INT("n", total));
    for (size_t i = 0; i < n; i++) {
        if (add_line(a, at + (int64_t)i + 1, &list[i], &m, &b, err))
            return -1;
    }
    add_pages(a, at, total, &b);
    return ask_reply(a, &m, &b, slot, err);
}

const struct command cmd_roles = {"roles", "", TEXT_CMD_ROLES, ROLE_ADMIN, true, run};
