#include "tests/support/small_festival.h"

#include "store/rows.h"
#include "tests/support/check.h"
#include "tests/support/config_text.h"

#include <stdlib.h>

static const char config[] =
    "[rosterd]\nstore = s.db\nyear = 2026\n"
    "[telegram]\ntoken = 1:a\nadmins = 1001\n"
    "[remote notion]\nkind = notion\ntoken = t\n"
    "[remote coda]\nkind = coda\ntoken = t\ndoc = d\n"
    "[flow people]\nremote = notion\ntable = P\nentity = person\nfield.name = Имя\n"
    "field.city = Город\n"
    "[flow teams]\nremote = notion\ntable = T\nentity = team\nfield.name = Имя\nfield.type = Тип\n"
    "[flow part]\nremote = coda\ntable = Part\nentity = participation\ndirection = both\n"
    "field.year = Год\nfield.person_id = Человек via notion\nfield.team_id = Служба via notion\n"
    "field.role = Роль\nfield.status = Статус\nfield.position = Должность\n";

static void insert(struct small_festival *f, const char *entity, const char *id,
                   const char *const *texts)
{
    struct err err = {0};
    struct record *r = record_new(model_entity(entity), f->arena);
    str_copy(r->id, sizeof r->id, id);
    for (size_t i = 0; texts[i]; i += 2)
        r->v[model_field(r->e, texts[i])] = V_TEXT(texts[i + 1]);
    if (model_field(r->e, "year") >= 0)
        r->v[model_field(r->e, "year")] = V_INT(2026);
    assert_ok(rows_insert(f->db, r, &(struct change){.source = "notion", .at = 1000}, &err), err);
}

int small_festival_setup(void **state)
{
    void *store;
    struct err err = {0};
    struct small_festival *f = xcalloc(1, sizeof *f);
    if (temp_store_setup(&store))
        return -1;
    f->store = store;
    f->db = f->store->db;
    f->arena = f->store->arena;
    f->cfg = config_must(config);
    insert(f, "person", ANNA, (const char *[]){"name", "Лис Мария", NULL});
    insert(f, "team", TEAM, (const char *[]){"name", "Инфоцентр", "type", "FIELD_SERVICE", NULL});
    insert(f, "participation", PART,
           (const char *[]){"person_id", ANNA, "team_id", TEAM, "role", "VOLUNTEER", "status",
                            "PLANNED", NULL});
    struct link l = {.entity = "participation",
                     .local_id = PART,
                     .flow = "part",
                     .remote = "coda",
                     .tbl = "Part",
                     .remote_id = "i-1",
                     .part = "",
                     .base = "{\"year\":2026,\"role\":\"VOLUNTEER\",\"status\":\"PLANNED\"}",
                     .base_rev = small_festival_get(f, "participation", PART)->rev,
                     .remote_at = 900,
                     .seen_at = 1000};
    assert_ok(links_insert(f->db, &l, &err), err);
    f->link = small_festival_link(f);
    *state = f;
    return 0;
}

int small_festival_teardown(void **state)
{
    struct small_festival *f = *state;
    void *store = f->store;
    config_free(f->cfg);
    free(f);
    return temp_store_teardown(&store);
}

struct record *small_festival_get(struct small_festival *f, const char *entity, const char *id)
{
    struct err err = {0};
    struct record *r;
    assert_ok(rows_get(f->db, model_entity(entity), id, f->arena, &r, &err), err);
    assert_non_null(r);
    return r;
}

void small_festival_set(struct small_festival *f, const char *entity, const char *id,
                        const char *field, struct value v, const char *source, int64_t at)
{
    struct err err = {0};
    struct record *old = small_festival_get(f, entity, id), *new = record_copy(old, f->arena);
    if (!strcmp(field, "deleted"))
        new->deleted = v.i != 0;
    else
        new->v[model_field(new->e, field)] = v;
    assert_ok(rows_update(f->db, old, new, &(struct change){.source = source, .at = at}, &err),
              err);
}

struct link *small_festival_link(struct small_festival *f)
{
    struct err err = {0};
    struct link *l;
    assert_ok(links_get(f->db, "coda", "Part", "i-1", "", f->arena, &l, &err), err);
    assert_non_null(l);
    return l;
}
