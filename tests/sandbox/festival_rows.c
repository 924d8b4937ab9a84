/* festival_rows.c: participations in Coda, leads in Notion, arrivals in Coda. */
#include "tests/sandbox/coda.h"
#include "tests/sandbox/festival.h"
#include "tests/sandbox/ids.h"
#include "tests/sandbox/notion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIES              50  /* to find a free natural key */
#define OTHER_SHARE        0.1 /* rows with another accepted spelling */
#define LEADS              100
#define SPOILED_TEAM_SHARE 0.2 /* rows that keep a spoiled team they drew */
#define ARRIVALS           12

/* Columns of the tables, in the order of coda_schema.c. */
enum { C_NAME, C_YEAR, C_PERSON, C_TEAM, C_PERSON_ID, C_TEAM_ID, C_ROLE, C_STATUS, C_COMMENT };

struct word {
    const char *name;
    unsigned weight;
    const char *others; /* further accepted spellings, '|' between them */
};

static const struct word roles[] = {
    {"организатор", 60, "Организатор|ОРГАНИЗАТОР"},
    {"зам. руководителя", 40, "зам.руководителя|зам руководителя|Зам. руководителя"},
    {"бригадир", 60, "Бригадир"},
    {"волонтёр", 560, "волонтер|Волонтёр|ВОЛОНТЕР"},
    {"медик", 30, "Медик"},
    {"лидер нефедеральной локации", 20, "Лидер нефедеральной локации"},
    {"волонтёр нефедеральной локации", 40, "волонтер нефедеральной локации"},
    {"аниматор", 15, "Аниматор"},
    {"лектор", 15, "Лектор"},
    {"мастер", 20, "Мастер"},
    {"артист", 30, "Артист"},
    {"торговец", 10, "Торговец"},
    {"местные", 10, "Местные"},
    {"сопровождающий артиста", 10, "сопровождающие|сопровождающие участников"},
    {"участник", 20, "Участник"},
    {"свои", 10, "свои (плюсодин)|свои (плюсодины)"},
    {"VIP", 10, "vip"},
    {"пресса", 15, "Пресса"},
    {"другие", 10, "Другие"},
    {"подрядчик", 15, "Подрядчик"},
};
static const struct word statuses[] = {
    {"планируется", 300, "Планируется"}, {"отменилось", 60, "Отменилось"},
    {"ждём ответа", 80, "ждем ответа"},  {"подтверждено накануне", 80, "Подтверждено накануне"},
    {"не доехал", 30, "Не доехал"},      {"заехал на поле", 40, "Заехал на поле"},
    {"приступил", 40, "Приступил"},      {"ушел", 20, "ушёл"},
    {"состоялось", 240, "Состоялось"},   {"прибился", 20, "Прибился"},
    {"нет бейджа", 10, "Нет бейджа"},    {"", 80, NULL},
};

struct draft {
    unsigned year, role, status;
    uint32_t person, team;
    enum fact_kind own; /* a mistake of the row itself */
    bool empty_year;
};

uint64_t festival_key(unsigned year, uint32_t person, uint32_t team, unsigned role)
{
    return ((uint64_t)(year % 200 + 1) << 56) | ((uint64_t)role << 50) | ((uint64_t)team << 32) |
           person;
}

static unsigned pick(struct rng *rng, const struct word *words, size_t count)
{
    unsigned total = 0, at = 0;
    for (size_t i = 0; i < count; i++)
        total += words[i].weight;
    unsigned left = rng_below(rng, total);
    while (left >= words[at].weight)
        left -= words[at++].weight;
    return at;
}

