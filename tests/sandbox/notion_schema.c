/* notion_schema.c: which databases the played Notion has, and how their schemas are told. */
#include "tests/sandbox/ids.h"
#include "tests/sandbox/notion.h"

#include <stdio.h>
#include <string.h>

enum { PEOPLE, TEAMS, LEADS, VOLUNTEERS, MULTI_A, MULTI_B, TYPES, ROLE_NAMES, BADGES };

struct prop_def {
    const char *name, *id, *id_raw;
    enum nt_type type;
    int target;
    const char *options; /* separated by '|' */
};

#define ROLES                                                                                                                                                                     \
    "организатор|зам. руководителя|бригадир|волонтёр|медик|лидер нефедеральной локации|волонтёр " \
    "нефедеральной локации"
#define TEAM_TYPES                                                                                                                                                                 \
    "городская служба|полевая служба|универсальная служба|федеральная локация|грантовая локация|" \
    "коммерческая локация|сторонняя локация|зона ответственности"

static const struct prop_def people[] = {
    {"Как звать", "title", "title", NT_TITLE, 0, NULL},
    {"Фамилия", "fAm1", "fAm1", NT_RICH_TEXT, 0, NULL},
    {"Имя", "%3AiMq", ":iMq", NT_RICH_TEXT, 0, NULL},
    {"Позывной", "p%40zv", "p@zv", NT_RICH_TEXT, 0, NULL},
    {"Другие прозвища", "oT%7Bh", "oT{h", NT_RICH_TEXT, 0, NULL},
    {"Пол", "GeN%3F", "GeN?", NT_SELECT, 0, "М|Ж|др."},
    {"Дата рождения", "bDay", "bDay", NT_DATE, 0, NULL},
    {"Город", "%5EciT", "^ciT", NT_SELECT, 0, NULL},
    {"Telegram", "tgRm", "tgRm", NT_RICH_TEXT, 0, NULL},
    {"Телефон", "Ph%3Dn", "Ph=n", NT_PHONE, 0, NULL},
    {"Email", "eMai", "eMai", NT_EMAIL, 0, NULL},
    {"Веган", "vE%60g", "vE`g", NT_CHECKBOX, 0, NULL},
    {"Коммент", "cMnt", "cMnt", NT_RICH_TEXT, 0, NULL},
};
static const struct prop_def teams[] = {
    {"Name", "title", "title", NT_TITLE, 0, NULL},
    {"Тип", "tY%3Cp", "tY<p", NT_SELECT, 0, TEAM_TYPES},
    {"Год появления", "yR01", "yR01", NT_NUMBER, 0, NULL},
    {"Последний год", "yR%7D9", "yR}9", NT_NUMBER, 0, NULL},
};
static const struct prop_def leads[] = {
    {"Name", "title", "title", NT_TITLE, 0, NULL},
    {"Человек", "%3Evk%5B", ">vk[", NT_RELATION, PEOPLE, NULL},
    {"Службы и локации", "sLuZ", "sLuZ", NT_RELATION, TEAMS, NULL},
    {"Роль", "r%40Le", "r@Le", NT_SELECT, 0, "организатор|зам. руководителя"},
    {"Год", "gOd1", "gOd1", NT_NUMBER, 0, NULL},
};
static const struct prop_def volunteers[] = {
    {"Name", "title", "title", NT_TITLE, 0, NULL},
    {"Человек", "h%3CwR", "h<wR", NT_RELATION, PEOPLE, NULL},
    {"Год", "gOdT", "gOdT", NT_RICH_TEXT, 0, NULL},
    {"Службы и локации", "s%5EuB", "s^uB", NT_RELATION, TEAMS, NULL},
    {"Роль", "rOl2", "rOl2", NT_SELECT, 0, ROLES},
    {"Тип", "tYp2", "tYp2", NT_SELECT, 0, TEAM_TYPES},
    {"Статус", "sT%3Bs", "sT;s", NT_SELECT, 0,
     "планируется|отменилось|ждём ответа|подтверждено накануне|не доехал|заехал на поле|приступил|"
     "ушел|состоялось|прибился|нет бейджа"},
};
static const struct prop_def multi[] = {
    {"Name", "title", "title", NT_TITLE, 0, NULL},
    {"Заметка", "nOte", "nOte", NT_RICH_TEXT, 0, NULL},
};
static const struct prop_def types[] = {
    {"Title", "title", "title", NT_TITLE, 0, NULL},
    {"Text", "ty01", "ty01", NT_RICH_TEXT, 0, NULL},
    {"Number", "ty02", "ty02", NT_NUMBER, 0, NULL},
    {"Select", "ty03", "ty03", NT_SELECT, 0, "один|два"},
    {"Multi", "ty%5B4", "ty[4", NT_MULTI_SELECT, 0, "красный|зелёный|синий"},
    {"Status", "ty05", "ty05", NT_STATUS, 0, "Not started|In progress|Done"},
    {"Date", "ty06", "ty06", NT_DATE, 0, NULL},
    {"Date range", "ty07", "ty07", NT_DATE, 0, NULL},
    {"Checkbox", "ty08", "ty08", NT_CHECKBOX, 0, NULL},
    {"Relation", "%3Ety9", ">ty9", NT_RELATION, PEOPLE, NULL},
    {"People", "ty10", "ty10", NT_PEOPLE, 0, NULL},
    {"URL", "ty11", "ty11", NT_URL, 0, NULL},
    {"Email", "ty12", "ty12", NT_EMAIL, 0, NULL},
    {"Phone", "ty13", "ty13", NT_PHONE, 0, NULL},
    {"Files", "ty14", "ty14", NT_FILES, 0, NULL},
    {"Formula string", "ty15", "ty15", NT_FORMULA, 0, NULL},
    {"Formula number", "ty16", "ty16", NT_FORMULA, 0, NULL},
    {"Formula boolean", "ty17", "ty17", NT_FORMULA, 0, NULL},
    {"Formula date", "ty18", "ty18", NT_FORMULA, 0, NULL},
    {"Rollup number", "ty19", "ty19", NT_ROLLUP, 0, NULL},
    {"Rollup array", "ty20", "ty20", NT_ROLLUP, 0, NULL},
    {"Rollup incomplete", "ty21", "ty21", NT_ROLLUP, 0, NULL},
    {"ID", "ty22", "ty22", NT_UNIQUE_ID, 0, NULL},
    {"Created time", "ty23", "ty23", NT_CREATED_TIME, 0, NULL},
    {"Created by", "ty24", "ty24", NT_CREATED_BY, 0, NULL},
    {"Last edited time", "ty25", "ty25", NT_EDITED_TIME, 0, NULL},
    {"Last edited by", "ty26", "ty26", NT_EDITED_BY, 0, NULL},
    {"Button", "ty27", "ty27", NT_BUTTON, 0, NULL},
    {"Verification", "ty28", "ty28", NT_VERIFICATION, 0, NULL},
};

