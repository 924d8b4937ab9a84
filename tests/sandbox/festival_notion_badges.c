/* festival_notion_badges.c: two of Notion's databases: roles, and badges of guests. Guests take
 * part in no team, so Grist has none of their badges: that a page and a row of Grist are one badge
 * is known only where one was made from the other. */
#include "tests/sandbox/coda.h"
#include "tests/sandbox/festival_grist.h"
#include "tests/sandbox/ids.h"
#include "tests/sandbox/notion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GUESTS        40
#define CODA_ARRIVALS 3 /* the table's place in the document, and its column badge_id */
#define CODA_BADGE_ID 1

/* Where the roles stand in their database; a role's row in Grist says which is which. */
static void role_page(unsigned role, char id[37])
{
    snprintf(id, 37, "701e0000-0000-4000-8000-0000000000%02u", role % 100);
}

static struct nt_value *value(struct nt_page *page, const struct nt_source *source,
                              const char *prop)
{
    return &page->values[notion_prop(source, prop)];
}

void fest_pour_notion_roles(struct fest_grist *grist)
{
    struct notion *notion = grist->sb->notion;
    struct nt_source *source = notion_source(notion, SB_DS_ROLES);
    const char *code, *name;
    for (unsigned i = 0; fest_role(i, &code, &name); i++) {
        char id[37];
        role_page(i, id);
        struct nt_page *page =
            notion_new_page(notion, source, id, grist->festival->now - 90 * DAY_MS);
        page->by_person = true;
        nv_text(value(page, source, "Name"), name);
        nv_text(value(page, source, "Code"), code);
    }
}

/* What is known of the person stands on the badge. */
static void copy_person(const struct fest_grist *grist, const char *person, struct nt_page *page,
                        const struct nt_source *source)
{
    static const char *const props[][2] = {{"Как звать", "Надпись"},
                                           {"Фамилия", "Фамилия"},
                                           {"Имя", "Имя"},
                                           {"Пол", "Пол"},
                                           {"Телефон", "Телефон"}};
    for (size_t i = 0; i < COUNT_OF(props); i++) {
        char *text = fest_notion(grist, person, props[i][0]);
        nv_text(value(page, source, props[i][1]), text);
        free(text);
    }
    char *vegan = fest_notion(grist, person, "Веган");
    nv_text(value(page, source, "Особенности питания"),
            strcmp(vegan, "true") == 0 ? "веган" : "без особенностей");
    free(vegan);
}

static void add_badge(struct fest_grist *grist, const struct fest_party *person, unsigned number)
{
    const struct festival *festival = grist->festival;
    struct notion *notion = grist->sb->notion;
    struct nt_source *source = notion_source(notion, SB_DS_BADGES);
    const struct fest_party *team = &festival->teams[number % festival->team_count];
    char id[37], role[37], text[40];
    snprintf(id, sizeof id, "bad6e000-0000-4000-8000-0000000000%02u", number % 100);
    role_page(ROLE_FELLOW + number % 3, role);
    struct nt_page *page = notion_new_page(notion, source, id,
                                           festival->now - 60 * DAY_MS + (int64_t)number * HOUR_MS);
    page->by_person = true;
    copy_person(grist, person->id, page, source);
    nv_text(value(page, source, "Тип питания"), number % 4 ? "платно" : "без питания");
    snprintf(text, sizeof text, "Г-%03u", number);
    nv_text(value(page, source, "Номер"), text);
    snprintf(text, sizeof text, "%u", number % 3 + 1);
    nv_text(value(page, source, "Партия"), text);
    nv_list_add(value(page, source, "Роль"), role);
    nv_list_add(value(page, source, "Человек"), person->id);
    nv_flag(value(page, source, "Ребенок"), false);
    if (team->valid)
        nv_list_add(value(page, source, "Службы и локации"), team->id);
}

void fest_pour_notion_badges(struct fest_grist *grist)
{
    const struct festival *festival = grist->festival;
    struct u64set busy = {0};
    unsigned number = 0;
    for (size_t i = 0; i < festival->part_count; i++) {
        if (festival->parts[i].year == grist->sb->opt.year)
            u64set_add(&busy, festival->parts[i].person + 1);
    }
    for (uint32_t i = festival->people_count; i-- > 0 && number < GUESTS;) {
        if (festival->people[i].valid && u64set_add(&busy, i + 1))
            add_badge(grist, &festival->people[i], ++number);
    }
    u64set_free(&busy);
}

/* Coda's arrivals are those of guests. */
void fest_link_coda_arrivals(struct fest_grist *grist)
{
    const struct nt_source *badges = notion_source(grist->sb->notion, SB_DS_BADGES);
    struct cd_table *arrivals = &grist->sb->coda->tables[CODA_ARRIVALS];
    for (size_t i = 0; i < arrivals->row_count && i < badges->page_count; i++) {
        char hex[33];
        uuid_plain(badges->pages[i]->id, hex);
        cc_text(&arrivals->rows[i]->cells[CODA_BADGE_ID], hex);
    }
}
