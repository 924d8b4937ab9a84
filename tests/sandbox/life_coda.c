/* life_coda.c: what people do by hand to the rows of Coda's Участие. Only rows that a store can
 * take are touched: what is wrong stays wrong. */
#include "tests/sandbox/coda.h"
#include "tests/sandbox/festival.h"
#include "tests/sandbox/life.h"
#include "tests/sandbox/notion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEADING 2 /* roles that Notion's table of leads gives: the first of the options */

static struct cd_table *participations(struct sandbox *sb)
{
    return &sb->coda->tables[CODA_PART];
}

static size_t column(const struct cd_table *table, const char *name)
{
    int index = coda_column(table, name);
    return index < 0 ? 0 : (size_t)index;
}

/* One of the festival's people or teams who may be named in a row. */
static bool good_party(struct sandbox *sb, const struct fest_party *parties, unsigned count,
                       uint32_t number)
{
    const struct nt_page *page = NULL;
    if (number < count && parties[number].valid)
        page = notion_page(sb->notion, parties[number].id);
    return page && !page->trashed;
}

static bool good_person(struct sandbox *sb, uint32_t number)
{
    return good_party(sb, sb->festival->people, sb->festival->people_count, number);
}

static bool good_team(struct sandbox *sb, uint32_t number)
{
    return good_party(sb, sb->festival->teams, sb->festival->team_count, number);
}

static bool is_option(const struct cd_column *select, const struct cd_cell *cell)
{
    for (size_t i = 0; cell->kind == CC_TEXT && i < select->option_count; i++)
        if (strcmp(select->options[i], cell->text) == 0)
            return true;
    return false;
}

static bool can_edit(struct sandbox *sb, const struct cd_row *row)
{
    const struct cd_table *table = participations(sb);
    const struct cd_cell *year = &row->cells[column(table, "Год")];
    const struct cd_cell *person = &row->cells[column(table, "Человек")];
    const struct cd_cell *team = &row->cells[column(table, "Служба")];
    size_t role = column(table, "Роль"), status = column(table, "Статус");
    return !row->deleted && year->kind == CC_NUMBER && year->number == sb->opt.year &&
           person->kind == CC_REFS && good_person(sb, person->rows[0]) && team->kind == CC_REFS &&
           good_team(sb, team->rows[0]) &&
           row->cells[column(table, "person_id")].kind == CC_EMPTY &&
           row->cells[column(table, "direction_id")].kind == CC_EMPTY &&
           is_option(&table->columns[role], &row->cells[role]) &&
           is_option(&table->columns[status], &row->cells[status]);
}

static bool is_lead(const struct cd_table *table, const struct cd_row *row)
{
    size_t role = column(table, "Роль");
    for (size_t i = 0; i < LEADING; i++)
        if (strcmp(row->cells[role].text, table->columns[role].options[i]) == 0)
            return true;
    return false;
}

/* Any row that can be edited; no_leads: whose role only Coda knows. */
static struct cd_row *pick_row(struct sandbox *sb, bool no_leads)
{
    struct cd_table *table = participations(sb);
    size_t first = table->row_count ? life_pick(sb, table->row_count) : 0;
    for (size_t i = 0; i < table->row_count; i++) {
        struct cd_row *row = table->rows[(first + i) % table->row_count];
        if (can_edit(sb, row) && !(no_leads && is_lead(table, row)))
            return row;
    }
    return NULL;
}

static void note(struct sandbox *sb, const struct cd_row *row, const char *what, const char *name,
                 const char *before, const char *after)
{
    life_note(sb, &(struct life_note){.side = "coda",
                                      .table = participations(sb)->name,
                                      .id = row->id,
                                      .what = what,
                                      .column = name,
                                      .before = before,
                                      .after = after});
}

/* Gives a select another of its options, from the first-th on. */
static bool choose(struct sandbox *sb, struct cd_row *row, const char *name, size_t first)
{
    struct cd_table *table = participations(sb);
    size_t index = column(table, name);
    const struct cd_column *select = &table->columns[index];
    char *before = sb_dup(row->cells[index].text);
    const char *after = before;
    while (strcmp(after, before) == 0)
        after = select->options[first + life_pick(sb, select->option_count - first)];
    cc_text(&row->cells[index], after);
    coda_touch(sb->coda, row, sb_now_ms(sb));
    note(sb, row, "edited", name, before, after);
    free(before);
    return true;
}

bool life_coda_status(struct sandbox *sb)
{
    struct cd_row *row = pick_row(sb, false);
    return row && choose(sb, row, "Статус", 0);
}

bool life_coda_role(struct sandbox *sb)
{
    struct cd_row *row = pick_row(sb, true);
    return row && choose(sb, row, "Роль", LEADING);
}

bool life_coda_delete(struct sandbox *sb)
{
    struct cd_row *row = pick_row(sb, true);
    if (!row)
        return false;
    note(sb, row, "deleted", NULL, NULL, NULL);
    coda_delete_row(sb->coda, CODA_PART, row, sb_now_ms(sb));
    return true;
}

bool life_coda_new(struct sandbox *sb)
{
    struct cd_table *table = participations(sb);
    const struct festival *festival = sb->festival;
    uint32_t person = life_pick(sb, festival->people_count);
    uint32_t team = life_pick(sb, festival->team_count);
    size_t role = column(table, "Роль"), status = column(table, "Статус");
    if (!good_person(sb, person) || !good_team(sb, team))
        return false;
    struct cd_row *row = coda_new_row(sb->coda, CODA_PART, NULL, sb_now_ms(sb));
    char name[16];
    snprintf(name, sizeof name, "%u", row->number + 1);
    cc_text(&row->cells[column(table, "Запись")], name);
    cc_number(&row->cells[column(table, "Год")], sb->opt.year);
    cc_ref(&row->cells[column(table, "Человек")], festival->people[person].row);
    cc_ref(&row->cells[column(table, "Служба")], festival->teams[team].row);
    /* volunteers more often than anybody else */
    size_t one =
        life_pick(sb, 2) ? 3 : LEADING + life_pick(sb, table->columns[role].option_count - LEADING);
    cc_text(&row->cells[role], table->columns[role].options[one]);
    cc_text(&row->cells[status], table->columns[status].options[0]);
    note(sb, row, "new", NULL, NULL, NULL);
    return true;
}