static const struct prop_def role_names[] = {
    {"Name", "title", "title", NT_TITLE, 0, NULL},
    {"Code", "c%3DdE", "c=dE", NT_RICH_TEXT, 0, NULL},
};
static const struct prop_def badges[] = {
    {"Надпись", "title", "title", NT_TITLE, 0, NULL},
    {"Фамилия", "bd01", "bd01", NT_RICH_TEXT, 0, NULL},
    {"Имя", "bd02", "bd02", NT_RICH_TEXT, 0, NULL},
    {"Пол", "bd03", "bd03", NT_SELECT, 0, "М|Ж|др."},
    {"Телефон", "bd04", "bd04", NT_PHONE, 0, NULL},
    {"Чей", "bd05", "bd05", NT_RELATION, BADGES, NULL},
    {"Ребенок", "bd06", "bd06", NT_CHECKBOX, 0, NULL},
    {"Особенности питания", "bd07", "bd07", NT_SELECT, 0, "без особенностей|веган"},
    {"Тип питания", "bd08", "bd08", NT_SELECT, 0, "бесплатно|платно|без питания|ребенок"},
    {"Номер", "bd09", "bd09", NT_RICH_TEXT, 0, NULL},
    {"Партия", "bd10", "bd10", NT_SELECT, 0, "1|2|3"},
    {"Должность", "bd11", "bd11", NT_RICH_TEXT, 0, NULL},
    {"Роль", "bd12", "bd12", NT_RELATION, ROLE_NAMES, NULL},
    {"Фото", "bd13", "bd13", NT_FILES, 0, NULL},
    {"Человек", "bd14", "bd14", NT_RELATION, PEOPLE, NULL},
    {"Комментарий", "bd15", "bd15", NT_RICH_TEXT, 0, NULL},
    {"Службы и локации", "bd16", "bd16", NT_RELATION, TEAMS, NULL},
};

