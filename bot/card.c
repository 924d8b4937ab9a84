#include "bot/card.h"

#include "bot/card_parts.h"
#include "bot/rights.h"
#include "bot/text/field_text.h"
#include "store/names.h"
#include "store/rows.h"

#include <string.h>

/* ---------------------------------------------------------------- what is known */

/* In the order in which they are read. note: what organizers keep for themselves. */
static const struct {
    const char *entity, *field;
    bool note;
} facts[] = {
    {"person", "nickname", false},
    {"person", "phone", false},
    {"person", "telegram", false},
    {"person", "email", false},
    {"person", "city", false},
    {"person", "birth_date", false},
    {"person", "diet", false},
    {"person", "banned", true},
    {"person", "comment", true},
    {"team", "type", false},
    {"team", "first_year", false},
    {"team", "last_year", false},
    {"participation", "year", false},
    {"participation", "team_id", false},
    {"participation", "role", false},
    {"participation", "position", false},
    {"participation", "status", false},
    {"badge", "year", false},
    {"badge", "number", false},
    {"badge", "role", false},
    {"badge", "occupation", false},
    {"badge", "teams", false},
    {"badge", "diet", false},
    {"badge", "feed", false},
    {"badge", "child", false},
    {"badge", "ticket", false},
    {"badge", "batch", false},
    {"badge", "phone", false},
    {"badge", "parent_id", false},
    {"badge", "comment", true},
    {"arrival", "year", false},
    {"arrival", "status", false},
    {"arrival", "arrival_date", false},
    {"arrival", "arrival_transport", false},
    {"arrival", "departure_date", false},
    {"arrival", "departure_transport", false},
    {"arrival", "comment", true},
};

static const char *icon(const char *entity)
{
    static const char *const icons[][2] = {{"person", "👤"},
                                           {"team", "🏕"},
                                           {"participation", "🙌"},
                                           {"badge", "🏷"},
                                           {"arrival", "🚌"}};
    for (size_t i = 0; i < ARRAY_LEN(icons); i++) {
        if (!strcmp(icons[i][0], entity))
            return icons[i][1];
    }
    return "📄";
}

static int add_head(struct card *c, struct err *err)
{
    (void)err;
    TEXT_ADD(c->m, c->a->lang, TEXT_CARD_HEAD, T_TEXT("icon", icon(c->rec->e->name)),
             T_TEXT("name", record_name(c->a->db, c->rec, c->a->arena)),
             T_TEXT("what", card_what(c->a, c->rec->e->name)));
    msg_html(c->m, "\n");
    return 0;
}

static int add_facts(struct card *c, struct err *err)
{
    (void)err;
    for (size_t i = 0; i < ARRAY_LEN(facts); i++) {
        if (strcmp(facts[i].entity, c->rec->e->name) || (facts[i].note && c->sight != CARD_WHOLE))
            continue;
        const struct value *v = &c->rec->v[model_field(c->rec->e, facts[i].field)];
        const char *value = field_of(c->a, c->dicts, c->rec, facts[i].field);
        /* a plain "no" is not worth a line */
        if (!*value || (v->kind == VAL_INT && !v->i))
            continue;
        TEXT_ADD(c->m, c->a->lang, TEXT_CARD_FACT,
                 T_TEXT("field", field_title(facts[i].field, c->a->lang)), T_TEXT("value", value));
        msg_html(c->m, "\n");
    }
    return 0;
}

/* ---------------------------------------------------------------- small edits */

static const char *const editable[][2] = {
    {"participation", "status"}, {"participation", "role"}, {"participation", "team_id"},
    {"badge", "diet"},           {"badge", "feed"},         {"badge", "comment"},
    {"person", "phone"},         {"person", "telegram"},
};

const char *card_editable(const char *entity, size_t at)
{
    for (size_t i = 0; i < ARRAY_LEN(editable); i++) {
        if (!strcmp(editable[i][0], entity) && !at--)
            return editable[i][1];
    }
    return NULL;
}

static int add_edits(struct card *c, struct err *err)
{
    const char *field;
    (void)err;
    buttons_row(c->b);
    for (size_t i = 0; (field = card_editable(c->rec->e->name, i)) && !c->rec->deleted; i++)
        TEXT_BUTTON(c->b, c->a->lang, TEXT_BTN_SET,
                    arena_printf(c->a->arena, "set %s %s @%s", c->rec->id, field, c->a->slot),
                    T_TEXT("field", field_title(field, c->a->lang)));
    return 0;
}

/* ---------------------------------------------------------------- all of it */

/* From top to bottom. */
static const struct {
    const char *entity; /* NULL: any */
    bool whole;         /* only on a whole card */
    int (*add)(struct card *c, struct err *err);
} sections[] = {
    {NULL, false, add_head},
    {NULL, true, card_add_state},
    {NULL, false, add_facts},
    {"person", false, card_add_participations},
    {"person", false, card_add_badges},
    {"badge", false, card_add_arrivals},
    {"team", false, card_add_team},
    {NULL, true, card_add_places},
    {NULL, true, card_add_problems},
    {NULL, true, add_edits},
    {NULL, false, card_add_ways},
};

static int refuse(struct ask *a, enum text_id text, const char *slot, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    TEXT_ADD(&m, a->lang, text);
    return ask_reply(a, &m, NULL, slot, err);
}

static int look(struct card *c, const char *entity, const char *id, struct err *err)
{
    struct ask *a = c->a;
    struct record *r;
    struct why *why = NULL;
    if (dict_load(a->db, a->arena, &c->dicts, err) ||
        rows_get(a->db, model_entity(entity), id, a->arena, &r, err) ||
        card_sight(a, entity, id, &c->sight, err) ||
        (r && c->sight == CARD_WHOLE &&
         why_record(a->db, a->bot->cfg, entity, id, a->arena, &why, err)))
        return -1;
    c->rec = r;
    c->why = why;
    return 0;
}

int card_show(struct ask *a, const char *entity, const char *id, struct msg *note, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct card c = {.a = a, .m = &m, .b = &b};
    const char *slot = ask_slot(a, "card");
    if (look(&c, entity, id, err))
        return -1;
    if (c.rec && c.sight == CARD_HIDDEN)
        return a->rights->role >= ROLE_ORGANIZER ? ask_refuse_record(a, err)
                                                 : refuse(a, TEXT_CARD_NOT_YOURS, slot, err);
    if (!c.rec || (c.rec->deleted && c.sight == CARD_OWN))
        return refuse(a, TEXT_CARD_GONE, slot, err);
    if (note) {
        msg_html(&m, msg_str(note));
        msg_html(&m, "\n\n");
    }
    for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
        if ((sections[i].entity && strcmp(sections[i].entity, entity)) ||
            (sections[i].whole && c.sight != CARD_WHOLE))
            continue;
        if (sections[i].add(&c, err))
            return -1;
    }
    return ask_reply(a, &m, &b, slot, err);
}
