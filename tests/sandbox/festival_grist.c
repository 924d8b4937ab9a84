/* festival_grist.c: people, teams and participations of the festival in Grist, with the mistakes
 * that people make there, and the numbers about them. */
#include "tests/sandbox/festival_grist.h"
#include "tests/sandbox/ids.h"
#include "tests/sandbox/notion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_UUID_SHARE      0.1 /* of rows made by hand, whose UUID nobody filled in */
#define MARK_EVERY         40
#define ODD_EVERY          25 /* a date at the festival's midnight instead of UTC's */
#define BANNED_EVERY       60
#define MOSCOW_S           (3 * 3600)
#define NOBODY_HAS_SO_MANY 900000 /* rows: such an id is a broken reference */

static const char *const people_mistakes[] = {"empty_name"};
static const char *const team_mistakes[] = {"empty_name", "no_type", "unknown_type"};
static const char *const part_mistakes[] = {"no_role",   "unknown_role",   "unknown_status",
                                            "no_person", "person_gone",    "no_team",
                                            "no_year",   "person_invalid", "team_invalid"};

/* ---------------------------------------------------------------- rows */

void fest_text(cJSON *fields, const char *column, const char *text)
{
    cJSON_DeleteItemFromObjectCaseSensitive(fields, column);
    cJSON_AddStringToObject(fields, column, text);
}

void fest_ref(cJSON *fields, const char *column, int64_t row)
{
    cJSON_DeleteItemFromObjectCaseSensitive(fields, column);
    cJSON_AddNumberToObject(fields, column, (double)row);
}

int64_t fest_add(struct fest_grist *grist, const char *table, cJSON *fields)
{
    struct gr_call call = {.sb = grist->sb, .doc = grist->doc};
    char *name = fest_name(grist, table);
    call.table = gr_table(grist->doc, name);
    struct gr_set set = gr_set_of(&call, fields, false);
    int64_t id = gr_insert(grist->sb, grist->doc, call.table, 0, &set);
    gr_set_free(&set);
    cJSON_Delete(fields);
    free(name);
    return id;
}

cJSON *fest_row(struct fest_grist *grist, struct fest_table *table)
{
    struct rng *rng = &grist->rng;
    cJSON *fields = cJSON_CreateObject();
    double now = (double)grist->festival->now / 1000;
    char id[37];
    cJSON_AddNumberToObject(fields, "updated_at",
                            now - rng_below(rng, 90 * 24 * 3600) + rng_below(rng, 1000000) / 1e6);
    rng_uuid(rng, id);
    table->total++;
    if (rng_chance(rng, NO_UUID_SHARE))
        table->without_uuid++;
    else
        fest_text(fields, "UUID", id);
    return fields;
}

int fest_mistake(struct fest_grist *grist, struct fest_table *table)
{
    if (!rng_chance(&grist->rng, grist->sb->opt.fault_share))
        return -1;
    size_t kind = table->next_mistake++ % table->mistake_kinds;
    table->mistakes[kind]++;
    return (int)kind;
}

bool fest_mark(struct fest_grist *grist, struct fest_table *table, cJSON *fields)
{
    if (table->total % MARK_EVERY != 0)
        return false;
    cJSON_AddNumberToObject(fields, "to_delete",
                            (double)(grist->festival->now / 1000 - (int64_t)table->total * 60));
    fest_text(fields, "delete_reason", table->marked % 2 ? "" : "дубль");
    table->marked++;
    return true;
}

void fest_day(struct fest_grist *grist, cJSON *fields, const char *column, unsigned day)
{
    int64_t ms = 0;
    char text[16];
    snprintf(text, sizeof text, "%04u-07-%02u", grist->sb->opt.year % 10000, day % 31 + 1);
    iso_parse(text, &ms);
    bool local = rng_below(&grist->rng, ODD_EVERY) == 0;
    grist->local_midnights += local;
    cJSON_AddNumberToObject(fields, column, (double)(ms / 1000 - (local ? MOSCOW_S : 0)));
}

char *fest_notion(const struct fest_grist *grist, const char *page_id, const char *prop)
{
    struct notion *notion = grist->sb->notion;
    const struct nt_page *page = notion_page(notion, page_id);
    int at = notion_prop(&notion->sources[page->source], prop);
    const struct nt_value *value = &page->values[at];
    if (value->kind == NV_NUMBER)
        return sb_printf("%.15g", value->number);
    if (value->kind == NV_FLAG)
        return sb_dup(value->flag ? "true" : "false");
    return nv_plain(value);
}

static void copy(const struct fest_grist *grist, cJSON *fields, const char *column,
                 const char *page, const char *prop)
{
    char *text = fest_notion(grist, page, prop);
    if (*text)
        fest_text(fields, column, text);
    free(text);
}

/* ---------------------------------------------------------------- teams and people */

