/* festival_grist_tables.c: the tables of the festival in Grist, as the real document has them, and
 * its dictionaries. */
#include "tests/sandbox/festival_grist.h"

#include <stdlib.h>
#include <string.h>

struct column_def {
    const char *id, *type; /* {year}, {yy} */
    const char *formula;
    bool is_formula;
};

#define CLOCK "DateTime:Europe/Moscow"
/* The trigger that moves with every edit by hand or through the API, and the marks. */
#define UPDATED                                                                                    \
    {                                                                                              \
        "updated_at", CLOCK, "NOW()", false                                                        \
    }
#define MARKS_INT                                                                                  \
    {"to_delete", "Int", NULL, false},                                                             \
    {                                                                                              \
        "delete_reason", "Text", NULL, false                                                       \
    }
#define MARKS_TIME                                                                                 \
    {"to_delete", CLOCK, NULL, false},                                                             \
    {                                                                                              \
        "delete_reason", "Text", NULL, false                                                       \
    }
#define TEXT(name)                                                                                 \
    {                                                                                              \
        name, "Text", NULL, false                                                                  \
    }
#define OF(name, type)                                                                             \
    {                                                                                              \
        name, type, NULL, false                                                                    \
    }

static const struct column_def roles[] = {TEXT("Code"), TEXT("Name")};
static const struct column_def statuses[] = {TEXT("code"), TEXT("A"), OF("to_list", "Bool"),
                                             TEXT("B")};
static const struct column_def transports[] = {TEXT("code"), TEXT("title")};
static const struct column_def teams[] = {TEXT("UUID"),
                                          TEXT("team_name"),
                                          TEXT("type_of_team"),
                                          OF("year_of_establishment_", "Int"),
                                          OF("last_year", "Any"),
                                          UPDATED,
                                          OF("to_delete", "Int")};
static const struct column_def people[] = {TEXT("ntn_id"),
                                           TEXT("name"),
                                           TEXT("last_name"),
                                           TEXT("first_name"),
                                           TEXT("nickname"),
                                           TEXT("other_names"),
                                           TEXT("telegram"),
                                           TEXT("phone"),
                                           TEXT("email"),
                                           OF("gender", "Choice"),
                                           OF("birth_date", "Date"),
                                           TEXT("city"),
                                           TEXT("comment"),
                                           {"isInBL", "Text",
                                            "\"Да\" if BL.lookupOne(person=$id) else \"Нет\"",
                                            true},
                                           UPDATED,
                                           MARKS_INT};
static const struct column_def participations[] = {TEXT("UUID"),
                                                   OF("year", "Int"),
                                                   OF("person", "Ref:People"),
                                                   OF("team", "Ref:Teams"),
                                                   OF("role", "Ref:Roles"),
                                                   OF("status", "Ref:Participation_statuses"),
                                                   UPDATED,
                                                   MARKS_INT};
static const struct column_def badges[] = {TEXT("UUID"),
                                           TEXT("name"),
                                           TEXT("last_name"),
                                           TEXT("first_name"),
                                           OF("gender", "Choice"),
                                           TEXT("phone"),
                                           OF("diet", "Choice"),
                                           OF("feed_type", "Choice"),
                                           OF("batch", "Int"),
                                           OF("role", "Ref:Roles"),
                                           TEXT("comment"),
                                           TEXT("position"),
                                           OF("person", "Ref:People"),
                                           OF("parent", "Ref:Badges_{year}"),
                                           OF("directions_ref", "RefList:Teams"),
                                           OF("photo_attach_id", "Attachments"),
                                           OF("infant", "Bool"),
                                           TEXT("number"),
                                           OF("ticket", "Bool"),
                                           OF("feeder_update", "Int"),
                                           UPDATED,
                                           MARKS_TIME};
static const struct column_def arrivals[] = {TEXT("UUID"),
                                             OF("badge", "Ref:Badges_{year}"),
                                             OF("status", "Ref:Participation_statuses"),
                                             OF("arrival_date", "Date"),
                                             OF("arrival_transport", "Ref:Arrival_type"),
                                             OF("departure_date", "Date"),
                                             OF("departure_transport", "Ref:Arrival_type"),
                                             UPDATED,
                                             MARKS_TIME};
static const struct column_def directions[] = {OF("direction_location{yy}", "Ref:Teams"),
                                               OF("head{yy}", "RefList:People")};

static const struct {
    const char *name;
    const struct column_def *columns;
    size_t count;
} tables[] = {
    {"Roles", roles, COUNT_OF(roles)},
    {"Participation_statuses", statuses, COUNT_OF(statuses)},
    {"Arrival_type", transports, COUNT_OF(transports)},
    {"Teams", teams, COUNT_OF(teams)},
    {"People", people, COUNT_OF(people)},
    {"Participations", participations, COUNT_OF(participations)},
    {"Badges_{year}", badges, COUNT_OF(badges)},
    {"Arrivals_{year}", arrivals, COUNT_OF(arrivals)},
    {"Directions{year}", directions, COUNT_OF(directions)},
};

