#include "bot/card.h"
#include "bot/command.h"
#include "bot/rights.h"
#include "bot/text/deleted_text.h"
#include "bot/text/field_text.h"
#include "bot/text/found_text.h"
#include "bot/text/page_text.h"
#include "store/base/utf8.h"
#include "store/base/uuid.h"
#include "store/rows.h"
#include "store/search.h"

#include <stdio.h>
#include <string.h>

#define PAGE       8
#define LOOKED_MAX 200 /* of which somebody may turn the pages */
#define ECHO_UNITS 80

/* One question with the records of it that this person may see. */
struct finding {
    const char *text;
    struct found *list;
    size_t n, at;
    struct search_result r;
    bool hidden; /* others belong to teams that are not theirs */
};

/* "#8 Лис": from the ninth on. A typed question begins with no such sign. */
static void read_args(struct ask *a, struct finding *f)
{
    const char *rest = a->args, *first;
    int64_t at;
    f->text = a->args;
    if (*rest != '#' || !(first = ask_word(a, &rest)) ||
        !base_parse_i64(first + 1, 0, LOOKED_MAX, &at))
        return;
    f->at = (size_t)at;
    f->text = rest + strspn(rest, " ");
}

static int look(struct ask *a, struct finding *f, struct err *err)
{
    if (search_find(a->db, f->text, 0, LOOKED_MAX, a->arena, &f->r, err))
        return -1;
    f->list = f->r.list;
    f->n = f->r.n;
    if (a->rights->whole >= ROLE_ORGANIZER)
        return 0;
    f->n = 0;
    for (size_t i = 0; i < f->r.n; i++) {
        enum card_sight sight;
        if (card_sight(a, f->r.list[i].entity, f->r.list[i].id, &sight, err))
            return -1;
        if (sight != CARD_HIDDEN)
            f->list[f->n++] = f->r.list[i];
    }
    f->hidden = f->n < f->r.n;
    return 0;
}

/* ---------------------------------------------------------------- one line */

/* What tells one from its namesakes: the last participation that they may see, a badge's number. */
static int hint_of(struct ask *a, const struct dicts *dicts, const struct found *one,
                   const char **ret, struct err *err)
{
    struct card_kin parts;
    struct record *r = NULL;
    bool person = !strcmp(one->entity, "person");
    *ret = "";
    if (person && card_kin(a, KIN_PARTICIPATIONS, one->id, 1, &parts, err))
        return -1;
    if (person && !parts.n)
        return 0;
    if (rows_get(a->db, model_entity(person ? "participation" : one->entity),
                 person ? parts.ids[0] : one->id, a->arena, &r, err))
        return -1;
    if (!r)
        return 0;
    if (person)
        *ret = arena_printf(a->arena, "%s %s, %s", field_of(a, dicts, r, "year"),
                            field_of(a, dicts, r, "team_id"), field_of(a, dicts, r, "role"));
    else
        *ret = field_of(a, dicts, r, strcmp(one->entity, "badge") ? "type" : "number");
    return 0;
}

static int add_line(struct ask *a, const struct dicts *dicts, const struct finding *f, size_t at,
                    struct msg *m, struct err *err)
{
    const struct found *one = &f->list[at];
    const char *hint, *by = "", *what = record_what(a, one->entity);
    if (hint_of(a, dicts, one, &hint, err) ||
        (!f->r.near && found_by(a, dicts, one, f->text, &by, err)))
        return -1;
    if (*hint)
        what = arena_printf(a->arena, "%s, %s", what, hint);
    if (*by)
        what = arena_printf(a->arena, "%s (%s)", what, by);
    msg_html(m, "\n");
    TEXT_ADD(m, a->lang, one->deleted ? TEXT_FIND_LINE_GONE : TEXT_FIND_LINE,
             T_INT("n", (int64_t)at + 1), T_TEXT("name", one->name), T_TEXT("what", what));
    return 0;
}

static void add_button(struct ask *a, const struct found *one, size_t number, struct buttons *b)
{
    buttons_row(b);
    buttons_addf(b, arena_printf(a->arena, "%zu. %s", number, one->name), "card %s", one->id);
}