/* Type Any takes everything, and somebody has tried. */
static void last_year(struct fest_grist *grist, cJSON *fields, const char *page, unsigned number)
{
    char *year = fest_notion(grist, page, "Последний год");
    if (*year)
        cJSON_AddNumberToObject(fields, "last_year", strtod(year, NULL));
    free(year);
    if (number % 7 != 3)
        return;
    cJSON_DeleteItemFromObjectCaseSensitive(fields, "last_year");
    cJSON *list = cJSON_AddArrayToObject(fields, "last_year");
    cJSON_AddItemToArray(list, cJSON_CreateString("L"));
    cJSON_AddItemToArray(list, cJSON_CreateNumber(2019));
    cJSON_AddItemToArray(list, cJSON_CreateNumber(2020));
}

static void pour_teams(struct fest_grist *grist)
{
    const struct festival *festival = grist->festival;
    const struct facts *facts = &festival->facts;
    for (unsigned i = 0; i < festival->team_count; i++) {
        const char *page = festival->teams[i].id;
        cJSON *fields = fest_row(grist, &grist->teams);
        char *first = fest_notion(grist, page, "Год появления");
        fest_text(fields, "UUID", page);
        copy(grist, fields, "team_name", page, "Name");
        copy(grist, fields, "type_of_team", page, "Тип");
        cJSON_AddNumberToObject(fields, "year_of_establishment_", strtod(first, NULL));
        last_year(grist, fields, page, i);
        fest_add(grist, "Teams", fields);
        free(first);
    }
    grist->teams.without_uuid = 0;
    grist->teams.mistakes[0] = facts->teams_empty_name;
    grist->teams.mistakes[1] = facts->teams_no_type;
    grist->teams.mistakes[2] = facts->teams_unknown_type;
}

static void birth_date(struct fest_grist *grist, cJSON *fields, const char *page)
{
    int64_t ms;
    char *text = fest_notion(grist, page, "Дата рождения");
    bool odd = rng_below(&grist->rng, ODD_EVERY) == 0;
    if (*text && odd && rng_chance(&grist->rng, 0.5)) {
        char *said = sb_printf("%.4s год", text);
        fest_text(fields, "birth_date", said); /* not a date: the cell keeps the words */
        grist->alt_texts++;
        free(said);
    } else if (*text && iso_parse(text, &ms)) {
        grist->local_midnights += odd;
        cJSON_AddNumberToObject(fields, "birth_date", (double)(ms / 1000 - (odd ? MOSCOW_S : 0)));
    }
    free(text);
}

static void pour_people(struct fest_grist *grist)
{
    static const char *const columns[][2] = {
        {"name", "Как звать"},
        {"last_name", "Фамилия"},
        {"first_name", "Имя"},
        {"nickname", "Позывной"},
        {"other_names", "Другие прозвища"},
        {"telegram", "Telegram"},
        {"phone", "Телефон"},
        {"email", "Email"},
        {"gender", "Пол"},
        {"city", "Город"},
        {"comment", "Коммент"},
    };
    const struct festival *festival = grist->festival;
    for (unsigned i = 0; i < festival->people_count; i++) {
        const char *page = festival->people[i].id;
        cJSON *fields = fest_row(grist, &grist->people);
        char hex[33];
        bool plain = rng_below(&grist->rng, ODD_EVERY) == 0;
        uuid_plain(page, hex);
        grist->plain_uuids += plain;
        fest_text(fields, "ntn_id", plain ? hex : page);
        for (size_t c = 0; c < COUNT_OF(columns); c++)
            copy(grist, fields, columns[c][0], page, columns[c][1]);
        birth_date(grist, fields, page);
        fest_text(fields, "isInBL", i % BANNED_EVERY == BANNED_EVERY - 1 ? "Да" : "Нет");
        fest_add(grist, "People", fields);
    }
    grist->people.without_uuid = 0;
    grist->people.mistakes[0] = festival->facts.people_empty_name;
}

/* ---------------------------------------------------------------- participations */

static int64_t invalid_party(const struct fest_party *parties, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (!parties[i].valid)
            return i + 1;
    return 0;
}

/* False when the festival has nobody with whom to make this mistake. */
static bool spoil_part(struct fest_grist *grist, cJSON *fields, int mistake)
{
    const struct festival *festival = grist->festival;
    int64_t person = invalid_party(festival->people, festival->people_count);
    int64_t team = invalid_party(festival->teams, festival->team_count);
    switch (mistake) {
    case 0:
        fest_ref(fields, "role", 0);
        return true;
    case 1:
        fest_text(fields, "role", "Космонавт");
        return true;
    case 2:
        fest_text(fields, "status", "улетел на Марс");
        return true;
    case 3:
        fest_ref(fields, "person", 0);
        return true;
    case 4:
        fest_ref(fields, "person", NOBODY_HAS_SO_MANY + (int64_t)grist->participations.total);
        return true;
    case 5:
        fest_ref(fields, "team", 0);
        return true;
    case 6:
        fest_text(fields, "year", "этот");
        return true;
    case 7:
        fest_ref(fields, "person", person);
        return person != 0;
    default:
        fest_ref(fields, "team", team);
        return team != 0;
    }
}

