#include "tests/support/twoway.h"

#include <string.h>

static const struct tw_choice genders[] = {{"М", "MALE", false, false},
                                           {"женский", "FEMALE", false, false},
                                           {"", "", false, false},
                                           {"нечто", "", false, false}};
static const struct tw_choice types[] = {{"Городская служба", "CITY_SERVICE", false, false},
                                         {"полевая служба", "FIELD_SERVICE", false, false},
                                         {"нет такого", "", true, false}};
static const struct tw_choice years[] = {{"2025", "2025", false, false},
                                         {"2026", "2026", false, false},
                                         {"'2026'", "2026", false, false},
                                         {"2019", "2019", false, true},
                                         {"26", "", true, false}};
static const struct tw_choice roles[] = {{"волонтёр", "VOLUNTEER", false, false},
                                         {"МЕДИК", "MEDIC", false, false},
                                         {"бригадир", "TEAM_LEAD", false, false},
                                         {"организатор", "ORGANIZER", false, false},
                                         {"космонавт", "", true, false}};
static const struct tw_choice lead_roles[] = {{"организатор", "ORGANIZER", false, false},
                                              {"зам.руководителя", "VICE", false, false},
                                              {"", "", true, false}};
static const struct tw_choice statuses[] = {{"", "PLANNED", false, false},
                                            {"планируется", "PLANNED", false, false},
                                            {"приступил", "STARTED", false, false},
                                            {"заехал на поле", "ARRIVED", false, false},
                                            {"ждём ответа", "PENDING", false, false},
                                            {"завтра", "", true, false}};

#define POOL(p) .kind = TW_POOL, .pool = (p), .n_pool = ARRAY_LEN(p)

const struct tw_table tw_tables[] = {
    {"people",
     "person",
     "notion",
     "people",
     6,
     {{.name = "Как звать", .field = "name", .prefix = "Имя "},
      {.name = "Telegram", .field = "telegram", .prefix = "@tg"},
      {.name = "Пол", .field = "gender", POOL(genders)}}},
    {"teams",
     "team",
     "notion",
     "teams",
     3,
     {{.name = "Name", .field = "name", .prefix = "Служба "},
      {.name = "Тип", .field = "type", POOL(types)}}},
    {"participation",
     "participation",
     "coda",
     "grid",
     8,
     {{.name = "Год", .field = "year", POOL(years)},
      {.name = "person_id", .field = "person_id", .kind = TW_REF, .ref = "people"},
      {.name = "direction_id", .field = "team_id", .kind = TW_REF, .ref = "teams"},
      {.name = "Роль", .field = "role", POOL(roles)},
      {.name = "Статус", .field = "status", POOL(statuses)},
      {.name = "Должность", .field = "position", .prefix = "дело "}}},
    {"leads",
     "participation",
     "notion",
     "leads",
     3,
     {{.name = "Год", .field = "year", POOL(years)},
      {.name = "Человек", .field = "person_id", .kind = TW_REFS, .ref = "people"},
      {.name = "Службы и локации", .field = "team_id", .kind = TW_REFS, .ref = "teams"},
      {.name = "Роль", .field = "role", POOL(lead_roles)}}},
};
const size_t tw_n_tables = ARRAY_LEN(tw_tables);

const struct tw_table *tw_table_of(const char *tbl)
{
    for (size_t i = 0; i < tw_n_tables; i++) {
        if (!strcmp(tw_tables[i].tbl, tbl))
            return &tw_tables[i];
    }
    return NULL;
}

const struct tw_column *tw_column_of(const struct tw_table *t, const char *field)
{
    for (size_t i = 0; i < TW_COLUMNS && t->columns[i].name; i++) {
        if (!strcmp(t->columns[i].field, field))
            return &t->columns[i];
    }
    return NULL;
}
