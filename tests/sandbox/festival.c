/* festival.c: see festival.h. */
#include "tests/sandbox/festival.h"
#include "tests/sandbox/coda.h"
#include "tests/sandbox/notion.h"

#include <stdlib.h>

struct festival *festival_pour(struct sandbox *sb)
{
    struct festival *festival = sb_alloc(sizeof *festival);
    festival->rng.state = sb->opt.seed * 2654435761u + 17;
    festival->now = sb_now_ms(sb);
    festival_pour_people(sb, festival);
    festival_pour_teams(sb, festival);
    festival_pour_rows(sb, festival);
    festival_pour_leads(sb, festival);
    festival_pour_arrivals(sb, festival);
    notion_pour_types(sb->notion, festival->now);
    festival_pour_grist(sb, festival);
    return festival;
}

void festival_free(struct festival *festival)
{
    if (!festival)
        return;
    free(festival->people);
    free(festival->teams);
    u64set_free(&festival->keys);
    festival_grist_free(festival);
    free(festival->parts);
    free(festival);
}

static void add(cJSON *json, const char *key, unsigned number)
{
    cJSON_AddNumberToObject(json, key, number);
}

static void add_participations(cJSON *json, const struct facts *facts)
{
    static const char *const kinds[FACT_KINDS] = {"valid",          "unknown_role",
                                                  "unknown_status", "person_not_hex",
                                                  "person_unknown", "team_unknown",
                                                  "person_invalid", "team_invalid"};
    unsigned valid = facts->kinds[FK_NONE];
    add(json, "total", facts->rows);
    add(json, "in_scope", facts->in_scope);
    add(json, "out_of_scope", facts->out_of_scope);
    add(json, "empty_year", facts->empty_year);
    add(json, "valid", valid);
    add(json, "distinct", facts->distinct);
    add(json, "duplicates", valid - facts->distinct);
    add(json, "invalid", facts->in_scope - valid);
    cJSON *by_kind = cJSON_AddObjectToObject(json, "invalid_by_kind");
    for (size_t i = FK_NONE + 1; i < FACT_KINDS; i++)
        add(by_kind, kinds[i], facts->kinds[i]);
    cJSON *odd = cJSON_AddObjectToObject(json, "odd_but_right");
    add(odd, "spelling", facts->odd_spelling);
    add(odd, "dashed_ids", facts->dashed_ids);
    add(odd, "trailing_blanks", facts->trailing_blanks);
    add(odd, "empty_status", facts->empty_status);
}

cJSON *festival_facts(const struct sandbox *sb)
{
    const struct facts *facts = &sb->festival->facts;
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "seed", (double)sb->opt.seed);
    add(json, "year", sb->opt.year);
    cJSON *people = cJSON_AddObjectToObject(json, "people");
    add(people, "total", facts->people);
    add(people, "invalid", facts->people_empty_name);
    add(people, "valid", facts->people - facts->people_empty_name);
    cJSON *teams = cJSON_AddObjectToObject(json, "teams");
    unsigned bad = facts->teams_empty_name + facts->teams_no_type + facts->teams_unknown_type;
    add(teams, "total", facts->teams);
    add(teams, "invalid", bad);
    add(teams, "valid", facts->teams - bad);
    add(teams, "empty_name", facts->teams_empty_name);
    add(teams, "no_type", facts->teams_no_type);
    add(teams, "unknown_type", facts->teams_unknown_type);
    add_participations(cJSON_AddObjectToObject(json, "participations"), facts);
    cJSON *leads = cJSON_AddObjectToObject(json, "leads");
    add(leads, "pages", facts->leads);
    add(leads, "records", facts->leads_records);
    add(leads, "already_in_coda", facts->leads_known);
    cJSON_AddItemToObject(json, "grist", festival_grist_facts(sb->festival));
    return json;
}