/* The word, now and then spelled in another way that is accepted. */
static char *spell(struct festival *festival, const struct word *word)
{
    char other[120];
    if (!*word->name || !word->others || !rng_chance(&festival->rng, OTHER_SHARE))
        return sb_dup(word->name);
    unsigned count = 1;
    for (const char *at = word->others; *at; at++)
        count += *at == '|';
    const char *at = word->others;
    for (unsigned skip = rng_below(&festival->rng, count); skip; skip--)
        at = strchr(at, '|') + 1;
    snprintf(other, sizeof other, "%.*s", (int)(strchrnul(at, '|') - at), at);
    festival->facts.odd_spelling++;
    return sb_dup(other);
}

static unsigned pick_year(struct rng *rng, unsigned year)
{
    unsigned at = rng_below(rng, 100);
    if (at < 60)
        return year;
    if (at < 95)
        return at < 80 ? 2022 : 2021;
    return at < 98 ? 2019 : 2020;
}

static void draw(struct sandbox *sb, struct festival *festival, struct draft *draft)
{
    struct rng *rng = &festival->rng;
    draft->year = pick_year(rng, sb->opt.year);
    draft->person = rng_below(rng, festival->people_count);
    draft->team = rng_below(rng, festival->team_count);
    if (!festival->teams[draft->team].valid && !rng_chance(rng, SPOILED_TEAM_SHARE))
        draft->team = 0;
    draft->role = pick(rng, roles, COUNT_OF(roles));
    draft->status = pick(rng, statuses, COUNT_OF(statuses));
    draft->own = FK_NONE;
    draft->empty_year = false;
}

static void spoil(struct festival *festival, struct draft *draft)
{
    static const enum fact_kind mistakes[] = {FK_UNKNOWN_ROLE,   FK_UNKNOWN_STATUS,
                                              FK_PERSON_NOT_HEX, FK_PERSON_UNKNOWN,
                                              FK_TEAM_UNKNOWN,   FK_NONE};
    draft->own = mistakes[festival->spoiled++ % COUNT_OF(mistakes)];
    draft->empty_year = draft->own == FK_NONE;
}

static bool in_scope(const struct sandbox *sb, const struct draft *draft)
{
    return draft->year == 2021 || draft->year == 2022 || draft->year == sb->opt.year;
}

static void count(struct sandbox *sb, struct festival *festival, const struct draft *draft)
{
    struct facts *facts = &festival->facts;
    enum fact_kind kind = draft->own;
    facts->rows++;
    if (draft->empty_year) {
        facts->empty_year++;
        return;
    }
    if (!in_scope(sb, draft)) {
        facts->out_of_scope++;
        return;
    }
    if (kind == FK_NONE && !festival->people[draft->person].valid)
        kind = FK_PERSON_INVALID;
    if (kind == FK_NONE && !festival->teams[draft->team].valid)
        kind = FK_TEAM_INVALID;
    facts->in_scope++;
    facts->kinds[kind]++;
    facts->empty_status += kind == FK_NONE && !*statuses[draft->status].name;
}

static void spoil_ids(struct festival *festival, const struct draft *draft, struct cd_row *row)
{
    char id[37], hex[33];
    rng_uuid(&festival->rng, id);
    uuid_plain(id, hex);
    if (draft->own == FK_PERSON_NOT_HEX)
        cc_text(&row->cells[C_PERSON_ID], "см. комментарий");
    if (draft->own == FK_PERSON_UNKNOWN)
        cc_text(&row->cells[C_PERSON_ID], hex);
    if (draft->own == FK_TEAM_UNKNOWN)
        cc_text(&row->cells[C_TEAM_ID], hex);
}

static char *blanks(struct sandbox *sb, struct festival *festival, char *text)
{
    if (!*text || !rng_chance(&festival->rng, sb->opt.fault_share))
        return text;
    char *longer = sb_printf("%s ", text);
    free(text);
    festival->facts.trailing_blanks++;
    return longer;
}

