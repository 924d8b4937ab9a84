/* life_notion.c: what people do by hand to pages of Notion. */
#include "tests/sandbox/festival.h"
#include "tests/sandbox/ids.h"
#include "tests/sandbox/life.h"
#include "tests/sandbox/names.h"
#include "tests/sandbox/notion.h"

#include <stdlib.h>
#include <string.h>

#define TEAM_TYPES 8 /* the options that mean something */

static void note(struct sandbox *sb, const struct nt_page *page, const char *what, const char *prop,
                 const char *before, const char *after)
{
    life_note(sb, &(struct life_note){.side = "notion",
                                      .table = sb->notion->sources[page->source].name,
                                      .id = page->id,
                                      .what = what,
                                      .column = prop,
                                      .before = before,
                                      .after = after});
}

static struct nt_value *value_of(struct sandbox *sb, struct nt_page *page, const char *prop)
{
    return &page->values[notion_prop(&sb->notion->sources[page->source], prop)];
}

static bool has_name(const struct nt_page *page)
{
    char *name = nv_plain(&page->values[0]);
    bool named = name[strspn(name, " ")] != '\0';
    free(name);
    return named;
}

/* A page with a name that is in the trash, or is not. */
static struct nt_page *pick_page(struct sandbox *sb, const char *id, bool trashed)
{
    const struct nt_source *source = notion_source(sb->notion, id);
    size_t first = source->page_count ? life_pick(sb, source->page_count) : 0;
    for (size_t i = 0; i < source->page_count; i++) {
        struct nt_page *page = source->pages[(first + i) % source->page_count];
        if (page->trashed == trashed && !page->purged && has_name(page))
            return page;
    }
    return NULL;
}

static void set_text(struct sandbox *sb, struct nt_page *page, const char *prop, const char *text)
{
    struct nt_value *value = value_of(sb, page, prop);
    char *before = nv_plain(value);
    nv_text(value, text);
    notion_touch(sb, page, true);
    note(sb, page, "edited", prop, before, text);
    free(before);
}

/* False when it has that text already. */
static bool set_another(struct sandbox *sb, struct nt_page *page, const char *prop,
                        const char *text)
{
    char *now = nv_plain(value_of(sb, page, prop));
    bool another = strcmp(now, text) != 0;
    free(now);
    if (another)
        set_text(sb, page, prop, text);
    return another;
}

static bool trash(struct sandbox *sb, const char *source, bool trashed)
{
    struct nt_page *page = pick_page(sb, source, !trashed);
    if (!page)
        return false;
    page->trashed = trashed;
    notion_touch(sb, page, true);
    note(sb, page, trashed ? "trashed" : "restored", NULL, NULL, NULL);
    return true;
}

/* ---- people */

bool life_person_city(struct sandbox *sb)
{
    struct nt_page *page = pick_page(sb, SB_DS_PEOPLE, false);
    if (!page)
        return false;
    return set_another(sb, page, "Город", names_city[life_pick(sb, names_city_count)]);
}

/* A name that nobody has, since a row of Coda is chosen by it. */
static char *new_name(struct sandbox *sb)
{
    const struct first_name *first = life_pick(sb, 2)
                                         ? &names_female[life_pick(sb, names_female_count)]
                                         : &names_male[life_pick(sb, names_male_count)];
    return sb_printf("%s %s-%u", first->short_name, names_nick[life_pick(sb, names_nick_count)],
                     sb->life->count + 1);
}

bool life_person_name(struct sandbox *sb)
{
    struct nt_page *page = pick_page(sb, SB_DS_PEOPLE, false);
    if (!page)
        return false;
    char *name = new_name(sb);
    set_text(sb, page, "Как звать", name);
    free(name);
    return true;
}

bool life_person_new(struct sandbox *sb)
{
    struct nt_page *page =
        notion_new_page(sb->notion, notion_source(sb->notion, SB_DS_PEOPLE), NULL, sb_now_ms(sb));
    char *name = new_name(sb);
    nv_text(&page->values[0], name);
    nv_text(value_of(sb, page, "Город"), names_city[life_pick(sb, names_city_count)]);
    notion_touch(sb, page, true);
    note(sb, page, "new", NULL, NULL, NULL);
    free(name);
    return true;
}

bool life_person_trash(struct sandbox *sb)
{
    return trash(sb, SB_DS_PEOPLE, true);
}

bool life_person_restore(struct sandbox *sb)
{
    return trash(sb, SB_DS_PEOPLE, false);
}

/* ---- teams */

static bool good_team(const struct sandbox *sb, const char *id)
{
    for (unsigned i = 0; i < sb->festival->team_count; i++)
        if (strcmp(sb->festival->teams[i].id, id) == 0)
            return sb->festival->teams[i].valid;
    return false;
}

static struct nt_page *pick_team(struct sandbox *sb)
{
    struct nt_page *page = pick_page(sb, SB_DS_TEAMS, false);
    return page && good_team(sb, page->id) ? page : NULL;
}

bool life_team_name(struct sandbox *sb)
{
    struct nt_page *page = pick_team(sb);
    if (!page)
        return false;
    char *name =
        sb_printf("%s №%u", names_team[life_pick(sb, names_team_count)], sb->life->count + 1);
    set_text(sb, page, "Name", name);
    free(name);
    return true;
}

bool life_team_type(struct sandbox *sb)
{
    struct nt_page *page = pick_team(sb);
    if (!page)
        return false;
    const struct nt_source *source = &sb->notion->sources[page->source];
    const struct nt_prop *type = &source->props[notion_prop(source, "Тип")];
    return set_another(sb, page, "Тип", type->options[life_pick(sb, TEAM_TYPES)].name);
}

/* ---- team leads */

bool life_lead_role(struct sandbox *sb)
{
    struct nt_page *page = pick_page(sb, SB_DS_LEADS, false);
    if (!page)
        return false;
    const struct nt_source *source = &sb->notion->sources[page->source];
    const struct nt_prop *role = &source->props[notion_prop(source, "Роль")];
    char *now = nv_plain(value_of(sb, page, "Роль"));
    set_text(sb, page, "Роль", role->options[strcmp(now, role->options[0].name) == 0].name);
    free(now);
    return true;
}

/* The relation names this page and no other. */
static void point_at(struct sandbox *sb, struct nt_page *page, const char *prop, const char *id)
{
    struct nt_value *value = value_of(sb, page, prop);
    char *before =
        value->kind == NV_LIST && value->list->count ? sb_dup(value->list->items[0]) : sb_dup("");
    nv_clear(value);
    nv_list_add(value, id);
    notion_touch(sb, page, true);
    note(sb, page, "edited", prop, before, id);
    free(before);
}

bool life_lead_team(struct sandbox *sb)
{
    struct nt_page *page = pick_page(sb, SB_DS_LEADS, false), *team = pick_team(sb);
    if (page && team)
        point_at(sb, page, "Службы и локации", team->id);
    return page && team;
}

bool life_lead_person(struct sandbox *sb)
{
    struct nt_page *page = pick_page(sb, SB_DS_LEADS, false);
    struct nt_page *person = pick_page(sb, SB_DS_PEOPLE, false);
    if (page && person)
        point_at(sb, page, "Человек", person->id);
    return page && person;
}

bool life_lead_trash(struct sandbox *sb)
{
    return trash(sb, SB_DS_LEADS, true);
}

bool life_lead_restore(struct sandbox *sb)
{
    return trash(sb, SB_DS_LEADS, false);
}

/* ---- the table that rosterd fills */

bool life_volunteer_trash(struct sandbox *sb)
{
    return trash(sb, SB_DS_VOLUNTEERS, true);
}
