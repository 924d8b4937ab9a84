#include "bot/command.h"
#include "bot/text/deleted_text.h"
#include "bot/text/page_text.h"
#include "store/base/utf8.h"
#include "store/names.h"
#include "store/traces.h"
#include "sync/restore.h"

#include <string.h>

#define PAGE       5
#define NAME_MAX   24 /* UTF-16 units of a name in a button */
#define IN_A_ROW   3  /* what a phone is wide enough for */
#define ONE_MEMORY ((size_t)16 << 20)

/* What the list shows: typed as "[FLOW|text]"; a button says "KIND FROM [FLOW|text]". */
struct wish {
    struct deletion_query query;
    const char *words; /* "": everything */
    int64_t at;
};

static const struct flow *flow_called(struct ask *a, const char *words)
{
    const struct config *cfg = a->bot->cfg;
    AUTO_BUF typed = BUF_INIT(1024);
    struct step step;
    if (config_step(cfg, words, &step))
        return step.flow;
    utf8_fold(words, &typed);
    for (size_t i = 0; i < cfg->n_flows; i++) {
        AUTO_BUF title = BUF_INIT(1024);
        utf8_fold(bot_flow_title(cfg, cfg->flows[i]->name, a->lang), &title);
        if (!strcmp(buf_str(&title), buf_str(&typed)))
            return cfg->flows[i];
    }
    return NULL;
}

static void read_wish(struct ask *a, struct wish *w)
{
    const char *rest = a->args, *kind = ask_word(a, &rest), *at = ask_word(a, &rest);
    *w = (struct wish){.query = {.kind = DELETED_KINDS}, .words = a->args};
    bool known = kind && (deletion_kind_read(kind, &w->query.kind) || !strcmp(kind, "all"));
    if (known && (!at || base_parse_i64(at, 0, DELETIONS_MAX, &w->at)))
        w->words = rest + strspn(rest, " ");
    else
        w->query.kind = DELETED_KINDS;
    const struct flow *f = *w->words ? flow_called(a, w->words) : NULL;
    if (f) {
        w->query.remote = f->remote->name;
        w->query.tbl = f->table;
    } else if (*w->words) {
        w->query.part = w->words;
    }
}

/* ---------------------------------------------------------------- whose it is */

/* A row that no record stands for is known by what of it is in quarantine. */
static int is_their_row(struct ask *a, const struct deletion *d, struct arena *arena, bool *ret,
                        struct err *err)
{
    const struct flow *f = table_flow(a, d->remote, d->tbl);
    struct jailed *list;
    size_t n;
    *ret = false;
    if (!f || traces_jailed_in(a->db, f->name, d->remote_id, arena, &list, &n, err))
        return f ? -1 : 0;
    for (size_t i = 0; i < n && !*ret; i++) {
        if (rights_for_row(a->bot, a->db, a->rights, a->need, &list[i], arena, ret, err))
            return -1;
    }
    return 0;
}

static int is_theirs(void *ctx, const struct deletion *d, bool *ret, struct err *err)
{
    struct ask *a = ctx;
    AUTO_ARENA *arena = arena_new(ONE_MEMORY);
    return d->local_id ? rights_for_record(a->db, a->rights, a->need, d->entity, d->local_id, arena,
                                           ret, err)
                       : is_their_row(a, d, arena, ret, err);
}

/* ---------------------------------------------------------------- one of them */

static const char *short_name(struct ask *a, const char *name)
{
    size_t n = utf8_cut_utf16(name, NAME_MAX);
    return name[n] ? arena_printf(a->arena, "%.*s…", (int)n, name) : name;
}

/* Is the record on the page, with a button of its own, or has one before it offered it? */
static bool is_offered(const struct deletion *page, size_t n, size_t at,
                       const struct restore_look *looks, const char *id)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(page[i].local_id, id) || (i < at && str_eq(looks[i].with_id, id)))
            return true;
    }
    return false;
}

static int add_restores(struct ask *a, int64_t from, const struct deletion *page, size_t n,
                        struct buttons *b, struct err *err)
{
    struct restore_look looks[PAGE] = {0};
    size_t in_row = 0;
    for (size_t i = 0; i < n && i < PAGE; i++) {
        const char *id = page[i].local_id;
        int64_t number = from + (int64_t)i + 1;
        if (!id)
            continue;
        if (restore_look(a->db, a->bot->cfg, page[i].entity, id, a->arena, &looks[i], err))
            return -1;
        if (looks[i].can == RESTORE_CAN) {
            if (in_row++ % IN_A_ROW == 0)
                buttons_row(b);
            TEXT_BUTTON(b, a->lang, TEXT_BTN_BACK_NTH,
                        arena_printf(a->arena, "restore %s %lld", id, (long long)looks[i].rec->rev),
                        T_INT("n", number));
        } else if (looks[i].with_can && !is_offered(page, n, i, looks, looks[i].with_id)) {
            in_row = 0; /* a name takes a row of its own */
            buttons_row(b);
            TEXT_BUTTON(b, a->lang, TEXT_BTN_BACK_NTH_FIRST,
                        arena_printf(a->arena, "restore %s", looks[i].with_id), T_INT("n", number),
                        T_TEXT("name", short_name(a, record_name_of(a->db, looks[i].with_entity,
                                                                    looks[i].with_id, a->arena))));
        }
    }
    return 0;
}