static void write_row(struct sandbox *sb, struct festival *festival, const struct draft *draft,
                      int64_t at)
{
    struct cd_row *row = coda_new_row(sb->coda, 0, NULL, at);
    struct rng *rng = &festival->rng;
    const struct fest_party *person = &festival->people[draft->person];
    char *name = sb_printf("%u", row->number + 1);
    char *role = blanks(sb, festival,
                        draft->own == FK_UNKNOWN_ROLE ? sb_dup("Космонавт")
                                                      : spell(festival, &roles[draft->role]));
    char *status =
        blanks(sb, festival,
               draft->own == FK_UNKNOWN_STATUS ? sb_dup("улетел на Марс")
                                               : spell(festival, &statuses[draft->status]));
    row->updated += (int64_t)rng_below(rng, 24 * 60) * MINUTE_MS;
    cc_text(&row->cells[C_NAME], name);
    if (!draft->empty_year)
        cc_number(&row->cells[C_YEAR], draft->year);
    cc_ref(&row->cells[C_PERSON], person->row);
    cc_ref(&row->cells[C_TEAM], festival->teams[draft->team].row);
    cc_text(&row->cells[C_ROLE], role);
    cc_text(&row->cells[C_STATUS], status);
    if (rng_chance(rng, 0.05))
        cc_text(&row->cells[C_COMMENT], "уточнить по телефону");
    spoil_ids(festival, draft, row);
    if (draft->own == FK_NONE && rng_chance(rng, sb->opt.fault_share)) {
        cc_text(&row->cells[C_PERSON_ID], person->id); /* with dashes: unusual but right */
        festival->facts.dashed_ids++;
    }
    free(name);
    free(role);
    free(status);
}

/* Some of this year's organizers stand in the Notion table of leads too. */
static void remember_lead(struct sandbox *sb, struct festival *festival, const struct draft *draft)
{
    if (draft->year != sb->opt.year || draft->role > ROLE_VICE ||
        festival->known_leads == FEST_KNOWN_LEADS)
        return;
    festival->leads[festival->known_leads++] =
        (struct fest_lead){.person = draft->person, .team = draft->team, .role = draft->role};
}

static void remember_part(struct festival *festival, const struct draft *draft)
{
    if (festival->part_count == festival->part_room) {
        festival->part_room = festival->part_room ? festival->part_room * 2 : 256;
        festival->parts = sb_grow(festival->parts, festival->part_room, sizeof *festival->parts);
    }
    festival->parts[festival->part_count++] = (struct fest_part){.year = draft->year,
                                                                 .role = draft->role,
                                                                 .status = draft->status,
                                                                 .person = draft->person,
                                                                 .team = draft->team};
}

/* A valid row in scope gets a natural key that no other has; the rest do not matter. */
static bool take_key(struct sandbox *sb, struct festival *festival, const struct draft *draft)
{
    bool counts = draft->own == FK_NONE && !draft->empty_year && in_scope(sb, draft) &&
                  festival->people[draft->person].valid && festival->teams[draft->team].valid;
    if (!counts)
        return true;
    if (!u64set_add(&festival->keys,
                    festival_key(draft->year, draft->person, draft->team, draft->role)))
        return false;
    remember_part(festival, draft);
    remember_lead(sb, festival, draft);
    return true;
}

void festival_pour_rows(struct sandbox *sb, struct festival *festival)
{
    unsigned rows = sb->opt.participations;
    struct draft draft = {0};
    for (unsigned i = 0; i < rows; i++) {
        struct draft last = draft;
        int64_t at = festival->now - 90 * DAY_MS + (int64_t)i * (88 * DAY_MS) / rows;
        bool twin = i > 0 && last.own == FK_NONE && !last.empty_year &&
                    rng_chance(&festival->rng, sb->opt.fault_share / 4);
        for (int tries = 0; !twin && tries < TRIES; tries++) {
            draw(sb, festival, &draft);
            if (rng_chance(&festival->rng, sb->opt.fault_share))
                spoil(festival, &draft);
            if (take_key(sb, festival, &draft))
                break;
        }
        count(sb, festival, &draft);
        write_row(sb, festival, &draft, at);
    }
    festival->facts.distinct = (unsigned)festival->keys.used;
}