static const struct {
    const char *id, *database, *name;
    const struct prop_def *props;
    size_t count;
} sources[NOTION_SOURCES] = {
    {SB_DS_PEOPLE, SB_DB_PEOPLE, "Человеки", people, COUNT_OF(people)},
    {SB_DS_TEAMS, SB_DB_TEAMS, "Службы и локации", teams, COUNT_OF(teams)},
    {SB_DS_LEADS, SB_DB_LEADS, "Руководители", leads, COUNT_OF(leads)},
    {SB_DS_VOLUNTEERS, SB_DB_VOLUNTEERS, "Участие", volunteers, COUNT_OF(volunteers)},
    {SB_DS_MULTI_A, SB_DB_MULTI, "Склад", multi, COUNT_OF(multi)},
    {SB_DS_MULTI_B, SB_DB_MULTI, "Склад, архив", multi, COUNT_OF(multi)},
    {SB_DS_TYPES, SB_DB_TYPES, "All types", types, COUNT_OF(types)},
    {SB_DS_ROLES, SB_DB_ROLES, "Роли", role_names, COUNT_OF(role_names)},
    {SB_DS_BADGES, SB_DB_BADGES, "Бейджи", badges, COUNT_OF(badges)},
};

static const struct {
    const char *id, *name;
} databases[NOTION_DATABASES] = {
    {SB_DB_PEOPLE, "Человеки"},    {SB_DB_TEAMS, "Службы и локации"},
    {SB_DB_LEADS, "Руководители"}, {SB_DB_VOLUNTEERS, "Участие"},
    {SB_DB_MULTI, "Склад"},        {SB_DB_TYPES, "All types"},
    {SB_DB_ROLES, "Роли"},         {SB_DB_BADGES, "Бейджи"},
};

static void build_prop(struct nt_prop *prop, const struct prop_def *def)
{
    snprintf(prop->id, sizeof prop->id, "%s", def->id);
    snprintf(prop->id_raw, sizeof prop->id_raw, "%s", def->id_raw);
    prop->name = sb_dup(def->name);
    prop->type = def->type;
    prop->target = def->target;
    for (const char *at = def->options; at && *at;) {
        char name[120];
        int length = (int)(strchrnul(at, '|') - at);
        snprintf(name, sizeof name, "%.*s", length, at);
        notion_option_id(prop, name);
        at += length + (at[length] == '|');
    }
}

void notion_build_schema(struct notion *notion, int64_t now)
{
    for (size_t i = 0; i < NOTION_SOURCES; i++) {
        struct nt_source *source = &notion->sources[i];
        snprintf(source->id, sizeof source->id, "%s", sources[i].id);
        snprintf(source->database, sizeof source->database, "%s", sources[i].database);
        source->name = sb_dup(sources[i].name);
        source->created = source->edited = now - 120 * DAY_MS;
        source->prop_count = sources[i].count;
        source->props = sb_alloc(source->prop_count * sizeof *source->props);
        for (size_t p = 0; p < source->prop_count; p++)
            build_prop(&source->props[p], &sources[i].props[p]);
    }
    for (size_t i = 0; i < NOTION_DATABASES; i++) {
        snprintf(notion->databases[i].id, sizeof notion->databases[i].id, "%s", databases[i].id);
        notion->databases[i].name = sb_dup(databases[i].name);
    }
}

cJSON *notion_text_item(const char *text)
{
    cJSON *item = cJSON_CreateObject();
    cJSON_AddStringToObject(item, "type", "text");
    cJSON *content = cJSON_AddObjectToObject(item, "text");
    cJSON_AddStringToObject(content, "content", text);
    cJSON_AddNullToObject(content, "link");
    cJSON *look = cJSON_AddObjectToObject(item, "annotations");
    static const char *const flags[] = {"bold", "italic", "strikethrough", "underline", "code"};
    for (size_t i = 0; i < COUNT_OF(flags); i++)
        cJSON_AddFalseToObject(look, flags[i]);
    cJSON_AddStringToObject(look, "color", "default");
    cJSON_AddStringToObject(item, "plain_text", text);
    cJSON_AddNullToObject(item, "href");
    return item;
}

static void add_options(cJSON *detail, const struct nt_prop *prop)
{
    cJSON *list = cJSON_AddArrayToObject(detail, "options");
    for (size_t i = 0; i < prop->option_count; i++) {
        cJSON *option = cJSON_CreateObject();
        cJSON_AddStringToObject(option, "id", prop->options[i].id);
        cJSON_AddStringToObject(option, "name", prop->options[i].name);
        cJSON_AddStringToObject(option, "color", "default");
        cJSON_AddNullToObject(option, "description");
        cJSON_AddItemToArray(list, option);
    }
}