static int add_one(struct ask *a, int64_t number, const struct deletion *d, struct msg *m,
                   struct err *err)
{
    char when[TEXT_SHORT];
    const struct flow *f = table_flow(a, d->remote, d->tbl);
    const char *entity = d->entity ? d->entity : f ? f->entity->name : "";
    msg_html(m, "\n\n");
    TEXT_ADD(m, a->lang, TEXT_DELETED_LINE, T_INT("n", number), T_TEXT("name", deleted_name(a, d)),
             T_TEXT("what", record_what(a, entity)),
             T_TEXT("time", text_clock(when, a->lang, d->since, a->now)));
    return deleted_lines(a, d, m, err);
}

/* ---------------------------------------------------------------- the list */

/* A filter, or a page; one whose words do not fit into a button is left out. *ret: it fits. */
static bool data_for(struct ask *a, const struct wish *w, enum deletion_kind kind, int64_t at,
                     const char **ret)
{
    *ret = arena_printf(a->arena, "deleted %s %lld%s%s @%s",
                        kind < DELETED_KINDS ? deletion_kind_name(kind) : "all", (long long)at,
                        *w->words ? " " : "", w->words, a->slot);
    return strlen(*ret) <= BUTTON_DATA_MAX;
}

static const enum text_id labels[] = {
    [DELETED_RULE] = TEXT_BTN_DELETED_RULE,     [DELETED_HAND] = TEXT_BTN_DELETED_HAND,
    [DELETED_FEEDER] = TEXT_BTN_DELETED_FEEDER, [DELETED_HERE] = TEXT_BTN_DELETED_HERE,
    [DELETED_GONE] = TEXT_BTN_DELETED_GONE,     [DELETED_WITH] = TEXT_BTN_DELETED_WITH,
};

static void add_filters(struct ask *a, const struct wish *w, const int64_t *totals, int64_t all,
                        struct buttons *b)
{
    const char *data;
    size_t n = 0;
    if (w->query.kind < DELETED_KINDS && data_for(a, w, DELETED_KINDS, 0, &data))
        TEXT_BUTTON(b, a->lang, TEXT_BTN_DELETED_ALL, data, T_INT("n", all));
    for (int i = 0; i < DELETED_KINDS; i++) {
        if (!totals[i] || totals[i] == all || w->query.kind == (enum deletion_kind)i ||
            !data_for(a, w, (enum deletion_kind)i, 0, &data))
            continue;
        if (n++ % 3 == 2)
            buttons_row(b);
        TEXT_BUTTON(b, a->lang, labels[i], data, T_INT("n", totals[i]));
    }
}

static void add_pages(struct ask *a, const struct wish *w, int64_t total, struct msg *m,
                      struct buttons *b)
{
    const char *data;
    if (w->at >= PAGE && data_for(a, w, w->query.kind, w->at - PAGE, &data))
        page_prev(b, a->lang, data);
    if (w->at + PAGE >= total)
        return;
    if (data_for(a, w, w->query.kind, w->at + PAGE, &data)) {
        page_next(b, a->lang, data, w->at + PAGE, PAGE, total);
    } else {
        msg_html(m, "\n\n");
        TEXT_ADD(m, a->lang, TEXT_DELETED_NARROW);
    }
}

static void add_head(struct ask *a, const struct wish *w, int64_t total, int64_t all, struct msg *m)
{
    AUTO_BUF kind = BUF_INIT(256);
    if (!all)
        TEXT_ADD(m, a->lang, *w->words ? TEXT_DELETED_NONE_OF : TEXT_DELETED_NONE);
    else if (w->query.kind < DELETED_KINDS)
        TEXT_ADD(m, a->lang, TEXT_DELETED_HEAD_KIND,
                 T_TEXT("what",
                        TEXT_PLAIN(&kind, a->lang, labels[w->query.kind], T_INT("n", total))));
    else
        TEXT_ADD(m, a->lang, TEXT_DELETED_HEAD, T_INT("n", total));
    if (all && *w->words) {
        msg_html(m, " · ");
        TEXT_ADD(m, a->lang, TEXT_DELETED_OF, T_TEXT("what", w->words));
    }
}

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct wish w;
    struct deletion *list;
    size_t n;
    int64_t totals[DELETED_KINDS], all = 0;
    const char *slot = ask_slot(a, "deleted");
    read_wish(a, &w);
    if (a->rights->whole < a->need) {
        w.query.wanted = is_theirs;
        w.query.ctx = a;
    }
    if (deletions_list(a->db, &w.query, (size_t)w.at, PAGE, a->arena, &list, &n, totals, err))
        return -1;
    for (size_t i = 0; i < DELETED_KINDS; i++)
        all += totals[i];
    int64_t total = w.query.kind < DELETED_KINDS ? totals[w.query.kind] : all;
    add_head(a, &w, total, all, &m);
    for (size_t i = 0; i < n; i++) {
        if (add_one(a, w.at + (int64_t)i + 1, &list[i], &m, err))
            return -1;
    }
    if (add_restores(a, w.at, list, n, &b, err))
        return -1;
    buttons_row(&b);
    add_pages(a, &w, total, &m, &b);
    buttons_row(&b);
    add_filters(a, &w, totals, all, &b);
    if (!all && *w.words)
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_DELETED, "deleted");
    return ask_reply(a, &m, &b, slot, err);
}

const struct command cmd_deleted = {"deleted",      "[flow|text]", TEXT_CMD_DELETED,
                                    ROLE_ORGANIZER, true,          run};