static void write_lead(struct sandbox *sb, struct festival *festival, const struct fest_lead *lead,
                       uint32_t second)
{
    struct notion *notion = sb->notion;
    unsigned number = festival->facts.leads++;
    struct nt_page *page =
        notion_new_page(notion, notion_source(notion, SB_DS_LEADS), NULL,
                        festival->now - 80 * DAY_MS + (int64_t)number * 3 * HOUR_MS);
    char *title = sb_printf("Руководитель %u", number + 1);
    page->by_person = true;
    nv_text(&page->values[0], title);
    nv_list_add(&page->values[1], festival->people[lead->person].id);
    if (second != lead->person)
        nv_list_add(&page->values[1], festival->people[second].id);
    nv_list_add(&page->values[2], festival->teams[lead->team].id);
    nv_text(&page->values[3], roles[lead->role].name);
    nv_number(&page->values[4], sb->opt.year);
    free(title);
}

static void count_lead(struct sandbox *sb, struct festival *festival, struct u64set *pairs,
                       const struct fest_lead *lead, uint32_t person)
{
    uint64_t key = festival_key(sb->opt.year, person, lead->team, lead->role);
    if (!u64set_add(pairs, key))
        return;
    festival->facts.leads_records++;
    festival->facts.leads_known += !u64set_add(&festival->keys, key);
}

/* First those that Coda has already, then new ones; every eighth page names two people. */
void festival_pour_leads(struct sandbox *sb, struct festival *festival)
{
    struct rng *rng = &festival->rng;
    struct u64set pairs = {0};
    unsigned wanted = sb->opt.people / 4 < LEADS ? sb->opt.people / 4 : LEADS;
    for (unsigned i = 0; i < wanted; i++) {
        struct fest_lead lead = {.person = rng_below(rng, festival->people_count),
                                 .team = rng_below(rng, festival->team_count),
                                 .role = rng_chance(rng, 0.7) ? ROLE_ORGANIZER : ROLE_VICE};
        if (i < festival->known_leads)
            lead = festival->leads[i];
        uint32_t second = (lead.person + 1) % festival->people_count;
        if (i % 8 != 7 || !festival->people[second].valid)
            second = lead.person;
        if (!festival->people[lead.person].valid || !festival->teams[lead.team].valid)
            continue;
        write_lead(sb, festival, &lead, second);
        count_lead(sb, festival, &pairs, &lead, lead.person);
        if (second != lead.person)
            count_lead(sb, festival, &pairs, &lead, second);
    }
    u64set_free(&pairs);
}

void festival_pour_arrivals(struct sandbox *sb, struct festival *festival)
{
    static const char *const ways[] = {"своим ходом", "на автобусе", "на машине"};
    struct rng *rng = &festival->rng;
    for (unsigned i = 0; i < ARRIVALS; i++) {
        struct cd_row *row =
            coda_new_row(sb->coda, 3, NULL, festival->now - 20 * DAY_MS + i * HOUR_MS);
        char id[37], hex[33], text[48];
        rng_uuid(rng, id);
        uuid_plain(id, hex);
        snprintf(text, sizeof text, "Заезд %u", i + 1);
        cc_text(&row->cells[0], text);
        cc_text(&row->cells[1], hex);
        snprintf(text, sizeof text, "%u-07-%02uT00:00:00.000+03:00", sb->opt.year, 10 + i % 8);
        cc_text(&row->cells[2], text);
        cc_text(&row->cells[3], ways[i % COUNT_OF(ways)]);
        snprintf(text, sizeof text, "%u-07-%02uT00:00:00.000+03:00", sb->opt.year, 20 + i % 8);
        cc_text(&row->cells[4], text);
        cc_text(&row->cells[5], ways[rng_below(rng, COUNT_OF(ways))]);
        cc_text(&row->cells[6], "планируется");
    }
}