static void pour_participations(struct fest_grist *grist)
{
    const struct festival *festival = grist->festival;
    struct fest_table *table = &grist->participations;
    grist->good_parts = sb_alloc(festival->part_count + 1);
    for (size_t i = 0; i < festival->part_count; i++) {
        const struct fest_part *part = &festival->parts[i];
        cJSON *fields = fest_row(grist, table);
        cJSON_AddNumberToObject(fields, "year", part->year);
        fest_ref(fields, "person", part->person + 1);
        fest_ref(fields, "team", part->team + 1);
        fest_ref(fields, "role", part->role + 1);
        fest_ref(fields, "status", part->status < FEST_STATUSES ? part->status + 1 : 0);
        int mistake = fest_mistake(grist, table);
        if (mistake >= 0 && !spoil_part(grist, fields, mistake)) {
            table->mistakes[mistake]--;
            table->mistakes[0]++;
            fest_ref(fields, mistake == 7 ? "person" : "team",
                     mistake == 7 ? part->person + 1 : part->team + 1);
            spoil_part(grist, fields, 0);
        } else if (mistake < 0) {
            fest_mark(grist, table, fields);
        }
        grist->good_parts[i] = mistake < 0;
        fest_add(grist, "Participations", fields);
    }
}

void festival_pour_grist(struct sandbox *sb, struct festival *festival)
{
    struct fest_grist *grist = festival->grist = sb_alloc(sizeof *grist);
    grist->sb = sb;
    grist->festival = festival;
    grist->doc = grist_doc(sb->grist, SB_GRIST_DOC);
    grist->rng.state = sb->opt.seed * 40503u + 29;
    grist->people = (struct fest_table){.name = "people",
                                        .mistake_names = people_mistakes,
                                        .mistake_kinds = COUNT_OF(people_mistakes)};
    grist->teams = (struct fest_table){.name = "teams",
                                       .mistake_names = team_mistakes,
                                       .mistake_kinds = COUNT_OF(team_mistakes)};
    grist->participations = (struct fest_table){.name = "participations",
                                                .mistake_names = part_mistakes,
                                                .mistake_kinds = COUNT_OF(part_mistakes)};
    gr_begin(grist->doc);
    fest_build_tables(grist);
    pour_teams(grist);
    pour_people(grist);
    pour_participations(grist);
    fest_pour_badges(grist);
    fest_pour_arrivals(grist);
    fest_pour_directions(grist);
    gr_end(sb, grist->doc, true);
    fest_pour_notion_roles(grist);
    fest_pour_notion_badges(grist);
    fest_link_coda_arrivals(grist);
}

void festival_grist_free(struct festival *festival)
{
    if (festival->grist) {
        free(festival->grist->badge_rows);
        free(festival->grist->good_parts);
    }
    free(festival->grist);
}

/* ---------------------------------------------------------------- facts */

static void add_table(cJSON *json, const struct fest_table *table)
{
    cJSON *of = cJSON_AddObjectToObject(json, table->name);
    unsigned wrong = 0;
    for (size_t i = 0; i < table->mistake_kinds; i++)
        wrong += table->mistakes[i];
    cJSON_AddNumberToObject(of, "total", table->total);
    cJSON_AddNumberToObject(of, "valid", table->total - wrong);
    cJSON_AddNumberToObject(of, "invalid", wrong);
    cJSON_AddNumberToObject(of, "marked", table->marked);
    cJSON_AddNumberToObject(of, "without_uuid", table->without_uuid);
    cJSON *kinds = cJSON_AddObjectToObject(of, "invalid_by_kind");
    for (size_t i = 0; i < table->mistake_kinds; i++)
        cJSON_AddNumberToObject(kinds, table->mistake_names[i], table->mistakes[i]);
}

cJSON *festival_grist_facts(const struct festival *festival)
{
    const struct fest_grist *grist = festival->grist;
    const struct fest_table *const tables[] = {&grist->people,         &grist->teams,
                                               &grist->participations, &grist->badges,
                                               &grist->arrivals,       &grist->directions};
    cJSON *json = cJSON_CreateObject();
    for (size_t i = 0; i < COUNT_OF(tables); i++)
        add_table(json, tables[i]);
    cJSON *odd = cJSON_AddObjectToObject(json, "odd_but_right");
    cJSON_AddNumberToObject(odd, "alt_texts", grist->alt_texts);
    cJSON_AddNumberToObject(odd, "local_midnights", grist->local_midnights);
    cJSON_AddNumberToObject(odd, "plain_uuids", grist->plain_uuids);
    cJSON_AddNumberToObject(json, "new_heads", grist->new_heads);
    return json;
}
