/* notion_hand.c: what a person does in Notion by hand: edits, trash, purge, renamed properties. */
#include "tests/sandbox/control.h"
#include "tests/sandbox/notion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Plain JSON to a value: text, number, bool, array of texts, null; an object is taken raw. */
static void set_plain(struct nt_value *value, enum nt_type type, const cJSON *json)
{
    char id[37];
    const cJSON *item;
    nv_clear(value);
    if (cJSON_IsBool(json))
        nv_flag(value, cJSON_IsTrue(json));
    else if (cJSON_IsNumber(json))
        nv_number(value, json->valuedouble);
    else if (cJSON_IsObject(json))
        nv_json(value, cJSON_Duplicate(json, true));
    else if (cJSON_IsString(json) && type != NT_RELATION && type != NT_PEOPLE &&
             type != NT_MULTI_SELECT)
        nv_text(value, json->valuestring);
    cJSON_ArrayForEach(item, json)
    {
        if (cJSON_IsString(item))
            nv_list_add(value, uuid_parse(item->valuestring, id) ? id : item->valuestring);
    }
}

static bool fits(enum nt_type type, const cJSON *json)
{
    switch (type) {
    case NT_NUMBER:
        return cJSON_IsNumber(json);
    case NT_CHECKBOX:
        return cJSON_IsBool(json);
    case NT_RELATION:
    case NT_PEOPLE:
    case NT_MULTI_SELECT:
        return cJSON_IsArray(json);
    case NT_TITLE:
    case NT_RICH_TEXT:
        return cJSON_IsString(json) || cJSON_IsArray(json);
    case NT_SELECT:
    case NT_STATUS:
    case NT_DATE:
    case NT_URL:
    case NT_EMAIL:
    case NT_PHONE:
        return cJSON_IsString(json);
    default:
        return cJSON_IsObject(json);
    }
}

static bool check_edit(const struct nt_source *source, const cJSON *properties,
                       struct sb_reply *reply)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, properties)
    {
        int prop = notion_prop(source, item->string);
        if (prop >= 0 && (cJSON_IsNull(item) || fits(source->props[prop].type, item)))
            continue;
        char *why = sb_printf("property \"%.80s\" %s", item->string,
                              prop < 0 ? "does not exist" : "does not take such a value");
        control_fail(reply, 400, why);
        free(why);
        return false;
    }
    return true;
}

static void edit(struct sandbox *sb, struct nt_source *source, struct nt_page *page,
                 const cJSON *body, struct sb_reply *reply)
{
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(body, "properties"), *item;
    const cJSON *trash = cJSON_GetObjectItemCaseSensitive(body, "in_trash");
    if (!check_edit(source, properties, reply))
        return;
    if (!page)
        page = notion_new_page(sb->notion, source, NULL, sb_now_ms(sb));
    cJSON_ArrayForEach(item, properties)
    {
        int prop = notion_prop(source, item->string);
        set_plain(&page->values[prop], source->props[prop].type, item);
    }
    if (cJSON_IsBool(trash))
        page->trashed = cJSON_IsTrue(trash);
    notion_touch(sb, page, true);
    sb_reply_json(reply, 200, notion_page_json(sb->notion, page, NULL));
}

static void post_page(struct sandbox *sb, const cJSON *body, struct sb_reply *reply)
{
    const char *id = control_text(body, "page"), *source_id = control_text(body, "data_source");
    struct nt_page *page = id ? notion_page(sb->notion, id) : NULL;
    struct nt_source *source = page        ? &sb->notion->sources[page->source]
                               : source_id ? notion_source(sb->notion, source_id)
                                           : NULL;
    if (id && !page)
        control_fail(reply, 404, "there is no such page");
    else if (!source)
        control_fail(reply, 404, "data_source must be the id of a data source");
    else
        edit(sb, source, page, body, reply);
}

static void post_purge(struct sandbox *sb, const cJSON *body, struct sb_reply *reply)
{
    const char *id = control_text(body, "page");
    struct nt_page *page = id ? notion_page(sb->notion, id) : NULL;
    if (!page) {
        control_fail(reply, 404, "there is no such page");
        return;
    }
    page->purged = true;
    notion_touch(sb, page, true);
    cJSON *json = cJSON_CreateObject();
    cJSON_AddTrueToObject(json, "ok");
    sb_reply_json(reply, 200, json);
}

