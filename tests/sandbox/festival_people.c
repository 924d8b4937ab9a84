/* festival_people.c: people and teams of the synthetic festival. */
#include "tests/sandbox/coda.h"
#include "tests/sandbox/festival.h"
#include "tests/sandbox/ids.h"
#include "tests/sandbox/names.h"
#include "tests/sandbox/notion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Mistakes of people and teams spoil every participation that names them, so there are fewer. */
#define PARTY_FAULTS  0.5
#define TEAM_MISTAKES 3

struct person {
    bool female;
    const struct first_name *first;
    const struct last_name *last;
    unsigned number;
};

static void set_text(struct notion *notion, struct nt_page *page, const char *prop, char *text)
{
    nv_text(&page->values[notion_prop(&notion->sources[page->source], prop)], text);
    free(text);
}

/* Ages spread over the last 100 days, oldest first, so that windows by created_time work. */
static int64_t made_at(const struct festival *festival, unsigned number, unsigned count)
{
    int64_t span = 100 * DAY_MS;
    return festival->now - span + (int64_t)number * (span - 2 * DAY_MS) / (count ? count : 1);
}

static char *phone(struct festival *festival, unsigned number)
{
    unsigned a = 100 + rng_below(&festival->rng, 900), b = (number / 100) % 100, c = number % 100;
    switch (rng_below(&festival->rng, 6)) {
    case 0:
        return sb_printf("8 916 %03u-%02u-%02u", a, b, c);
    case 1:
        return sb_printf("+7 (916) %03u-%02u-%02u", a, b, c);
    case 2:
        return sb_printf("916%03u%02u%02u", a, b, c);
    case 3:
        return sb_printf("7916%03u%02u%02u", a, b, c);
    case 4:
        return sb_printf("8916%03u%02u%02u", a, b, c);
    default:
        return sb_printf("+7916%03u%02u%02u", a, b, c);
    }
}

static char *telegram(struct festival *festival, const struct person *person)
{
    static const char *const forms[] = {"%s_%s%u", "@%s_%s%u", "t.me/%s_%s%u",
                                        "https://t.me/%s_%s%u"};
    char name[80];
    snprintf(name, sizeof name, "%s_%s%u", person->first->latin, person->last->latin,
             person->number);
    unsigned form = rng_below(&festival->rng, 20);
    const char *prefix = form < 3 ? forms[form + 1] : forms[0];
    return sb_printf("%.*s%s", (int)(strchr(prefix, '%') - prefix), prefix, name);
}

static void pour_contacts(struct notion *notion, struct festival *festival, struct nt_page *page,
                          const struct person *person)
{
    struct rng *rng = &festival->rng;
    if (rng_chance(rng, 0.9))
        set_text(notion, page, "Telegram", telegram(festival, person));
    if (rng_chance(rng, 0.85))
        set_text(notion, page, "Телефон", phone(festival, person->number));
    if (rng_chance(rng, 0.7))
        set_text(notion, page, "Email",
                 sb_printf("%s.%s%u@example.org", person->first->latin, person->last->latin,
                           person->number));
    if (rng_chance(rng, 0.6))
        set_text(notion, page, "Дата рождения",
                 sb_printf("%04u-%02u-%02u", 1960 + rng_below(rng, 48), 1 + rng_below(rng, 12),
                           1 + rng_below(rng, 28)));
    if (rng_chance(rng, 0.8))
        set_text(notion, page, "Город",
                 sb_dup(names_city[rng_below(rng, (unsigned)names_city_count)]));
    if (rng_chance(rng, 0.12))
        nv_flag(&page->values[notion_prop(&notion->sources[page->source], "Веган")], true);
    if (rng_chance(rng, 0.1))
        set_text(notion, page, "Коммент", sb_dup("приедет на день раньше"));
}

/* Names are told apart, since a row of Coda is chosen by its name: the second Маша Ёж is Маша Ёж 2.
 */
static char *own_name(const struct festival *festival, char *name)
{
    char *text = sb_dup(name);
    for (unsigned n = 2; strmap_get(&festival->names, text); n++) {
        free(text);
        text = sb_printf("%s %u", name, n);
    }
    free(name);
    return text;
}

static void pour_names(struct notion *notion, struct festival *festival, struct nt_page *page,
                       const struct person *person)
{
    struct rng *rng = &festival->rng;
    const char *nick = names_nick[rng_below(rng, (unsigned)names_nick_count)];
    const char *last = person->female ? person->last->female : person->last->male;
    bool named = rng_chance(rng, 0.5);
    set_text(notion, page, "Как звать",
             own_name(festival, named ? sb_printf("%s %s", person->first->short_name, nick)
                                      : sb_printf("%s %s", person->first->name, last)));
    set_text(notion, page, "Фамилия", sb_dup(last));
    set_text(notion, page, "Имя", sb_dup(person->first->name));
    if (named)
        set_text(notion, page, "Позывной", sb_dup(nick));
    if (rng_chance(rng, 0.15))
        set_text(notion, page, "Другие прозвища",
                 sb_printf("%s, %s", person->first->short_name,
                           names_nick[rng_below(rng, (unsigned)names_nick_count)]));
    if (rng_chance(rng, 0.95))
        set_text(notion, page, "Пол", sb_dup(person->female ? "Ж" : "М"));
}

