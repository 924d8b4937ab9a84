/* coda_schema.c: the tables and columns of the played document, and how they are told. */
#include "tests/sandbox/coda.h"
#include "tests/sandbox/ids.h"

#include <stdio.h>
#include <string.h>

struct column_def {
    const char *name, *id;
    enum cd_type type;
    int target, via; /* via >= 0 makes it calculated */
    const char *options;
};

#define STATUSES                                                                                                                                                                   \
    "планируется|отменилось|ждём ответа|подтверждено накануне|не доехал|заехал на поле|приступил|" \
    "ушел|состоялось|прибился|нет бейджа"

static const struct column_def participations[] = {
    {"Запись", "c-Zapis00000", CD_TEXT, 0, -1, NULL},
    {"Год", "c-God0000001", CD_NUMBER, 0, -1, NULL},
    {"Человек", "c-Chelovek01", CD_LOOKUP, CODA_PEOPLE, -1, NULL},
    {"Служба", "c-Sluzhba001", CD_LOOKUP, CODA_TEAMS, -1, NULL},
    {"person_id", "c-PersonId01", CD_TEXT, 0, 2, NULL},
    {"direction_id", "c-DirectId01", CD_TEXT, 0, 3, NULL},
    {"Роль", "c-Rol0000001", CD_SELECT, 0, -1,
     "организатор|зам. руководителя|бригадир|волонтёр|медик|лидер нефедеральной локации|волонтёр "
     "нефедеральной локации|аниматор|лектор|мастер|артист|торговец|местные|сопровождающий артиста|"
     "участник|свои|VIP|пресса|другие|подрядчик"},
    {"Статус", "c-Status0001", CD_SELECT, 0, -1, STATUSES},
    {"Комментарий", "c-Comment001", CD_TEXT, 0, -1, NULL},
};
static const struct column_def people[] = {
    {"Имя", "c-PeopleName", CD_TEXT, 0, -1, NULL},
    {"notion_id", "c-PeopleNtn1", CD_TEXT, 0, -1, NULL},
};
static const struct column_def teams[] = {
    {"Название", "c-TeamsName1", CD_TEXT, 0, -1, NULL},
    {"notion_id", "c-TeamsNtn01", CD_TEXT, 0, -1, NULL},
};
static const struct column_def arrivals[] = {
    {"Заезд", "c-Zaezd00001", CD_TEXT, 0, -1, NULL},
    {"badge_id", "c-BadgeId001", CD_TEXT, 0, -1, NULL},
    {"Дата заезда", "c-DateIn0001", CD_DATE, 0, -1, NULL},
    {"Способ заезда", "c-HowIn00001", CD_SELECT, 0, -1,
     "своим ходом|на автобусе|на машине|трансфер от фестиваля|смена направления|не определен"},
    {"Дата отъезда", "c-DateOut001", CD_DATE, 0, -1, NULL},
    {"Способ выезда", "c-HowOut0001", CD_SELECT, 0, -1,
     "своим ходом|на автобусе|на машине|трансфер от фестиваля|смена направления|не определен"},
    {"Статус", "c-ArrStatus1", CD_SELECT, 0, -1, STATUSES},
    {"Комментарии", "c-ArrComment", CD_TEXT, 0, -1, NULL},
};

static const struct {
    const char *id, *name;
    const struct column_def *columns;
    size_t count;
} tables[CODA_TABLES] = {
    {SB_CODA_PART, "Участие", participations, COUNT_OF(participations)},
    {SB_CODA_PEOPLE, "Люди", people, COUNT_OF(people)},
    {SB_CODA_TEAMS, "Службы", teams, COUNT_OF(teams)},
    {SB_CODA_ARRIVALS, "Заезды", arrivals, COUNT_OF(arrivals)},
};

static void build_column(struct cd_column *column, const struct column_def *def)
{
    snprintf(column->id, sizeof column->id, "%s", def->id);
    column->name = sb_dup(def->name);
    column->type = def->type;
    column->target = def->target;
    column->via = def->via;
    column->calculated = def->via >= 0;
    for (const char *at = def->options; at && *at;) {
        int length = (int)(strchrnul(at, '|') - at);
        column->options =
            sb_grow(column->options, column->option_count + 1, sizeof *column->options);
        column->options[column->option_count++] = sb_printf("%.*s", length, at);
        at += length + (at[length] == '|');
    }
}

void coda_build_schema(struct coda *coda, int64_t now)
{
    for (size_t i = 0; i < CODA_TABLES; i++) {
        struct cd_table *table = &coda->tables[i];
        table->id = tables[i].id;
        table->name = sb_dup(tables[i].name);
        table->created = table->updated = now - 400 * DAY_MS;
        table->column_count = tables[i].count;
        table->columns = sb_alloc(table->column_count * sizeof *table->columns);
        for (size_t c = 0; c < table->column_count; c++)
            build_column(&table->columns[c], &tables[i].columns[c]);
        table->columns[0].display = true;
    }
}