/* An old value may not fit the new type: it is lost, as Notion loses what it cannot convert. */
static void retype(struct nt_source *source, size_t prop, enum nt_type type)
{
    source->props[prop].type = type;
    for (size_t i = 0; i < source->page_count; i++)
        nv_clear(&source->pages[i]->values[prop]);
}

static int find_type(const char *name)
{
    for (int i = 0; name && i < NT_TYPES; i++)
        if (strcmp(nt_type_name((enum nt_type)i), name) == 0)
            return i;
    return -1;
}

static void post_schema(struct sandbox *sb, const cJSON *body, struct sb_reply *reply)
{
    const char *id = control_text(body, "data_source");
    struct nt_source *source = id ? notion_source(sb->notion, id) : NULL;
    const cJSON *item;
    if (!source) {
        control_fail(reply, 404, "data_source must be the id of a data source");
        return;
    }
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(body, "retype"))
    {
        int prop = notion_prop(source, item->string);
        int type = find_type(cJSON_GetStringValue(item));
        if (prop < 0 || type < 0) {
            control_fail(reply, 400, "retype: {\"property\": \"type\"} with known names");
            return;
        }
        retype(source, (size_t)prop, (enum nt_type)type);
    }
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(body, "rename"))
    {
        int prop = notion_prop(source, item->string);
        if (prop < 0 || !cJSON_IsString(item) || !*item->valuestring) {
            control_fail(reply, 400, "rename: {\"old name\": \"new name\"} with known names");
            return;
        }
        free(source->props[prop].name);
        source->props[prop].name = sb_dup(item->valuestring);
    }
    source->edited = sb_now_ms(sb);
    sb->notion->version++;
    sb_reply_json(reply, 200, notion_source_json(sb->notion, source));
}

static cJSON *plain_json(const struct nt_value *value)
{
    switch (value->kind) {
    case NV_TEXT:
        return cJSON_CreateString(value->text);
    case NV_NUMBER:
        return cJSON_CreateNumber(value->number);
    case NV_FLAG:
        return cJSON_CreateBool(value->flag);
    case NV_LIST:
        return cJSON_CreateStringArray((const char *const *)value->list->items,
                                       (int)value->list->count);
    case NV_JSON:
        return cJSON_Duplicate(value->json, true);
    case NV_EMPTY:
        break;
    }
    return cJSON_CreateNull();
}

static cJSON *page_plain(const struct nt_source *source, const struct nt_page *page)
{
    char text[32];
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "id", page->id);
    cJSON_AddBoolToObject(json, "in_trash", page->trashed);
    iso_print(page->created, text);
    cJSON_AddStringToObject(json, "created", text);
    iso_print(page->edited, text);
    cJSON_AddStringToObject(json, "edited", text);
    cJSON_AddBoolToObject(json, "by_person", page->by_person);
    cJSON *values = cJSON_AddObjectToObject(json, "properties");
    for (size_t i = 0; i < source->prop_count; i++)
        cJSON_AddItemToObject(values, source->props[i].name, plain_json(&page->values[i]));
    return json;
}

static void get_pages(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    const char *id = sb_arg(req, "data_source");
    const struct nt_source *source = id ? notion_source(sb->notion, id) : NULL;
    if (!source) {
        control_fail(reply, 404, "?data_source= must be the id of a data source");
        return;
    }
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < source->page_count; i++)
        if (!source->pages[i]->purged)
            cJSON_AddItemToArray(list, page_plain(source, source->pages[i]));
    sb_reply_json(reply, 200, list);
}

bool notion_control(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    static const struct {
        const char *path;
        void (*run)(struct sandbox *sb, const cJSON *body, struct sb_reply *reply);
    } posts[] = {{"/notion/page", post_page},
                 {"/notion/purge", post_purge},
                 {"/notion/schema", post_schema}};
    if (control_is(req, "GET", "/notion/pages")) {
        get_pages(sb, req, reply);
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(posts); i++) {
        if (!control_is(req, "POST", posts[i].path))
            continue;
        cJSON *body = control_body(req, reply);
        if (body)
            posts[i].run(sb, body, reply);
        cJSON_Delete(body);
        return true;
    }
    return false;
}
