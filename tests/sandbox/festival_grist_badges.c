/* festival_grist_badges.c: badges, arrivals and heads of teams: what only Grist holds. */
#include "tests/sandbox/festival_grist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PHOTOS        12 /* badges with a photo */
#define CHILD_EVERY   15
#define NEW_HEAD_EACH 5 /* teams with a head who takes part in nothing yet */
#define NO_SUCH_ROW   900000

/* Two real pictures, 4x4 red and 6x6 green. */
static const unsigned char red_photo[] = {0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00,
                                          0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00,
                                          0x00, 0x04, 0x00, 0x00, 0x00, 0x04, 0x08, 0x02, 0x00,
                                          0x00, 0x00, 0x26, 0x93, 0x09, 0x29, 0x00, 0x00, 0x00,
                                          0x10, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0x38,
                                          0xa1, 0xa1, 0x01, 0x47, 0x0c, 0xc4, 0x71, 0x00, 0xd1,
                                          0x43, 0x11, 0x81, 0xa0, 0xd3, 0x6e, 0x64, 0x00, 0x00,
                                          0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60,
                                          0x82};
static const unsigned char green_photo[] = {0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00,
                                            0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00,
                                            0x00, 0x06, 0x00, 0x00, 0x00, 0x06, 0x08, 0x02, 0x00,
                                            0x00, 0x00, 0x6f, 0xae, 0x78, 0x1f, 0x00, 0x00, 0x00,
                                            0x11, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0xd0,
                                            0x58, 0x10, 0x80, 0x86, 0x18, 0x68, 0x2b, 0x04, 0x00,
                                            0xbf, 0xaa, 0x27, 0x61, 0x94, 0xe4, 0x9f, 0x98, 0x00,
                                            0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42,
                                            0x60, 0x82};

static const char *const badge_mistakes[] = {"empty_name", "no_diet",         "unknown_feed",
                                             "no_role",    "directions_text", "directions_gone"};
static const char *const arrival_mistakes[] = {"no_badge", "badge_marked", "arrival_text",
                                               "no_departure", "unknown_status"};
static const char *const direction_mistakes[] = {"no_team"};

/* ---------------------------------------------------------------- badges */

static void list_ref(cJSON *fields, const char *column, int64_t row)
{
    cJSON *list = cJSON_GetObjectItemCaseSensitive(fields, column);
    if (!list) {
        list = cJSON_AddArrayToObject(fields, column);
        cJSON_AddItemToArray(list, cJSON_CreateString("L"));
    }
    cJSON_AddItemToArray(list, cJSON_CreateNumber((double)row));
}

static void copy(const struct fest_grist *grist, cJSON *fields, const char *column,
                 const char *page, const char *prop)
{
    char *text = fest_notion(grist, page, prop);
    if (*text)
        fest_text(fields, column, text);
    free(text);
}

static void spoil_badge(cJSON *fields, int mistake)
{
    switch (mistake) {
    case 0:
        fest_text(fields, "name", " ");
        break;
    case 1:
        fest_text(fields, "diet", "");
        break;
    case 2:
        fest_text(fields, "feed_type", "как получится");
        break;
    case 3:
        fest_ref(fields, "role", 0);
        break;
    case 4:
        fest_text(fields, "directions_ref", "AltText('Кухня')");
        break;
    default:
        list_ref(fields, "directions_ref", NO_SUCH_ROW);
        break;
    }
}

/* The badge is finished: mistakes, marks, the row. */
static int64_t keep_badge(struct fest_grist *grist, cJSON *fields, bool child)
{
    struct fest_table *table = &grist->badges;
    int mistake = child ? -1 : fest_mistake(grist, table);
    bool marked = mistake < 0 && !child && fest_mark(grist, table, fields);
    if (marked && table->marked == 2)
        fest_text(fields, "delete_reason", "FEEDER: deleted");
    if (mistake >= 0)
        spoil_badge(fields, mistake);
    int64_t row = fest_add(grist, "Badges_{year}", fields);
    grist->badge_rows =
        sb_grow(grist->badge_rows, grist->badge_count + 1, sizeof *grist->badge_rows);
    grist->badge_rows[grist->badge_count++] =
        (struct fest_badge){.row = row, .good = mistake < 0 && !marked, .child = child};
    return row;
}

static bool eats_free(unsigned role)
{
    return role <= 6 || (role >= 8 && role <= 10);
}