/* ---------------------------------------------------------------- the page */

/* A long question does not fit behind a button: then letters have to be added. */
static void add_page(struct ask *a, const struct finding *f, size_t at, bool *ret_fits,
                     struct buttons *b)
{
    const char *data = arena_printf(a->arena, "find #%zu %s @%s", at, f->text, a->slot);
    *ret_fits = strlen(data) <= BUTTON_DATA_MAX;
    if (*ret_fits && at > f->at)
        page_next(b, a->lang, data, (int64_t)at, PAGE, (int64_t)f->n);
    else if (*ret_fits)
        page_prev(b, a->lang, data);
}

/* What they asked for, as far as it tells them so. */
static const char *echo(struct ask *a, const char *text)
{
    size_t n = utf8_cut_utf16(text, ECHO_UNITS);
    return text[n] ? arena_printf(a->arena, "%.*s…", (int)n, text) : text;
}

static void add_head(struct ask *a, const struct finding *f, struct msg *m)
{
    bool typos = f->n && f->list[0].by_typo;
    enum text_id text = !f->n       ? TEXT_FIND_NONE
                        : f->r.near ? TEXT_FIND_NEAR
                        : typos     ? TEXT_FIND_HEAD_TYPOS
                        : f->r.more ? TEXT_FIND_HEAD_MORE
                                    : TEXT_FIND_HEAD;
    /* what is hidden is not counted out loud */
    size_t n = f->hidden ? f->n : f->r.total;
    TEXT_ADD(m, a->lang, text, T_TEXT("text", echo(a, f->text)), T_INT("n", (int64_t)n));
}

static int say(struct ask *a, struct finding *f, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    const struct dicts *dicts;
    const char *slot = ask_slot(a, "find");
    bool fits = true;
    if (dict_load(a->db, a->arena, &dicts, err))
        return -1;
    if (f->at >= f->n)
        f->at = 0;
    add_head(a, f, &m);
    for (size_t i = f->at; i < f->n && i < f->at + PAGE; i++) {
        if (add_line(a, dicts, f, i, &m, err))
            return -1;
        add_button(a, &f->list[i], i + 1, &b);
    }
    buttons_row(&b);
    if (f->at > 0)
        add_page(a, f, f->at > PAGE ? f->at - PAGE : 0, &fits, &b);
    if (f->at + PAGE < f->n)
        add_page(a, f, f->at + PAGE, &fits, &b);
    if (!fits || (f->at + PAGE >= f->n && (f->r.more || f->r.total > f->r.n) && !f->r.near)) {
        msg_html(&m, "\n\n");
        TEXT_ADD(&m, a->lang, TEXT_FIND_NARROW);
    }
    if (f->hidden) {
        msg_html(&m, "\n\n");
        TEXT_ADD(&m, a->lang, TEXT_FIND_NOT_YOURS);
    }
    return ask_reply(a, &m, &b, slot, err);
}

static int run(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    struct finding f = {.text = ""};
    char id[UUID_LEN + 1];
    const char *entity = NULL;
    read_args(a, &f);
    if (!*f.text) {
        TEXT_ADD(&m, a->lang, TEXT_FIND_HOW);
        return ask_reply(a, &m, NULL, NULL, err);
    }
    if (uuid_read(f.text, id) && card_entity(a, id, &entity, err))
        return -1;
    if (entity)
        return card_show(a, entity, id, NULL, err);
    if (look(a, &f, err))
        return -1;
    if (f.r.too_short) {
        TEXT_ADD(&m, a->lang, TEXT_FIND_SHORT);
        return ask_reply(a, &m, NULL, NULL, err);
    }
    /* the only one who fits is meant */
    if (f.n == 1 && !f.r.near && !f.hidden && !f.list[0].by_typo)
        return card_show(a, f.list[0].entity, f.list[0].id, NULL, err);
    return say(a, &f, err);
}

const struct command cmd_find = {"find", "TEXT", TEXT_CMD_FIND, ROLE_ORGANIZER, true, run};
