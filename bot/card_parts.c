#include "bot/card_parts.h"

#include "bot/text/deleted_text.h"
#include "bot/text/field_text.h"
#include "bot/text/jail_text.h"
#include "store/kin.h"
#include "store/names.h"
#include "store/rows.h"

#include <string.h>

#define PARTS_SHOWN    8
#define BADGES_SHOWN   3
#define ARRIVALS_SHOWN 3
#define LEADS_SHOWN    6
#define PROBLEMS_SHOWN 3 /* of each kind; /why tells all */

const char *card_what(struct ask *a, const char *entity)
{
    return record_what(a, entity);
}

/* One of the records around it; NULL when it is gone meanwhile. */
static int kin_get(struct card *c, const char *entity, const char *id, struct record **ret,
                   struct err *err)
{
    return rows_get(c->a->db, model_entity(entity), id, c->a->arena, ret, err);
}

static void add_line(struct card *c)
{
    msg_html(c->m, "\n");
}

static void add_more(struct card *c, int64_t more)
{
    if (more <= 0)
        return;
    TEXT_ADD(c->m, c->a->lang, TEXT_CARD_MORE, T_INT("n", more));
    add_line(c);
}

static const char *to_card(struct card *c, const char *id)
{
    return arena_printf(c->a->arena, "card %s @%s", id, c->a->slot);
}

/* ---------------------------------------------------------------- people */

static int add_part(struct card *c, const char *id, struct err *err)
{
    struct ask *a = c->a;
    struct record *r;
    if (kin_get(c, "participation", id, &r, err))
        return -1;
    if (!r)
        return 0;
    const char *year = field_of(a, c->dicts, r, "year"),
               *team = field_of(a, c->dicts, r, "team_id"),
               *role = field_of(a, c->dicts, r, "role");
    TEXT_ADD(c->m, a->lang, TEXT_CARD_PART, T_TEXT("year", year), T_TEXT("team", team),
             T_TEXT("role", role), T_TEXT("status", field_of(a, c->dicts, r, "status")));
    add_line(c);
    buttons_row(c->b);
    TEXT_BUTTON(c->b, a->lang, TEXT_BTN_CARD_PART, to_card(c, id), T_TEXT("year", year),
                T_TEXT("team", team), T_TEXT("role", role));
    return 0;
}

int card_add_participations(struct card *c, struct err *err)
{
    struct card_kin parts;
    if (card_kin(c->a, KIN_PARTICIPATIONS, c->rec->id, PARTS_SHOWN, &parts, err))
        return -1;
    add_line(c);
    TEXT_ADD(c->m, c->a->lang, parts.n || parts.hidden ? TEXT_CARD_PARTS : TEXT_CARD_NO_PARTS);
    add_line(c);
    for (size_t i = 0; i < parts.n; i++) {
        if (add_part(c, parts.ids[i], err))
            return -1;
    }
    add_more(c, parts.more);
    if (parts.hidden) {
        TEXT_ADD(c->m, c->a->lang, TEXT_CARD_PARTS_ELSEWHERE);
        add_line(c);
    }
    return 0;
}

static int add_arrival(struct card *c, const char *id, bool button, struct err *err)
{
    struct ask *a = c->a;
    struct record *r;
    if (kin_get(c, "arrival", id, &r, err))
        return -1;
    if (!r)
        return 0;
    const char *from = field_of(a, c->dicts, r, "arrival_date");
    TEXT_ADD(c->m, a->lang, TEXT_CARD_ARRIVAL, T_TEXT("from", from),
             T_TEXT("to", field_of(a, c->dicts, r, "departure_date")),
             T_TEXT("status", field_of(a, c->dicts, r, "status")));
    add_line(c);
    if (button)
        TEXT_BUTTON(c->b, a->lang, TEXT_BTN_CARD_ARRIVAL, to_card(c, id), T_TEXT("from", from));
    return 0;
}