/* All the teams that the person works in this year; the part at `first` is their first. */
static void add_teams(const struct fest_grist *grist, cJSON *fields, size_t first)
{
    const struct festival *festival = grist->festival;
    const struct fest_part *own = &festival->parts[first];
    for (size_t i = first; i < festival->part_count; i++) {
        const struct fest_part *part = &festival->parts[i];
        if (part->person != own->person || part->year != own->year)
            continue;
        const cJSON *list = cJSON_GetObjectItemCaseSensitive(fields, "directions_ref"), *item;
        bool there = false;
        cJSON_ArrayForEach(item, list) there = there || item->valuedouble == part->team + 1.0;
        if (!there)
            list_ref(fields, "directions_ref", part->team + 1);
    }
}

static cJSON *badge_of(struct fest_grist *grist, size_t at)
{
    static const char *const columns[][2] = {{"name", "Как звать"},
                                             {"last_name", "Фамилия"},
                                             {"first_name", "Имя"},
                                             {"gender", "Пол"},
                                             {"phone", "Телефон"}};
    const struct fest_part *part = &grist->festival->parts[at];
    const char *page = grist->festival->people[part->person].id;
    cJSON *fields = fest_row(grist, &grist->badges);
    unsigned number = grist->badges.total;
    char text[16], *vegan = fest_notion(grist, page, "Веган");
    for (size_t c = 0; c < COUNT_OF(columns); c++)
        copy(grist, fields, columns[c][0], page, columns[c][1]);
    fest_text(fields, "diet", strcmp(vegan, "true") == 0 ? "веган" : "без особенностей");
    free(vegan);
    fest_text(fields, "feed_type", eats_free(part->role) ? "бесплатно" : "платно");
    snprintf(text, sizeof text, "%04u", number % 10000);
    fest_text(fields, "number", text);
    cJSON_AddNumberToObject(fields, "batch", number % 3 + 1);
    fest_ref(fields, "role", part->role + 1);
    fest_ref(fields, "person", part->person + 1);
    if (number % 9 == 0)
        fest_text(fields, "position", "повар");
    cJSON_AddBoolToObject(fields, "ticket", number % 4 == 0);
    if (number <= PHOTOS)
        list_ref(fields, "photo_attach_id", number % 2 + 1);
    add_teams(grist, fields, at);
    return fields;
}

static void add_child(struct fest_grist *grist, const struct fest_badge *parent, size_t at)
{
    const struct fest_part *part = &grist->festival->parts[at];
    cJSON *fields = fest_row(grist, &grist->badges);
    char *last = fest_notion(grist, grist->festival->people[part->person].id, "Фамилия");
    fest_text(fields, "name", "Малыш");
    fest_text(fields, "first_name", "Малыш");
    fest_text(fields, "last_name", last);
    fest_text(fields, "diet", "без особенностей");
    fest_text(fields, "feed_type", "ребенок");
    fest_ref(fields, "role", ROLE_FELLOW + 1);
    fest_ref(fields, "parent", parent->row);
    cJSON_AddTrueToObject(fields, "infant");
    list_ref(fields, "directions_ref", part->team + 1);
    keep_badge(grist, fields, true);
    free(last);
}

void fest_pour_badges(struct fest_grist *grist)
{
    const struct festival *festival = grist->festival;
    struct u64set seen = {0};
    grist->badges = (struct fest_table){.name = "badges",
                                        .mistake_names = badge_mistakes,
                                        .mistake_kinds = COUNT_OF(badge_mistakes)};
    gr_add_file(grist->doc, "red.png", red_photo, sizeof red_photo, festival->now);
    gr_add_file(grist->doc, "green.png", green_photo, sizeof green_photo, festival->now);
    for (size_t i = 0; i < festival->part_count; i++) {
        const struct fest_part *part = &festival->parts[i];
        if (part->year != grist->sb->opt.year || !u64set_add(&seen, part->person + 1))
            continue;
        keep_badge(grist, badge_of(grist, i), false);
        struct fest_badge parent = grist->badge_rows[grist->badge_count - 1];
        if (parent.good && grist->badges.total % CHILD_EVERY == 0)
            add_child(grist, &parent, i);
    }
    u64set_free(&seen);
}

/* ---------------------------------------------------------------- arrivals */

/* False when there is no marked badge to make that mistake with. */
static bool spoil_arrival(const struct fest_grist *grist, cJSON *fields, int mistake)
{
    switch (mistake) {
    case 0:
        fest_ref(fields, "badge", 0);
        return true;
    case 1:
        for (size_t i = 0; i < grist->badge_count; i++)
            if (!grist->badge_rows[i].good) {
                fest_ref(fields, "badge", grist->badge_rows[i].row);
                return true;
            }
        return false;
    case 2:
        fest_text(fields, "arrival_date", "20.07.2026");
        return true;
    case 3:
        cJSON_DeleteItemFromObjectCaseSensitive(fields, "departure_date");
        return true;
    default:
        fest_text(fields, "status", "едет");
        return true;
    }
}

