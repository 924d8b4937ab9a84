/* life_grist.c: what people do by hand to the rows of Grist's document. Each edit is one action of
 * the document, in its turn like a client's request. */
#include "tests/sandbox/festival_grist.h"
#include "tests/sandbox/life.h"
#include "tests/sandbox/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROLES      20
#define LIVE       "coalesce(to_delete, '') IN ('', 0)"
#define LIVE_NAMED LIVE " AND trim(coalesce(name, '')) <> ''"
#define MARKED_BY_HAND                                                                               \
    "coalesce(to_delete, '') NOT IN ('', 0) AND (coalesce(delete_reason, '') IN ('', 'дубль', " \
    "'не приедет') OR delete_reason LIKE 'FEEDER%')"

/* ---------------------------------------------------------------- one edit */

/* table: a pattern, as in festival_grist_tables.c. Ended by end(). */
static void begin(struct gr_call *call, struct sandbox *sb, const char *table)
{
    const struct fest_grist *grist = sb->festival->grist;
    char *name = fest_name(grist, table);
    *call = (struct gr_call){.sb = sb, .doc = grist->doc};
    grist_turn_begin(sb, call->doc);
    call->table = gr_table(call->doc, name);
    free(name);
}

static void end(struct gr_call *call)
{
    grist_turn_end(call->sb, call->doc, 0);
}

/* A row of that table for which the condition holds; 0: there is none. */
static int64_t pick(const struct gr_call *call, const struct gr_table *table, const char *where)
{
    char *count = sb_printf("SELECT count(*) FROM \"%s\" WHERE %s", table->id, where);
    int64_t n = gsql_number(call->doc->db, count), id = 0;
    free(count);
    if (n > 0) {
        char *one = sb_printf("SELECT id FROM \"%s\" WHERE %s ORDER BY id LIMIT 1 OFFSET %u",
                              table->id, where, life_pick(call->sb, (size_t)n));
        id = gsql_number(call->doc->db, one);
        free(one);
    }
    return id;
}

static int64_t pick_of(const struct gr_call *call, const char *table, const char *where)
{
    char *name = fest_name(call->sb->festival->grist, table);
    int64_t id = pick(call, gr_table(call->doc, name), where);
    free(name);
    return id;
}

/* What a person sees in the cell; malloc'd. */
static char *seen(const struct gr_call *call, int64_t id, const char *column)
{
    struct gv arg = gv_int(id);
    struct gr_rows rows = gr_read(call->doc, call->table, "id = ?", &arg, 1);
    size_t at = (size_t)gr_column(call->table, column);
    const char *error;
    cJSON *cell = gr_cell_json(&call->table->columns[at], &rows.items[0].cells[at], false, &error);
    char *text = cJSON_IsString(cell) ? sb_dup(cell->valuestring)
                 : cJSON_IsNull(cell) ? sb_dup("")
                                      : cJSON_PrintUnformatted(cell);
    cJSON_Delete(cell);
    gr_rows_free(&rows, call->table);
    return text;
}

static void note(const struct gr_call *call, int64_t id, const char *what, const char *column,
                 const char *before, const char *after)
{
    char number[24];
    snprintf(number, sizeof number, "%lld", (long long)id);
    life_note(call->sb, &(struct life_note){.side = "grist",
                                            .table = call->table->id,
                                            .id = number,
                                            .what = what,
                                            .column = column,
                                            .before = before,
                                            .after = after});
}

/* Takes fields away. id 0: a new row. Returns its id. */
static int64_t save(struct gr_call *call, int64_t id, cJSON *fields)
{
    struct gr_set set = gr_set_of(call, fields, true);
    gr_begin(call->doc);
    if (id)
        gr_update(call->sb, call->doc, call->table, id, &set);
    else
        id = gr_insert(call->sb, call->doc, call->table, 0, &set);
    gr_end(call->sb, call->doc, true);
    gr_set_free(&set);
    cJSON_Delete(fields);
    return id;
}

/* Sets the first of the fields, and with it the others; takes them away. */
static void edit(struct gr_call *call, int64_t id, const char *what, cJSON *fields)
{
    char *column = sb_dup(fields->child->string), *before = seen(call, id, column);
    save(call, id, fields);
    char *after = seen(call, id, column);
    note(call, id, what, column, before, after);
    free(column);
    free(before);
    free(after);
}