static void add_format(cJSON *json, const char *key, char *text)
{
    cJSON_AddStringToObject(json, key, text);
    cJSON_free(text);
}

static void add_link(cJSON *json, const struct cd_table *table)
{
    add_format(json, "browserLink",
               sb_printf("https://coda.io/d/_d%s/#_tu%s", SB_CODA_DOC, table->id));
}

static void add_page(cJSON *json, const char *prefix)
{
    cJSON *page = cJSON_AddObjectToObject(json, "parent");
    cJSON_AddStringToObject(page, "id", "canvas-Sandbox001");
    cJSON_AddStringToObject(page, "type", "page");
    add_format(page, "href", sb_printf("%s/pages/canvas-Sandbox001", prefix));
    cJSON_AddStringToObject(page, "browserLink", "https://coda.io/d/_d" SB_CODA_DOC "/Page_su001");
    cJSON_AddStringToObject(page, "name", "Фестиваль");
}

static void add_time(cJSON *json, const char *key, int64_t ms)
{
    char text[32];
    iso_print(ms, text);
    cJSON_AddStringToObject(json, key, text);
}

cJSON *coda_table_json(const struct cd_table *table, const char *prefix, bool whole)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "id", table->id);
    cJSON_AddStringToObject(json, "type", "table");
    cJSON_AddStringToObject(json, "tableType", "table");
    add_format(json, "href", sb_printf("%s/tables/%s", prefix, table->id));
    add_link(json, table);
    cJSON_AddStringToObject(json, "name", table->name);
    add_page(json, prefix);
    if (!whole)
        return json;
    cJSON *display = cJSON_AddObjectToObject(json, "displayColumn");
    cJSON_AddStringToObject(display, "id", table->columns[0].id);
    cJSON_AddStringToObject(display, "type", "column");
    add_format(display, "href",
               sb_printf("%s/tables/%s/columns/%s", prefix, table->id, table->columns[0].id));
    cJSON_AddNumberToObject(json, "rowCount", (double)table->live);
    cJSON_AddArrayToObject(json, "sorts");
    cJSON_AddStringToObject(json, "layout", "default");
    add_time(json, "createdAt", table->created);
    add_time(json, "updatedAt", table->updated);
    cJSON_AddStringToObject(json, "viewId", table->id);
    return json;
}

static const char *type_name(enum cd_type type)
{
    static const char *const names[] = {
        [CD_TEXT] = "text", [CD_NUMBER] = "number", [CD_SELECT] = "select",
        [CD_DATE] = "date", [CD_LOOKUP] = "lookup", [CD_CHECKBOX] = "checkbox",
    };
    return names[type];
}

cJSON *coda_column_json(const struct coda *coda, const struct cd_table *table, size_t index,
                        const char *prefix)
{
    const struct cd_column *column = &table->columns[index];
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "id", column->id);
    cJSON_AddStringToObject(json, "type", "column");
    add_format(json, "href", sb_printf("%s/tables/%s/columns/%s", prefix, table->id, column->id));
    cJSON_AddStringToObject(json, "name", column->name);
    if (column->display)
        cJSON_AddTrueToObject(json, "display");
    if (column->calculated) {
        cJSON_AddTrueToObject(json, "calculated");
        add_format(json, "formula",
                   column->via >= 0
                       ? sb_printf("thisRow.[%s].notion_id", table->columns[column->via].name)
                       : sb_dup("thisRow.Created()"));
    }
    cJSON *format = cJSON_AddObjectToObject(json, "format");
    cJSON_AddStringToObject(format, "type", type_name(column->type));
    cJSON_AddBoolToObject(format, "isArray", column->type == CD_LOOKUP);
    if (column->type == CD_NUMBER) {
        cJSON_AddNumberToObject(format, "precision", 0);
        cJSON_AddFalseToObject(format, "useThousandsSeparator");
    }
    if (column->type == CD_DATE)
        cJSON_AddStringToObject(format, "format", "YYYY-MM-DD");
    if (column->type == CD_LOOKUP)
        cJSON_AddItemToObject(format, "table",
                              coda_table_json(&coda->tables[column->target], prefix, false));
    if (column->type == CD_SELECT) {
        cJSON *list = cJSON_AddArrayToObject(format, "options");
        for (size_t i = 0; i < column->option_count; i++) {
            cJSON *option = cJSON_CreateObject();
            cJSON_AddStringToObject(option, "name", column->options[i]);
            cJSON_AddItemToArray(list, option);
        }
    }
    return json;
}
