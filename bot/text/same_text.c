#include "bot/text/same_text.h"

#include "store/names.h"
#include "store/rows.h"

#include <string.h>

#define FIELDS_SHOWN 6
#define ID_SHOWN     8 /* characters of an id that tells two of one name apart */

bool same_is(const struct conflict *c)
{
    return !strcmp(c->field, "id");
}

static bool of_people(const struct conflict *c)
{
    return !strcmp(c->entity, "person");
}

/* «Лис Мария»; with the beginning of its id where the other has the same name. */
static const char *name_of(struct ask *a, const struct conflict *c, bool theirs)
{
    const char *id = theirs ? c->theirs : c->local_id;
    const char *name = record_name_of(a->db, c->entity, id, a->arena);
    const char *other =
        record_name_of(a->db, c->entity, theirs ? c->local_id : c->theirs, a->arena);
    return strcmp(name, other) != 0 ? name
                                    : arena_printf(a->arena, "%s (%.*s…)", name, ID_SHOWN, id);
}

/* What both have, and differently: by that people know who is who. */
static int add_differences(struct ask *a, const struct dicts *dicts, const struct conflict *c,
                           struct msg *m, struct err *err)
{
    const struct entity *e = model_entity(c->entity);
    struct record *ours = NULL, *theirs = NULL;
    size_t said = 0;
    if (!e)
        return 0;
    if (rows_get(a->db, e, c->local_id, a->arena, &ours, err) ||
        rows_get(a->db, e, c->theirs, a->arena, &theirs, err))
        return -1;
    for (size_t i = 0; ours && theirs && i < e->n && said < FIELDS_SHOWN; i++) {
        char x[24], y[24];
        const char *field = e->fields[i].name;
        if (e->fields[i].sealed || value_eq(&ours->v[i], &theirs->v[i]))
            continue;
        msg_html(m, "\n");
        TEXT_ADD(m, a->lang, TEXT_SAME_FIELD, T_TEXT("field", field_title(field, a->lang)),
                 T_TEXT("ours", field_value_short(a, dicts, c->entity, field,
                                                  value_or_null(&ours->v[i], x))),
                 T_TEXT("theirs", field_value_short(a, dicts, c->entity, field,
                                                    value_or_null(&theirs->v[i], y))));
        said++;
    }
    if (!said) {
        msg_html(m, "\n");
        TEXT_ADD(m, a->lang, TEXT_SAME_ALIKE);
    }
    return 0;
}

/* One sentence about the two, with who and when where it was settled. */
static void sentence(struct ask *a, enum text_id text, const struct conflict *c, struct msg *m)
{
    char when[TEXT_SHORT];
    TEXT_ADD(m, a->lang, text, T_TEXT("name", name_of(a, c, false)),
             T_TEXT("other", name_of(a, c, true)), T_TEXT("remote", source_title(a, c->remote)),
             T_TEXT("who", source_title(a, c->settled_by ? c->settled_by : "")),
             T_TEXT("time", text_clock(when, a->lang, c->settled_at, a->now)));
}

static enum text_id outcome(const struct conflict *c)
{
    return str_eq(c->choice, "theirs")       ? TEXT_SAME_MERGED
           : str_eq(c->choice, "ours")       ? TEXT_SAME_TWO
           : str_eq(c->settled_by, "agreed") ? TEXT_SAME_DISSOLVED
                                             : TEXT_SAME_GONE;
}

int same_add(struct ask *a, const struct dicts *dicts, const struct conflict *c, struct msg *m,
             struct err *err)
{
    sentence(a, of_people(c) ? TEXT_SAME_HEAD_PERSON : TEXT_SAME_HEAD, c, m);
    msg_html(m, "\n");
    sentence(a, TEXT_SAME_WHY, c, m);
    if (!str_eq(c->choice, "theirs") && add_differences(a, dicts, c, m, err))
        return -1;
    msg_html(m, "\n\n");
    sentence(a, c->open ? TEXT_SAME_EXPLAIN : outcome(c), c, m);
    return 0;
}

void same_buttons(struct ask *a, const struct conflict *c, const char *where, struct buttons *b)
{
    if (c->open || str_eq(c->choice, "ours"))
        TEXT_BUTTON(b, a->lang, of_people(c) ? TEXT_BTN_ONE_PERSON : TEXT_BTN_ONE_RECORD,
                    arena_printf(a->arena, "settle %lld theirs%s @%s", (long long)c->id,
                                 c->open ? where : " back", a->slot));
    if (c->open)
        TEXT_BUTTON(b, a->lang, of_people(c) ? TEXT_BTN_TWO_PERSONS : TEXT_BTN_TWO_RECORDS,
                    arena_printf(a->arena, "settle %lld ours%s @%s", (long long)c->id, where,
                                 a->slot));
}

void same_say(struct ask *a, const struct conflict *was, const struct conflict *is, bool merge,
              bool done, struct msg *m)
{
    enum text_id text = TEXT_SAME_GONE;
    if (done)
        text = merge ? TEXT_SAME_DONE_MERGED : TEXT_SAME_DONE_TWO;
    else if (!was->open)
        text = str_eq(is->choice, "theirs")       ? TEXT_SAME_ALREADY_MERGED
               : str_eq(is->choice, "ours")       ? TEXT_SAME_ALREADY_TWO
               : str_eq(is->settled_by, "agreed") ? TEXT_SAME_SETTLED
                                                  : TEXT_SAME_GONE;
    sentence(a, text, is, m);
}