static cJSON *one_text(const char *column, const char *text)
{
    cJSON *fields = cJSON_CreateObject();
    cJSON_AddStringToObject(fields, column, text);
    return fields;
}

/* Edits a row for which the condition holds: fields are taken away, with or without an edit. */
static bool edit_one(struct gr_call *call, const char *where, const char *what, cJSON *fields)
{
    int64_t id = pick(call, call->table, where);
    if (id)
        edit(call, id, what, fields);
    else
        cJSON_Delete(fields);
    end(call);
    return id != 0;
}

/* ---------------------------------------------------------------- cells */

bool life_grist_phone(struct sandbox *sb)
{
    struct gr_call call;
    char phone[16];
    begin(&call, sb, "People");
    snprintf(phone, sizeof phone, "+7916%07u", life_pick(sb, 10000000));
    return edit_one(&call, LIVE_NAMED, "edited", one_text("phone", phone));
}

bool life_grist_status(struct sandbox *sb)
{
    struct gr_call call;
    begin(&call, sb, "Participations");
    cJSON *fields = cJSON_CreateObject();
    cJSON_AddNumberToObject(fields, "status", life_pick(sb, FEST_STATUSES) + 1);
    return edit_one(&call, LIVE " AND typeof(status) = 'integer'", "edited", fields);
}

/* The list with one more in it. */
static cJSON *with_one(const char *list, int64_t id)
{
    cJSON *more = cJSON_Parse(*list ? list : "[\"L\"]");
    const cJSON *item;
    cJSON_ArrayForEach(item, more)
    {
        if (cJSON_IsNumber(item) && (int64_t)item->valuedouble == id)
            return more;
    }
    cJSON_AddItemToArray(more, cJSON_CreateNumber((double)id));
    return more;
}

/* One more of `target` in a list; a list of several may lose its last one instead. */
static bool edit_list(struct gr_call *call, const char *where, const char *column, int64_t target,
                      bool shorter)
{
    int64_t id = target ? pick(call, call->table, where) : 0;
    if (id) {
        char *list = seen(call, id, column);
        cJSON *fields = cJSON_CreateObject(), *value = with_one(list, target);
        if (shorter && cJSON_GetArraySize(value) > 3) {
            cJSON_DeleteItemFromArray(value, cJSON_GetArraySize(value) - 1);
            cJSON_DeleteItemFromArray(value, cJSON_GetArraySize(value) - 1);
        }
        cJSON_AddItemToObject(fields, column, value);
        edit(call, id, "edited", fields);
        free(list);
    }
    end(call);
    return id != 0;
}

#define LIST_OR_NOTHING(column) "(" column " IS NULL OR " column " LIKE '[%')"
#define TEAM_FINE               LIVE " AND trim(coalesce(team_name, '')) <> '' AND type_of_team <> ''"

bool life_grist_teams(struct sandbox *sb)
{
    struct gr_call call;
    begin(&call, sb, "Badges_{year}");
    int64_t team = pick_of(&call, "Teams", TEAM_FINE);
    return edit_list(&call, LIVE " AND " LIST_OR_NOTHING("directions_ref"), "directions_ref", team,
                     life_pick(sb, 2));
}

bool life_grist_head(struct sandbox *sb)
{
    struct gr_call call;
    char *team = fest_name(sb->festival->grist, "direction_location{yy}");
    char *head = fest_name(sb->festival->grist, "head{yy}");
    char *where = sb_printf("%s > 0 AND (%s IS NULL OR %s LIKE '[%%')", team, head, head);
    begin(&call, sb, "Directions{year}");
    bool done = edit_list(&call, where, head, pick_of(&call, "People", LIVE_NAMED), false);
    free(team);
    free(head);
    free(where);
    return done;
}

/* ---------------------------------------------------------------- marks */

static const char *const marked[] = {"People", "Participations", "Participations", "Badges_{year}",
                                     "Arrivals_{year}"};