static void pour_person(struct sandbox *sb, struct festival *festival, unsigned number)
{
    struct rng *rng = &festival->rng;
    struct fest_party *party = &festival->people[number];
    struct person person = {.female = rng_chance(rng, 0.5), .number = number};
    person.first = person.female ? &names_female[rng_below(rng, (unsigned)names_female_count)]
                                 : &names_male[rng_below(rng, (unsigned)names_male_count)];
    person.last = &names_last[rng_below(rng, (unsigned)names_last_count)];
    struct nt_page *page = notion_new_page(sb->notion, notion_source(sb->notion, SB_DS_PEOPLE),
                                           NULL, made_at(festival, number, sb->opt.people));
    page->by_person = true;
    page->edited += (int64_t)rng_below(rng, 24 * 60) * MINUTE_MS;
    snprintf(party->id, sizeof party->id, "%s", page->id);
    pour_names(sb->notion, festival, page, &person);
    pour_contacts(sb->notion, festival, page, &person);
    party->valid = !rng_chance(rng, sb->opt.fault_share * PARTY_FAULTS);
    char *name = nv_plain(&page->values[0]);
    if (!party->valid) {
        nv_text(&page->values[0], rng_chance(rng, 0.5) ? "" : "   ");
        festival->facts.people_empty_name++;
    } else if (rng_chance(rng, sb->opt.fault_share)) {
        set_text(sb->notion, page, "Как звать", sb_printf("%s  ", name));
        festival->facts.trailing_blanks++;
    }
    struct cd_row *row = coda_mirror(sb->coda, CODA_PEOPLE, page, name, page->created);
    strmap_put(&festival->names, row->cells[0].text, row);
    party->row = row->number;
    free(name);
}

void festival_pour_people(struct sandbox *sb, struct festival *festival)
{
    festival->people_count = festival->facts.people = sb->opt.people;
    festival->people = sb_alloc(sb->opt.people * sizeof *festival->people);
    for (unsigned i = 0; i < sb->opt.people; i++)
        pour_person(sb, festival, i);
    strmap_free(&festival->names); /* what it borrowed may change from now on */
}

static const char *const team_types[] = {"городская служба",     "полевая служба",
                                         "универсальная служба", "федеральная локация",
                                         "грантовая локация",    "коммерческая локация",
                                         "сторонняя локация",    "зона ответственности"};

/* How many of the teams are spoiled: the last ones, each kind of mistake at least once. */
static unsigned spoiled_teams(const struct sandbox *sb)
{
    unsigned share = (unsigned)(sb->opt.fault_share * sb->opt.teams + 0.5);
    if (sb->opt.fault_share <= 0 || sb->opt.teams < 4 * TEAM_MISTAKES)
        return 0;
    return share < TEAM_MISTAKES ? TEAM_MISTAKES : share;
}

static void spoil_team(struct notion *notion, struct festival *festival, struct nt_page *page,
                       unsigned kind)
{
    switch (kind) {
    case 0:
        nv_text(&page->values[0], " ");
        festival->facts.teams_empty_name++;
        break;
    case 1:
        set_text(notion, page, "Тип", sb_dup(""));
        festival->facts.teams_no_type++;
        break;
    default:
        set_text(notion, page, "Тип", sb_dup("космодром"));
        notion_option_id(&notion->sources[page->source].props[1], "космодром");
        festival->facts.teams_unknown_type++;
        break;
    }
}

static void pour_team(struct sandbox *sb, struct festival *festival, unsigned number)
{
    struct rng *rng = &festival->rng;
    struct notion *notion = sb->notion;
    struct fest_party *party = &festival->teams[number];
    struct nt_page *page = notion_new_page(notion, notion_source(notion, SB_DS_TEAMS), NULL,
                                           made_at(festival, number, sb->opt.teams));
    const char *name = names_team[number % names_team_count];
    unsigned round = number / (unsigned)names_team_count;
    unsigned first = 2014 + rng_below(rng, sb->opt.year - 2014);
    snprintf(party->id, sizeof party->id, "%s", page->id);
    page->by_person = true;
    set_text(notion, page, "Name", round ? sb_printf("%s %u", name, round + 1) : sb_dup(name));
    set_text(notion, page, "Тип", sb_dup(team_types[number % COUNT_OF(team_types)]));
    nv_number(&page->values[2], first);
    if (rng_chance(rng, 0.1))
        nv_number(&page->values[3], first + rng_below(rng, sb->opt.year - first));
    char *plain = nv_plain(&page->values[0]);
    party->row = coda_mirror(sb->coda, CODA_TEAMS, page, plain, page->created)->number;
    free(plain);
    party->valid = number < sb->opt.teams - spoiled_teams(sb);
    if (!party->valid)
        spoil_team(notion, festival, page, number % TEAM_MISTAKES);
}

void festival_pour_teams(struct sandbox *sb, struct festival *festival)
{
    festival->team_count = festival->facts.teams = sb->opt.teams;
    festival->teams = sb_alloc(sb->opt.teams * sizeof *festival->teams);
    for (unsigned i = 0; i < sb->opt.teams; i++)
        pour_team(sb, festival, i);
}