char *fest_name(const struct fest_grist *grist, const char *pattern)
{
    unsigned year = grist->sb->opt.year;
    const char *brace = strchr(pattern, '{');
    if (!brace)
        return sb_dup(pattern);
    if (strncmp(brace, "{year}", 6) == 0)
        return sb_printf("%.*s%u%s", (int)(brace - pattern), pattern, year, brace + 6);
    return sb_printf("%.*s%02u%s", (int)(brace - pattern), pattern, year % 100, brace + 4);
}

static void build_table(struct fest_grist *grist, size_t index)
{
    char *name = fest_name(grist, tables[index].name);
    struct gr_table *table = gr_new_table(grist->doc, name);
    for (size_t i = 0; i < tables[index].count; i++) {
        const struct column_def *def = &tables[index].columns[i];
        char *id = fest_name(grist, def->id), *type = fest_name(grist, def->type);
        struct gr_column_spec spec = {.id = id,
                                      .type = type,
                                      .formula = def->formula,
                                      .is_formula = def->is_formula,
                                      .recalc_when = def->formula && !def->is_formula
                                                         ? GR_RECALC_EDITS
                                                         : GR_RECALC_DEPS};
        gr_add_column(grist->doc, table, &spec);
        free(id);
        free(type);
    }
    free(name);
}

/* The one trigger of the other kind: it knows its columns, and moves for cleared references too. */
static void add_directions_clock(struct fest_grist *grist)
{
    char *name = fest_name(grist, "Directions{year}"),
         *id = fest_name(grist, "last_updated_at{yy}");
    char *team = fest_name(grist, "direction_location{yy}"), *head = fest_name(grist, "head{yy}");
    const char *const deps[] = {team, head, NULL};
    gr_add_column(grist->doc, gr_table(grist->doc, name),
                  &(struct gr_column_spec){.id = id,
                                           .type = CLOCK,
                                           .formula = "NOW()",
                                           .recalc_when = GR_RECALC_DEPS,
                                           .deps = deps});
    free(name);
    free(id);
    free(team);
    free(head);
}

/* ---------------------------------------------------------------- dictionaries */

/* In the order of the words in festival_rows.c: a role's index there + 1 is its row here. */
static const char *const role_words[][2] = {
    {"ORGANIZER", "организатор"},
    {"VICE", "зам. руководителя"},
    {"TEAM_LEAD", "бригадир"},
    {"VOLUNTEER", "волонтёр"},
    {"MEDIC", "медик"},
    {"CAMP_LEAD", "лидер нефедеральной локации"},
    {"CAMP_GUY", "волонтёр нефедеральной локации"},
    {"ANIMATOR", "аниматор"},
    {"LECTOR", "лектор"},
    {"MASTER", "мастер"},
    {"ARTIST", "артист"},
    {"MERCHANT", "торговец"},
    {"LOCALS", "местные"},
    {"ART_FELLOW", "сопровождающий артиста"},
    {"PARTICIPANT", "участник"},
    {"FELLOW", "свои"},
    {"VIP", "VIP"},
    {"PRESS", "пресса"},
    {"OTHER", "другие"},
    {"CONTRACTOR", "подрядчик"},
};
static const struct {
    const char *code, *name;
    bool listed;
} status_words[] = {
    {"PLANNED", "планируется", true},   {"CANCELLED", "отменилось", false},
    {"PENDING", "ждём ответа", true},   {"CONFIRMED", "подтверждено накануне", true},
    {"SKIPPED", "не доехал", false},    {"ARRIVED", "заехал на поле", true},
    {"STARTED", "приступил", true},     {"LEFT", "ушел", false},
    {"COMPLETE", "состоялось", true},   {"JOINED", "прибился", true},
    {"UNDEFINED", "нет бейджа", false},
};
static const char *const transport_words[][2] = {
    {"UNDEFINED", "не определен"},
    {"SELF", "своим ходом"},
    {"BUS", "на автобусе"},
    {"CAR", "на машине"},
    {"TRANSFER", "трансфер от фестиваля"},
    {"MOVE", "смена направления"},
};

bool fest_role(unsigned at, const char **code, const char **name)
{
    if (at >= COUNT_OF(role_words))
        return false;
    *code = role_words[at][0];
    *name = role_words[at][1];
    return true;
}

static void pour_pairs(struct fest_grist *grist, const char *table, const char *const *keys,
                       const char *const (*words)[2], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cJSON *fields = cJSON_CreateObject();
        fest_text(fields, keys[0], words[i][0]);
        fest_text(fields, keys[1], words[i][1]);
        fest_add(grist, table, fields);
    }
}

void fest_build_tables(struct fest_grist *grist)
{
    for (size_t i = 0; i < COUNT_OF(tables); i++)
        build_table(grist, i);
    add_directions_clock(grist);
    pour_pairs(grist, "Roles", (const char *const[]){"Code", "Name"}, role_words,
               COUNT_OF(role_words));
    pour_pairs(grist, "Arrival_type", (const char *const[]){"code", "title"}, transport_words,
               COUNT_OF(transport_words));
    for (size_t i = 0; i < COUNT_OF(status_words); i++) {
        cJSON *fields = cJSON_CreateObject();
        fest_text(fields, "code", status_words[i].code);
        fest_text(fields, "A", status_words[i].name);
        cJSON_AddBoolToObject(fields, "to_list", status_words[i].listed);
        fest_text(fields, "B", status_words[i].listed ? "" : "не показывать в списках");
        fest_add(grist, "Participation_statuses", fields);
    }
}
