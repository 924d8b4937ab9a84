#include "tests/support/grist_model.h"

#include <stdio.h>
#include <string.h>

static const struct tw_choice genders[] = {{"М", "MALE", false, false},
                                           {"Ж", "FEMALE", false, false},
                                           {"", "", false, false},
                                           {"нечто", "", false, false}};
static const struct tw_choice types[] = {{"городская служба", "CITY_SERVICE", false, false},
                                         {"Полевая служба", "FIELD_SERVICE", false, false},
                                         {"нет такого", "", true, false},
                                         {"", "", true, false}};
static const struct tw_choice last_years[] = {{"2025", "2025", false, false},
                                              {"2026", "2026", false, false},
                                              {"", "", false, false},
                                              {"!когда-то", "", false, false}};
static const struct tw_choice years[] = {{"2025", "2025", false, false},
                                         {"2026", "2026", false, false},
                                         {"'2026'", "2026", false, false},
                                         {"", "", true, false},
                                         {"летом", "", true, false}};
static const struct tw_choice roles[] = {{"волонтёр", "VOLUNTEER", false, false},
                                         {"МЕДИК", "MEDIC", false, false},
                                         {"бригадир", "TEAM_LEAD", false, false},
                                         {"организатор", "ORGANIZER", false, false},
                                         {"космонавт", "", true, false},
                                         {"", "", true, false}};
static const struct tw_choice statuses[] = {{"планируется", "PLANNED", false, false},
                                            {"приступил", "STARTED", false, false},
                                            {"", "PLANNED", false, false},
                                            {"заехал на поле", "ARRIVED", false, false},
                                            {"завтра", "", true, false}};
static const struct tw_choice arrival_statuses[] = {{"планируется", "PLANNED", false, false},
                                                    {"заехал на поле", "ARRIVED", false, false},
                                                    {"", "", true, false},
                                                    {"завтра", "", true, false}};
static const struct tw_choice diets[] = {{"без особенностей", "STANDARD", false, false},
                                         {"веган", "VEGAN", false, false},
                                         {"", "", true, false}};
static const struct tw_choice feeds[] = {{"бесплатно", "FREE", false, false},
                                         {"платно", "PAID", false, false},
                                         {"даром", "", true, false},
                                         {"", "", true, false}};
static const struct tw_choice births[] = {{"'1990-02-03'", "1990-02-03", false, false},
                                          {"'2001-12-31'", "2001-12-31", false, false},
                                          {"", "", false, false},
                                          {"весной", "", false, false}};
static const struct tw_choice dates[] = {{"'2026-07-10'", "2026-07-10", false, false},
                                         {"'2026-07-20'", "2026-07-20", false, false},
                                         {"10 июля", "", true, false},
                                         {"", "", true, false}};
static const struct tw_choice transports[] = {{"на автобусе", "BUS", false, false},
                                              {"на машине", "CAR", false, false},
                                              {"", "UNDEFINED", false, false},
                                              {"верблюд", "UNDEFINED", false, false}};

#define POOL(p) .kind = TW_POOL, .pool = (p), .n_pool = ARRAY_LEN(p)
#define NAME(p) .field = "name", .prefix = (p), .required = true

const struct tw_table gm_tables[] = {
    {"gteams",
     "team",
     "grist",
     "Teams",
     5,
     {{.name = "team_name", NAME("Служба ")},
      {.name = "type_of_team", .field = "type", POOL(types)},
      {.name = "last_year", .field = "last_year", POOL(last_years)}}},
    {"gpeople",
     "person",
     "grist",
     "People",
     8,
     {{.name = "name", NAME("Имя ")},
      {.name = "telegram", .field = "telegram", .prefix = "@tg"},
      {.name = "comment", .field = "comment", .prefix = "слово "},
      {.name = "gender", .field = "gender", POOL(genders)},
      {.name = "birth_date", .field = "birth_date", POOL(births)}}},
    {"gparts",
     "participation",
     "grist",
     "Participations",
     10,
     {{.name = "year", .field = "year", POOL(years)},
      {.name = "person", .field = "person_id", .kind = TW_REF, .ref = "gpeople", .required = true},
      {.name = "team", .field = "team_id", .kind = TW_REF, .ref = "gteams", .required = true},
      {.name = "role", .field = "role", POOL(roles)},
      {.name = "status", .field = "status", POOL(statuses)}}},
    {"gbadges",
     "badge",
     "grist",
     "Badges_2026",
     8,
     {{.name = "name", NAME("Надпись ")},
      {.name = "comment", .field = "comment", .prefix = "заметка "},
      {.name = "diet", .field = "diet", POOL(diets)},
      {.name = "feed_type", .field = "feed", POOL(feeds)},
      {.name = "role", .field = "role", POOL(roles)},
      {.name = "person", .field = "person_id", .kind = TW_REF, .ref = "gpeople"},
      {.name = "parent", .field = "parent_id", .kind = TW_REF, .ref = "gbadges"},
      {.name = "directions_ref", .field = "teams", .kind = TW_REFS, .ref = "gteams"}}},
    {"garrivals",
     "arrival",
     "grist",
     "Arrivals_2026",
     8,
     {{.name = "badge", .field = "badge_id", .kind = TW_REF, .ref = "gbadges", .required = true},
      {.name = "status", .field = "status", POOL(arrival_statuses)},
      {.name = "arrival_date", .field = "arrival_date", POOL(dates)},
      {.name = "departure_date", .field = "departure_date", POOL(dates)},
      {.name = "arrival_transport", .field = "arrival_transport", POOL(transports)}}},
};
const size_t gm_n_tables = ARRAY_LEN(gm_tables);

