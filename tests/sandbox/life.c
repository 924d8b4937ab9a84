/* life.c: see life.h. */
#include "tests/sandbox/life.h"
#include "tests/sandbox/control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EDITS_AT_ONCE 1000

static const struct kind {
    const char *name;
    unsigned weight;
    bool (*run)(struct sandbox *sb);
} kinds[] = {
    {"coda status", 24, life_coda_status},
    {"coda role", 10, life_coda_role},
    {"coda new", 10, life_coda_new},
    {"coda delete", 5, life_coda_delete},
    {"person city", 8, life_person_city},
    {"person name", 6, life_person_name},
    {"person new", 4, life_person_new},
    {"person trash", 2, life_person_trash},
    {"person restore", 3, life_person_restore},
    {"team name", 4, life_team_name},
    {"team type", 4, life_team_type},
    {"lead role", 4, life_lead_role},
    {"lead team", 3, life_lead_team},
    {"lead person", 3, life_lead_person},
    {"lead trash", 2, life_lead_trash},
    {"lead restore", 4, life_lead_restore},
    {"volunteer trash", 4, life_volunteer_trash},
    {"grist phone", 12, life_grist_phone},
    {"grist status", 20, life_grist_status},
    {"grist teams", 10, life_grist_teams},
    {"grist head", 4, life_grist_head},
    {"grist mark", 7, life_grist_mark},
    {"grist unmark", 7, life_grist_unmark},
    {"grist spoil", 4, life_grist_spoil},
    {"grist heal", 5, life_grist_heal},
    {"grist remove", 3, life_grist_remove},
    {"grist new", 9, life_grist_new},
};

struct life *life_new(const struct sandbox *sb)
{
    struct life *life = sb_alloc(sizeof *life);
    life->rng.state = sb->opt.seed ^ 0x6c696665u;
    life->log = cJSON_CreateArray();
    life->every_ms = sb->opt.hands_ms;
    life->due = sb_now_ms(sb) + life->every_ms;
    return life;
}

void life_free(struct life *life)
{
    if (!life)
        return;
    cJSON_Delete(life->log);
    free(life);
}

unsigned life_pick(struct sandbox *sb, size_t n)
{
    return rng_below(&sb->life->rng, (unsigned)n);
}

static void add_text(cJSON *json, const char *key, const char *text)
{
    if (text)
        cJSON_AddStringToObject(json, key, text);
}

/* The same for whoever watches the sandbox. */
static void tell(const struct life_note *note)
{
    const char *side = strcmp(note->side, "coda") == 0    ? "Coda"
                       : strcmp(note->side, "grist") == 0 ? "Grist"
                                                          : "Notion";
    printf("by hand, %s, %s: ", side, note->table);
    if (note->column)
        printf("%s «%s» → «%s»\n", note->column, note->before, note->after);
    else
        printf("%s %s\n", note->what, note->id);
    fflush(stdout);
}

void life_note(struct sandbox *sb, const struct life_note *note)
{
    char at[32];
    cJSON *json = cJSON_CreateObject();
    iso_print(sb_now_ms(sb), at);
    cJSON_AddNumberToObject(json, "n", ++sb->life->count);
    cJSON_AddStringToObject(json, "at", at);
    add_text(json, "side", note->side);
    add_text(json, "table", note->table);
    add_text(json, "id", note->id);
    add_text(json, "what", note->what);
    add_text(json, "column", note->column);
    add_text(json, "before", note->before);
    add_text(json, "after", note->after);
    cJSON_AddItemToArray(sb->life->log, json);
    tell(note);
    pthread_cond_broadcast(&sb->changed);
}

/* Of themselves people edit only where somebody keeps it in step. */
static bool allowed(const struct sandbox *sb, const struct kind *kind, const cJSON *only)
{
    const cJSON *item;
    if (!cJSON_IsArray(only))
        return sb->opt.grist || strncmp(kind->name, "grist ", 6) != 0;
    cJSON_ArrayForEach(item, only)
    {
        if (cJSON_IsString(item) && strcmp(item->valuestring, kind->name) == 0)
            return true;
    }
    return false;
}

/* Draws until something can be edited; the tables may be too small for some edits. */
static bool edit(struct sandbox *sb, const cJSON *only)
{
    for (int tries = 0; tries < 200 && sb->life->count < LIFE_LOG_MAX; tries++) {
        unsigned total = 0, left;
        size_t at = 0;
        for (size_t i = 0; i < COUNT_OF(kinds); i++)
            total += allowed(sb, &kinds[i], only) ? kinds[i].weight : 0;
        if (!total)
            return false;
        for (left = life_pick(sb, total);; at++) {
            unsigned weight = allowed(sb, &kinds[at], only) ? kinds[at].weight : 0;
            if (left < weight)
                break;
            left -= weight;
        }
        if (kinds[at].run(sb))
            return true;
    }
    return false;
}

void life_edits(struct sandbox *sb, unsigned n)
{
    while (n-- > 0 && edit(sb, NULL))
        ;
}

void life_tick(struct sandbox *sb)
{
    int64_t now = sb_now_ms(sb);
    if (!sb->life->every_ms || now < sb->life->due)
        return;
    sb->life->due = now + sb->life->every_ms;
    edit(sb, NULL);
}

static cJSON *log_after(const struct life *life, double n)
{
    cJSON *list = cJSON_CreateArray();
    const cJSON *item;
    cJSON_ArrayForEach(item, life->log)
    {
        if (cJSON_GetObjectItemCaseSensitive(item, "n")->valuedouble > n)
            cJSON_AddItemToArray(list, cJSON_Duplicate(item, true));
    }
    return list;
}

static double number_in(const cJSON *body, const char *key, double most)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(body, key);
    double number = cJSON_IsNumber(item) ? item->valuedouble : 0;
    return number < 0 ? 0 : number > most ? most : number;
}

static void post_life(struct sandbox *sb, const cJSON *body, struct sb_reply *reply)
{
    struct life *life = sb->life;
    unsigned before = life->count;
    const cJSON *only = cJSON_GetObjectItemCaseSensitive(body, "kinds");
    if (cJSON_HasObjectItem(body, "seed"))
        life->rng.state = (uint64_t)number_in(body, "seed", 1e15) * 2654435761u + 29;
    if (cJSON_HasObjectItem(body, "every_ms")) {
        life->every_ms = (int64_t)number_in(body, "every_ms", 1e9);
        life->due = sb_now_ms(sb) + life->every_ms;
    }
    for (double left = number_in(body, "edits", EDITS_AT_ONCE); left >= 1; left--) {
        if (!edit(sb, only))
            break;
    }
    sb_reply_json(reply, 200, log_after(life, before));
}

bool life_control(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    if (control_is(req, "GET", "/life")) {
        const char *after = sb_arg(req, "after");
        sb_reply_json(reply, 200, log_after(sb->life, after ? strtod(after, NULL) : 0));
        return true;
    }
    if (!control_is(req, "POST", "/life"))
        return false;
    cJSON *body = control_body(req, reply);
    if (body)
        post_life(sb, body, reply);
    cJSON_Delete(body);
    return true;
}