static int add_arrivals(struct card *c, const char *badge, bool buttons, struct err *err)
{
    const char **ids;
    size_t n;
    int64_t total;
    if (kin_ids(c->a->db, KIN_ARRIVALS, badge, ARRIVALS_SHOWN, c->a->arena, &ids, &n, &total, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (add_arrival(c, ids[i], buttons, err))
            return -1;
    }
    return 0;
}

static int add_badge(struct card *c, const char *id, struct err *err)
{
    struct ask *a = c->a;
    struct record *r;
    if (kin_get(c, "badge", id, &r, err))
        return -1;
    if (!r)
        return 0;
    const char *number = field_of(a, c->dicts, r, "number");
    if (!*number)
        number = text_template(a->lang, TEXT_CARD_NO_NUMBER);
    TEXT_ADD(c->m, a->lang, TEXT_CARD_BADGE, T_TEXT("number", number),
             T_TEXT("role", field_of(a, c->dicts, r, "role")),
             T_TEXT("feed", field_of(a, c->dicts, r, "feed")),
             T_TEXT("diet", field_of(a, c->dicts, r, "diet")));
    add_line(c);
    TEXT_BUTTON(c->b, a->lang, TEXT_BTN_CARD_BADGE, to_card(c, id), T_TEXT("number", number));
    return add_arrivals(c, id, false, err);
}

int card_add_badges(struct card *c, struct err *err)
{
    struct card_kin badges;
    if (card_kin(c->a, KIN_BADGES, c->rec->id, BADGES_SHOWN, &badges, err))
        return -1;
    buttons_row(c->b);
    for (size_t i = 0; i < badges.n; i++) {
        if (add_badge(c, badges.ids[i], err))
            return -1;
    }
    if (!badges.n && !badges.hidden) {
        TEXT_ADD(c->m, c->a->lang, TEXT_CARD_NO_BADGE);
        add_line(c);
    }
    add_more(c, badges.more);
    return 0;
}

int card_add_arrivals(struct card *c, struct err *err)
{
    buttons_row(c->b);
    return add_arrivals(c, c->rec->id, true, err);
}

/* ---------------------------------------------------------------- teams */

static int add_year(struct card *c, struct err *err)
{
    struct ask *a = c->a;
    AUTO_BUF roles = BUF_INIT(4096);
    struct kin_count *list;
    size_t n;
    int64_t all = 0;
    int year = a->bot->cfg->year;
    if (kin_roles(a->db, c->rec->id, year, a->arena, &list, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        all += list[i].n;
        buf_addf(&roles, "%s%s %lld", i ? ", " : "", dict_name(c->dicts, "role", list[i].role),
                 (long long)list[i].n);
    }
    add_line(c);
    TEXT_ADD(c->m, a->lang, n ? TEXT_CARD_TEAM_YEAR : TEXT_CARD_TEAM_EMPTY, T_ID("year", year),
             T_INT("n", all), T_TEXT("roles", buf_str(&roles)));
    add_line(c);
    return 0;
}

static int add_lead(struct card *c, const char *id, struct err *err)
{
    struct ask *a = c->a;
    struct record *r;
    if (kin_get(c, "participation", id, &r, err))
        return -1;
    if (!r)
        return 0;
    const char *name = field_of(a, c->dicts, r, "person_id");
    TEXT_ADD(c->m, a->lang, TEXT_CARD_LEAD, T_TEXT("name", name),
             T_TEXT("year", field_of(a, c->dicts, r, "year")),
             T_TEXT("role", field_of(a, c->dicts, r, "role")));
    add_line(c);
    buttons_row(c->b);
    buttons_add(c->b, name, to_card(c, r->v[model_field(r->e, "person_id")].s));
    return 0;
}

int card_add_team(struct card *c, struct err *err)
{
    const char **ids;
    size_t n;
    int64_t total;
    if (add_year(c, err) ||
        kin_ids(c->a->db, KIN_LEADS, c->rec->id, LEADS_SHOWN, c->a->arena, &ids, &n, &total, err))
        return -1;
    if (n) {
        TEXT_ADD(c->m, c->a->lang, TEXT_CARD_LEADS);
        add_line(c);
    }
    for (size_t i = 0; i < n; i++) {
        if (add_lead(c, ids[i], err))
            return -1;
    }
    add_more(c, total - (int64_t)n);
    return 0;
}

/* ---------------------------------------------------------------- where it stands */

int card_add_state(struct card *c, struct err *err)
{
    char when[TEXT_SHORT];
    struct ask *a = c->a;
    const struct why *w = c->why;
    AUTO_MSG how = MSG_INIT;
    enum text_id advice = TEXT_COUNT;
    if (w->deletion) {
        if (deleted_how(a, w->deletion, &how, &advice, err))
            return -1;
        TEXT_ADD(c->m, a->lang, TEXT_WHY_DELETED,
                 T_TEXT("time", text_clock(when, a->lang, w->deletion->since, a->now)),
                 T_HTML("how", msg_str(&how)));
        add_line(c);
        TEXT_BUTTON(c->b, a->lang, TEXT_BTN_BACK,
                    arena_printf(a->arena, "restore %s %lld", c->rec->id, (long long)c->rec->rev));
    }
    if (w->pause) {
        TEXT_ADD(c->m, a->lang, TEXT_WHY_PAUSED, T_TEXT("who", source_title(a, w->pause->by)),
                 T_TEXT("time", text_clock(when, a->lang, w->pause->at, a->now)));
        add_line(c);
        TEXT_BUTTON(c->b, a->lang, TEXT_BTN_RESUME,
                    arena_printf(a->arena, "resume %s", c->rec->id));
    }
    return 0;
}

static void add_place(struct card *c, const struct why_row *row, struct msg *out)
{
    struct ask *a = c->a;
    AUTO_MSG place = MSG_INIT;
    const char *url =
        row->stand == WHY_GONE ? NULL : jail_row_url(a, row->flow, row->link->remote_id);
    TEXT_ADD(&place, a->lang, url ? TEXT_CARD_PLACE_LINK : TEXT_CARD_PLACE, T_TEXT("url", url),
             T_TEXT("remote", bot_remote_title(row->flow->remote, a->lang)));
    if (out->html.len)
        msg_html(out, " · ");
    if (row->stand == WHY_IN_STEP || row->stand == WHY_NONE || row->stand == WHY_OUTSIDE)
        msg_html(out, msg_str(&place));
    else
        TEXT_ADD(out, a->lang, row->stand == WHY_DUE ? TEXT_CARD_PLACE_DUE : TEXT_CARD_PLACE_BAD,
                 T_HTML("place", msg_str(&place)));
}

int card_add_places(struct card *c, struct err *err)
{
    AUTO_MSG places = MSG_INIT;
    (void)err;
    for (size_t i = 0; i < c->why->n_rows; i++) {
        if (c->why->rows[i].flow && c->why->rows[i].link)
            add_place(c, &c->why->rows[i], &places);
    }
    add_line(c);
    if (places.html.len)
        TEXT_ADD(c->m, c->a->lang, TEXT_CARD_WHERE, T_HTML("places", msg_str(&places)));
    else
        TEXT_ADD(c->m, c->a->lang, TEXT_CARD_NOWHERE);
    add_line(c);
    return 0;
}

/* ---------------------------------------------------------------- what is in its way */

static void add_jailed(struct card *c, const struct why_jailed *j)
{
    static const enum text_id texts[2][2] = {{TEXT_WHY_INVALID, TEXT_WHY_WAITS},
                                             {TEXT_WHY_UNSENT, TEXT_WHY_UNSENT_WAITS}};
    struct ask *a = c->a;
    TEXT_ADD(c->m, a->lang, texts[j->push][j->jailed.waiting],
             T_TEXT("flow", bot_flow_title(a->bot->cfg, j->flow->name, a->lang)),
             T_TEXT("remote", bot_remote_title(j->flow->remote, a->lang)),
             T_TEXT("reason", bot_reason(j->jailed.reason, a->lang)));
    add_line(c);
}

static void add_conflict(struct card *c, const struct conflict *k)
{
    struct ask *a = c->a;
    TEXT_ADD(c->m, a->lang, TEXT_WHY_CONFLICT, T_TEXT("field", field_title(k->field, a->lang)),
             T_TEXT("remote", source_title(a, k->remote)),
             T_TEXT("theirs", field_value(a, c->dicts, k->entity, k->field, k->theirs)),
             T_TEXT("ours", field_value(a, c->dicts, k->entity, k->field, k->ours)));
    add_line(c);
    buttons_row(c->b);
    TEXT_BUTTON(c->b, a->lang, TEXT_BTN_CONFLICT_CARD,
                arena_printf(a->arena, "conflict %lld", (long long)k->id),
                T_TEXT("record", field_title(k->field, a->lang)));
}

int card_add_problems(struct card *c, struct err *err)
{
    char when[TEXT_SHORT];
    struct ask *a = c->a;
    const struct why *w = c->why;
    (void)err;
    for (size_t i = 0; i < w->n_rows; i++) {
        if (!w->rows[i].mark || !w->rows[i].flow)
            continue;
        TEXT_ADD(c->m, a->lang, TEXT_CARD_MARKED,
                 T_TEXT("remote", bot_remote_title(w->rows[i].flow->remote, a->lang)));
        add_line(c);
    }
    for (size_t i = 0; i < w->n_jailed && i < PROBLEMS_SHOWN; i++)
        add_jailed(c, &w->jailed[i]);
    for (size_t i = 0; i < w->n_unheard && i < PROBLEMS_SHOWN; i++) {
        TEXT_ADD(c->m, a->lang, TEXT_WHY_UNHEARD,
                 T_TEXT("remote", source_title(a, w->unheard[i].remote)),
                 T_TEXT("time", text_clock(when, a->lang, w->unheard[i].sent_at, a->now)));
        add_line(c);
    }
    for (size_t i = 0; i < w->n_conflicts && i < PROBLEMS_SHOWN; i++)
        add_conflict(c, &w->conflicts[i]);
    return 0;
}

/* ---------------------------------------------------------------- ways on */

int card_add_ways(struct card *c, struct err *err)
{
    struct ask *a = c->a;
    const struct record *r = c->rec;
    (void)err;
    buttons_row(c->b);
    for (size_t i = 0; i < r->e->n; i++) {
        const struct field *f = &r->e->fields[i];
        if (f->type != FT_REF || r->v[i].kind != VAL_TEXT ||
            (c->sight != CARD_WHOLE && !strcmp(f->ref, "team")))
            continue;
        TEXT_BUTTON(c->b, a->lang, TEXT_BTN_CARD_BACK, to_card(c, r->v[i].s),
                    T_TEXT("name", record_name_of(a->db, f->ref, r->v[i].s, a->arena)));
    }
    if (c->sight != CARD_WHOLE)
        return 0;
    buttons_row(c->b);
    TEXT_BUTTON(c->b, a->lang, TEXT_BTN_HISTORY, arena_printf(a->arena, "history %s", r->id));
    TEXT_BUTTON(c->b, a->lang, TEXT_BTN_CARD_WHY, arena_printf(a->arena, "why %s", r->id));
    return 0;
}