const struct tw_table *gm_table_of(const char *flow_or_tbl)
{
    for (size_t i = 0; i < gm_n_tables; i++) {
        if (!strcmp(gm_tables[i].tbl, flow_or_tbl) || !strcmp(gm_tables[i].flow, flow_or_tbl))
            return &gm_tables[i];
    }
    return NULL;
}

const char *gm_key(const struct tw_table *table)
{
    return strcmp(table->flow, "gpeople") ? "UUID" : "ntn_id";
}

struct fake_remote *gm_remote(struct twoway *t)
{
    return world_fake(t->w, 0, "grist");
}

struct fake_table *gm_fake(struct twoway *t, const char *tbl)
{
    return fake_table(gm_remote(t), tbl);
}

const char *gm_plain(struct twoway *t, const char *tbl, const struct fake_row *row,
                     const char *column)
{
    const struct fake_table *ft = gm_fake(t, tbl);
    for (size_t i = 0; i < ft->n_columns; i++) {
        if (!strcmp(ft->columns[i].name, column))
            return row->cells[i] ? fake_plain(row->cells[i], t->w->arena) : "";
    }
    return "";
}

void gm_set(struct twoway *t, const char *tbl, const char *row, const char *column,
            const char *json)
{
    struct fake_table *ft = gm_fake(t, tbl);
    fake_set(gm_remote(t), ft, fake_find(ft, row), column, json);
}

const char *gm_local(struct twoway *t, const char *tbl, const char *row)
{
    return tw_local_of(t, "grist", tbl, row);
}

bool gm_was_asked(struct twoway *t, const char *local, const char *choice)
{
    return tw_int(
               t,
               "SELECT count(*) FROM conflict WHERE field = 'id' AND state = 'settled' AND choice"
               " = :b AND (local_id = :a OR theirs = :a)",
               local, choice, NULL, NULL) != 0;
}

/* ---------------------------------------------------------------- the world */

static void fill_dictionary(struct twoway *t, const char *tbl, const char *code, const char *name,
                            const char *const (*list)[2], size_t n)
{
    char id[24];
    struct fake_table *ft = gm_fake(t, tbl);
    for (size_t i = 0; i < n; i++) {
        snprintf(id, sizeof id, "%zu", i + 1);
        fake_add(gm_remote(t), ft, id);
        gm_set(t, tbl, id, code, scenario_cell(list[i][0], t->w->arena));
        gm_set(t, tbl, id, name, scenario_cell(list[i][1], t->w->arena));
    }
}

static void fill_dictionaries(struct twoway *t)
{
    static const char *const known_roles[][2] = {{"VOLUNTEER", "волонтёр"},
                                                 {"MEDIC", "медик"},
                                                 {"TEAM_LEAD", "бригадир"},
                                                 {"ORGANIZER", "организатор"}};
    static const char *const known_statuses[][2] = {{"PLANNED", "планируется"},
                                                    {"STARTED", "приступил"},
                                                    {"ARRIVED", "заехал на поле"}};
    fill_dictionary(t, "Roles", "Code", "Name", known_roles, ARRAY_LEN(known_roles));
    fill_dictionary(t, "Participation_statuses", "code", "A", known_statuses,
                    ARRAY_LEN(known_statuses));
}

static void set_ways(struct twoway *t)
{
    static const char *const policies[] = {"default", "remote", "store", "newest", "ask"};
    struct world *w = t->w;
    t->makes = tw_chance(t, 75);
    t->by_row = tw_chance(t, 40);
    t->heads = t->makes && tw_chance(t, 50);
    world_use(w, 0, "grist");
    if (t->by_row) {
        world_use(w, 0, "groles");
        world_use(w, 0, "gstatuses");
    }
    if (t->heads)
        world_use(w, 0, "heads");
    for (size_t i = 0; i < gm_n_tables; i++) {
        const char *section = arena_printf(w->arena, "flow %s", gm_tables[i].flow);
        world_set(w, section, "create", t->makes ? "yes" : "no");
        world_set(w, section, "conflict", policies[tw_below(t, ARRAY_LEN(policies))]);
    }
}

struct twoway *gm_new(int64_t seed, struct arena *arena)
{
    struct fake_remote *f;
    struct twoway *t = tw_open(seed, arena);
    t->work = gm_edit;
    set_ways(t);
    world_load_config(t->w, 0);
    struct fake_options *opt = fake_remote_options(gm_remote(t));
    opt->page_size = 1 + tw_below(t, 6);
    opt->batch = tw_chance(t, 50) ? 1 : 3;
    opt->stateless = tw_chance(t, 25);
    fake_remote_renew(gm_remote(t));
    for (size_t i = 0; i < t->w->cfg->n_flows; i++)
        world_table(t->w, 0, t->w->cfg->flows[i]->name, &f);
    if (t->by_row)
        fill_dictionaries(t);
    tw_tell_config(t);
    return t;
}