void fest_pour_arrivals(struct fest_grist *grist)
{
    struct fest_table *table = &grist->arrivals;
    struct rng *rng = &grist->rng;
    *table = (struct fest_table){.name = "arrivals",
                                 .mistake_names = arrival_mistakes,
                                 .mistake_kinds = COUNT_OF(arrival_mistakes)};
    for (size_t i = 0; i < grist->badge_count; i++) {
        if (!grist->badge_rows[i].good || i % 5 >= 3)
            continue;
        cJSON *fields = fest_row(grist, table);
        fest_ref(fields, "badge", grist->badge_rows[i].row);
        fest_ref(fields, "status", rng_below(rng, FEST_STATUSES) + 1);
        fest_day(grist, fields, "arrival_date", 4 + rng_below(rng, 10));
        fest_ref(fields, "arrival_transport", rng_below(rng, 6) + 1);
        fest_day(grist, fields, "departure_date", 16 + rng_below(rng, 10));
        fest_ref(fields, "departure_transport", rng_below(rng, 7));
        int mistake = fest_mistake(grist, table);
        if (mistake >= 0 && !spoil_arrival(grist, fields, mistake)) {
            table->mistakes[mistake]--;
            table->mistakes[0]++;
            spoil_arrival(grist, fields, 0);
        } else if (mistake < 0) {
            fest_mark(grist, table, fields);
        }
        fest_add(grist, "Arrivals_{year}", fields);
    }
}

/* ---------------------------------------------------------------- heads of teams */

/* Somebody valid who has no participation at all in that team and year; 0: everybody has. */
static int64_t stranger(const struct fest_grist *grist, uint32_t team)
{
    const struct festival *festival = grist->festival;
    for (uint32_t tries = 0; tries < 50 && festival->people_count; tries++) {
        uint32_t person = (team * 37 + tries) % festival->people_count;
        bool known = !festival->people[person].valid;
        for (size_t i = 0; i < festival->part_count && !known; i++)
            known = festival->parts[i].person == person && festival->parts[i].team == team &&
                    festival->parts[i].year == grist->sb->opt.year;
        if (!known)
            return person + 1;
    }
    return 0;
}

/* Does that person take part in the team this year, in a row that a store can take? */
static bool takes_part(const struct fest_grist *grist, uint32_t person, uint32_t team)
{
    const struct festival *festival = grist->festival;
    for (size_t i = 0; i < festival->part_count; i++) {
        const struct fest_part *part = &festival->parts[i];
        if (grist->good_parts[i] && part->year == grist->sb->opt.year && part->person == person &&
            part->team == team)
            return true;
    }
    return false;
}

static void add_heads(struct fest_grist *grist, cJSON *fields, const char *column, uint32_t team)
{
    const struct festival *festival = grist->festival;
    for (size_t i = 0; i < festival->part_count; i++) {
        const struct fest_part *part = &festival->parts[i];
        if (part->year != grist->sb->opt.year || part->team != team || part->role != ROLE_ORGANIZER)
            continue;
        list_ref(fields, column, part->person + 1);
        grist->new_heads += !takes_part(grist, part->person, team);
    }
}

void fest_pour_directions(struct fest_grist *grist)
{
    const struct festival *festival = grist->festival;
    struct fest_table *table = &grist->directions;
    *table = (struct fest_table){.name = "directions",
                                 .mistake_names = direction_mistakes,
                                 .mistake_kinds = COUNT_OF(direction_mistakes)};
    char *team = fest_name(grist, "direction_location{yy}"), *head = fest_name(grist, "head{yy}");
    for (uint32_t i = 0; i < festival->team_count; i++) {
        if (!festival->teams[i].valid)
            continue;
        cJSON *fields = cJSON_CreateObject();
        fest_ref(fields, team, i + 1);
        add_heads(grist, fields, head, i);
        int64_t fresh = i % NEW_HEAD_EACH == 0 ? stranger(grist, i) : 0;
        if (fresh) {
            list_ref(fields, head, fresh);
            grist->new_heads++;
        }
        table->total++;
        fest_add(grist, "Directions{year}", fields);
    }
    if (grist->sb->opt.fault_share > 0) { /* somebody began a line and left it */
        table->total++;
        table->mistakes[0]++;
        fest_add(grist, "Directions{year}", cJSON_CreateObject());
    }
    free(team);
    free(head);
}