bool life_grist_mark(struct sandbox *sb)
{
    static const char *const reasons[] = {"дубль", "не приедет", ""};
    struct gr_call call;
    begin(&call, sb, marked[life_pick(sb, COUNT_OF(marked))]);
    cJSON *fields = cJSON_CreateObject();
    cJSON_AddNumberToObject(fields, "to_delete", (double)(sb_now_ms(sb) / 1000));
    cJSON_AddStringToObject(fields, "delete_reason", reasons[life_pick(sb, COUNT_OF(reasons))]);
    return edit_one(&call, LIVE, "marked", fields);
}

bool life_grist_unmark(struct sandbox *sb)
{
    struct gr_call call;
    begin(&call, sb, marked[life_pick(sb, COUNT_OF(marked))]);
    cJSON *fields = cJSON_CreateObject();
    cJSON_AddNullToObject(fields, "to_delete");
    return edit_one(&call, MARKED_BY_HAND, "unmarked", fields);
}

/* ---------------------------------------------------------------- rows */

static const char *const named[] = {"People", "Badges_{year}"};

bool life_grist_spoil(struct sandbox *sb)
{
    struct gr_call call;
    begin(&call, sb, named[life_pick(sb, COUNT_OF(named))]);
    return edit_one(&call, LIVE_NAMED, "spoiled", one_text("name", ""));
}

bool life_grist_heal(struct sandbox *sb)
{
    struct gr_call call;
    begin(&call, sb, named[life_pick(sb, COUNT_OF(named))]);
    char *name =
        sb_printf("%s-%u", names_nick[life_pick(sb, names_nick_count)], sb->life->count + 1);
    bool done = edit_one(&call, "trim(coalesce(name, '')) = ''", "healed", one_text("name", name));
    free(name);
    return done;
}

/* Whoever referred to the row refers to nothing then, and its updated_at does not tell it. */
bool life_grist_remove(struct sandbox *sb)
{
    static const char *const tables[] = {"People",          "Participations",  "Participations",
                                         "Arrivals_{year}", "Arrivals_{year}", "Badges_{year}"};
    struct gr_call call;
    begin(&call, sb, tables[life_pick(sb, COUNT_OF(tables))]);
    int64_t id = pick(&call, call.table, LIVE);
    if (id) {
        gr_begin(call.doc);
        gr_remove(sb, call.doc, call.table, id);
        gr_end(sb, call.doc, true);
        note(&call, id, "removed", NULL, NULL, NULL);
    }
    end(&call);
    return id != 0;
}

static cJSON *new_participation(struct sandbox *sb, int64_t person, int64_t team)
{
    cJSON *fields = cJSON_CreateObject();
    cJSON_AddNumberToObject(fields, "year", sb->opt.year);
    cJSON_AddNumberToObject(fields, "person", (double)person);
    cJSON_AddNumberToObject(fields, "team", (double)team);
    cJSON_AddNumberToObject(fields, "role", life_pick(sb, ROLES) + 1);
    cJSON_AddNumberToObject(fields, "status", 1);
    return fields;
}

static cJSON *new_badge(struct sandbox *sb, int64_t person, int64_t team)
{
    cJSON *fields = cJSON_CreateObject();
    char *name =
        sb_printf("%s-%u", names_nick[life_pick(sb, names_nick_count)], sb->life->count + 1);
    char *teams = sb_printf("[%lld]", (long long)team);
    cJSON_AddStringToObject(fields, "name", name);
    cJSON_AddStringToObject(fields, "diet", "веган");
    cJSON_AddStringToObject(fields, "feed_type", "бесплатно");
    cJSON_AddNumberToObject(fields, "role", life_pick(sb, ROLES) + 1);
    cJSON_AddNumberToObject(fields, "person", (double)person);
    cJSON_AddStringToObject(fields, "directions_ref", teams);
    free(name);
    free(teams);
    return fields;
}

bool life_grist_new(struct sandbox *sb)
{
    struct gr_call call;
    bool badge = life_pick(sb, 3) == 0;
    begin(&call, sb, badge ? "Badges_{year}" : "Participations");
    int64_t person = pick_of(&call, "People", LIVE_NAMED);
    int64_t team = pick_of(&call, "Teams", TEAM_FINE);
    if (person && team) {
        int64_t id =
            save(&call, 0,
                 badge ? new_badge(sb, person, team) : new_participation(sb, person, team));
        note(&call, id, "new", NULL, NULL, NULL);
    }
    end(&call);
    return person && team;
}