static cJSON *prop_json(const struct notion *notion, const struct nt_prop *prop)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "id", prop->id);
    cJSON_AddStringToObject(json, "name", prop->name);
    cJSON_AddNullToObject(json, "description");
    cJSON_AddStringToObject(json, "type", nt_type_name(prop->type));
    cJSON *detail = cJSON_AddObjectToObject(json, nt_type_name(prop->type));
    if (prop->type == NT_NUMBER)
        cJSON_AddStringToObject(detail, "format", "number");
    if (prop->type == NT_SELECT || prop->type == NT_MULTI_SELECT || prop->type == NT_STATUS)
        add_options(detail, prop);
    if (prop->type == NT_STATUS)
        cJSON_AddArrayToObject(detail, "groups");
    if (prop->type == NT_FORMULA)
        cJSON_AddStringToObject(detail, "expression", "prop(\"Number\")");
    if (prop->type == NT_UNIQUE_ID)
        cJSON_AddStringToObject(detail, "prefix", "P");
    if (prop->type == NT_ROLLUP) {
        cJSON_AddStringToObject(detail, "relation_property_name", "Relation");
        cJSON_AddStringToObject(detail, "function", "show_original");
    }
    if (prop->type == NT_RELATION) {
        const struct nt_source *target = &notion->sources[prop->target];
        cJSON_AddStringToObject(detail, "database_id", target->database);
        cJSON_AddStringToObject(detail, "data_source_id", target->id);
        cJSON_AddStringToObject(detail, "type", "single_property");
        cJSON_AddObjectToObject(detail, "single_property");
    }
    return json;
}

static void add_head(cJSON *json, const char *name)
{
    cJSON_AddItemToArray(cJSON_AddArrayToObject(json, "title"), notion_text_item(name));
    cJSON_AddArrayToObject(json, "description");
    cJSON_AddFalseToObject(json, "is_inline");
}

static void add_tail(cJSON *json, const char *database)
{
    char hex[33], url[80];
    uuid_plain(database, hex);
    snprintf(url, sizeof url, "https://app.notion.com/p/%s", hex);
    cJSON_AddNullToObject(json, "icon");
    cJSON_AddNullToObject(json, "cover");
    cJSON_AddStringToObject(json, "url", url);
    cJSON_AddNullToObject(json, "public_url");
    cJSON_AddFalseToObject(json, "in_trash");
    cJSON_AddFalseToObject(json, "archived");
}

static void add_times(cJSON *json, const struct nt_source *source)
{
    char text[32];
    iso_print(source->created / MINUTE_MS * MINUTE_MS, text);
    cJSON_AddStringToObject(json, "created_time", text);
    iso_print(source->edited / MINUTE_MS * MINUTE_MS, text);
    cJSON_AddStringToObject(json, "last_edited_time", text);
}

static void add_parent_page(cJSON *json, const char *key)
{
    cJSON *parent = cJSON_AddObjectToObject(json, key);
    cJSON_AddStringToObject(parent, "type", "page_id");
    cJSON_AddStringToObject(parent, "page_id", "393abc1e-edcd-40f3-813b-e205934558c6");
}

cJSON *notion_source_json(const struct notion *notion, const struct nt_source *source)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "object", "data_source");
    cJSON_AddStringToObject(json, "id", source->id);
    add_times(json, source);
    add_head(json, source->name);
    cJSON *props = cJSON_AddObjectToObject(json, "properties");
    for (size_t i = 0; i < source->prop_count; i++)
        cJSON_AddItemToObject(props, source->props[i].name, prop_json(notion, &source->props[i]));
    cJSON *parent = cJSON_AddObjectToObject(json, "parent");
    cJSON_AddStringToObject(parent, "type", "database_id");
    cJSON_AddStringToObject(parent, "database_id", source->database);
    add_parent_page(json, "database_parent");
    add_tail(json, source->database);
    return json;
}

cJSON *notion_database_json(const struct notion *notion, const struct nt_database *database)
{
    cJSON *json = cJSON_CreateObject(), *list = cJSON_CreateArray();
    cJSON_AddStringToObject(json, "object", "database");
    cJSON_AddStringToObject(json, "id", database->id);
    add_head(json, database->name);
    add_parent_page(json, "parent");
    cJSON_AddFalseToObject(json, "is_locked");
    for (size_t i = 0; i < NOTION_SOURCES; i++) {
        const struct nt_source *source = &notion->sources[i];
        if (strcmp(source->database, database->id) != 0)
            continue;
        if (!cJSON_HasObjectItem(json, "created_time"))
            add_times(json, source);
        cJSON *item = cJSON_CreateObject();
        cJSON_AddStringToObject(item, "id", source->id);
        cJSON_AddStringToObject(item, "name", source->name);
        cJSON_AddItemToArray(list, item);
    }
    cJSON_AddItemToObject(json, "data_sources", list);
    add_tail(json, database->id);
    return json;
}
