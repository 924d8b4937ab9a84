/* notion_json.c: a page and one property of it, as Notion tells them. */
#include "tests/sandbox/ids.h"
#include "tests/sandbox/notion.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_user(cJSON *json, const char *key, bool person)
{
    cJSON *user = cJSON_AddObjectToObject(json, key);
    cJSON_AddStringToObject(user, "object", "user");
    cJSON_AddStringToObject(user, "id", person ? SB_NOTION_USER : SB_NOTION_BOT);
}

static void add_minute(cJSON *json, const char *key, int64_t ms)
{
    char text[32];
    iso_print(ms / MINUTE_MS * MINUTE_MS, text);
    cJSON_AddStringToObject(json, key, text);
}

static size_t item_count(const struct nt_value *value)
{
    if (value->kind == NV_LIST)
        return value->list->count;
    return value->kind == NV_TEXT ? 1 : 0;
}

static const char *item_text(const struct nt_value *value, size_t index)
{
    return value->kind == NV_LIST ? value->list->items[index] : value->text;
}

static cJSON *option_json(struct nt_prop *prop, const char *name)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "id", notion_option_id(prop, name));
    cJSON_AddStringToObject(json, "name", name);
    cJSON_AddStringToObject(json, "color", "default");
    return json;
}

/* One item of a property that has items. */
static cJSON *item_json(struct nt_prop *prop, const char *text)
{
    if (prop->type == NT_TITLE || prop->type == NT_RICH_TEXT)
        return notion_text_item(text);
    if (prop->type == NT_MULTI_SELECT)
        return option_json(prop, text);
    cJSON *json = cJSON_CreateObject();
    if (prop->type == NT_PEOPLE)
        cJSON_AddStringToObject(json, "object", "user");
    cJSON_AddStringToObject(json, "id", text);
    return json;
}

/* start[/end[/zone]]; a zone's name has a slash itself, so only two are separators. */
static cJSON *date_json(const char *text)
{
    static const char *const keys[] = {"start", "end", "time_zone"};
    cJSON *json = cJSON_CreateObject();
    char copy[120], *rest = copy;
    snprintf(copy, sizeof copy, "%s", text);
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        char *part = rest && i < 2 ? strsep(&rest, "/") : rest;
        if (part && *part)
            cJSON_AddStringToObject(json, keys[i], part);
        else
            cJSON_AddNullToObject(json, keys[i]);
    }
    return json;
}

static bool is_paged(enum nt_type type)
{
    return type == NT_TITLE || type == NT_RICH_TEXT || type == NT_RELATION || type == NT_PEOPLE;
}

static cJSON *items_json(struct nt_prop *prop, const struct nt_value *value, size_t limit)
{
    cJSON *list = cJSON_CreateArray();
    size_t count = item_count(value);
    for (size_t i = 0; i < count && i < limit; i++)
        cJSON_AddItemToArray(list, item_json(prop, item_text(value, i)));
    return list;
}

/* The scalar under a property's type name. */
static cJSON *scalar_json(struct nt_prop *prop, const struct nt_value *value)
{
    if (prop->type == NT_CHECKBOX)
        return cJSON_CreateBool(value->kind == NV_FLAG && value->flag);
    if (prop->type == NT_FILES && value->kind == NV_EMPTY)
        return cJSON_CreateArray();
    if (prop->type == NT_BUTTON)
        return cJSON_CreateObject();
    switch (value->kind) {
    case NV_NUMBER:
        return cJSON_CreateNumber(value->number);
    case NV_JSON:
        return cJSON_Duplicate(value->json, true);
    case NV_TEXT:
        if (prop->type == NT_SELECT || prop->type == NT_STATUS)
            return option_json(prop, value->text);
        return prop->type == NT_DATE ? date_json(value->text) : cJSON_CreateString(value->text);
    case NV_EMPTY:
    case NV_FLAG:
    case NV_LIST:
        break;
    }
    return cJSON_CreateNull();
}

static void add_value(cJSON *json, struct nt_prop *prop, const struct nt_page *page, size_t index)
{
    const struct nt_value *value = &page->values[index];
    const char *type = nt_type_name(prop->type);
    if (prop->type == NT_CREATED_TIME)
        add_minute(json, type, page->created);
    else if (prop->type == NT_EDITED_TIME)
        add_minute(json, type, page->edited);
    else if (prop->type == NT_CREATED_BY || prop->type == NT_EDITED_BY)
        add_user(json, type, page->by_person);
    else if (is_paged(prop->type))
        cJSON_AddItemToObject(json, type, items_json(prop, value, NOTION_PAGE_CUT));
    else if (prop->type == NT_MULTI_SELECT)
        cJSON_AddItemToObject(json, type, items_json(prop, value, NOTION_ARRAY_MAX));
    else
        cJSON_AddItemToObject(json, type, scalar_json(prop, value));
    if (prop->type == NT_RELATION)
        cJSON_AddBoolToObject(json, "has_more", item_count(value) > NOTION_PAGE_CUT);
}

static cJSON *props_json(struct notion *notion, const struct nt_page *page, const bool *wanted)
{
    struct nt_source *source = &notion->sources[page->source];
    cJSON *props = cJSON_CreateObject();
    for (size_t i = 0; i < source->prop_count; i++) {
        if (wanted && !wanted[i])
            continue;
        cJSON *json = cJSON_CreateObject();
        cJSON_AddStringToObject(json, "id", source->props[i].id);
        cJSON_AddStringToObject(json, "type", nt_type_name(source->props[i].type));
        add_value(json, &source->props[i], page, i);
        cJSON_AddItemToObject(props, source->props[i].name, json);
    }
    return props;
}

cJSON *notion_page_json(struct notion *notion, const struct nt_page *page, const bool *wanted)
{
    const struct nt_source *source = &notion->sources[page->source];
    char hex[33], url[80];
    uuid_plain(page->id, hex);
    snprintf(url, sizeof url, "https://app.notion.com/p/%s", hex);
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "object", "page");
    cJSON_AddStringToObject(json, "id", page->id);
    add_minute(json, "created_time", page->created);
    add_minute(json, "last_edited_time", page->edited);
    add_user(json, "created_by", page->by_person);
    add_user(json, "last_edited_by", page->by_person);
    cJSON_AddNullToObject(json, "cover");
    cJSON_AddNullToObject(json, "icon");
    cJSON *parent = cJSON_AddObjectToObject(json, "parent");
    cJSON_AddStringToObject(parent, "type", "data_source_id");
    cJSON_AddStringToObject(parent, "data_source_id", source->id);
    cJSON_AddStringToObject(parent, "database_id", source->database);
    cJSON_AddBoolToObject(json, "in_trash", page->trashed);
    cJSON_AddFalseToObject(json, "is_archived");
    cJSON_AddFalseToObject(json, "is_locked");
    cJSON_AddItemToObject(json, "properties", props_json(notion, page, wanted));
    cJSON_AddStringToObject(json, "url", url);
    cJSON_AddNullToObject(json, "public_url");
    cJSON_AddBoolToObject(json, "archived", page->trashed);
    return json;
}

static cJSON *property_item(struct nt_prop *prop, const char *text)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "object", "property_item");
    cJSON_AddStringToObject(json, "type", nt_type_name(prop->type));
    cJSON_AddStringToObject(json, "id", prop->id);
    cJSON_AddItemToObject(json, nt_type_name(prop->type), item_json(prop, text));
    return json;
}

/* A property cursor is the number of the item, in the token's clothes. */
static bool read_cursor(const char *cursor, size_t count, size_t *ret_first)
{
    *ret_first = 0;
    if (!cursor)
        return true;
    char *text = token_decode(cursor);
    bool good = text && strncmp(text, "item:", 5) == 0 && isdigit((unsigned char)text[5]);
    if (good)
        *ret_first = strtoul(text + 5, NULL, 10);
    free(text);
    return good && *ret_first <= count;
}

static void add_next(cJSON *json, cJSON *about, const struct nt_page *page,
                     const struct nt_prop *prop, size_t next, bool more)
{
    if (!more) {
        cJSON_AddNullToObject(json, "next_cursor");
        cJSON_AddNullToObject(about, "next_url");
        return;
    }
    char text[32], url[200];
    snprintf(text, sizeof text, "item:%zu", next);
    char *cursor = token_encode(text);
    snprintf(url, sizeof url, "https://api.notion.com/v1/pages/%s/properties/%s?start_cursor=%s",
             page->id, prop->id, cursor);
    cJSON_AddStringToObject(json, "next_cursor", cursor);
    cJSON_AddStringToObject(about, "next_url", url);
    free(cursor);
}

/* NULL when the cursor is not one of ours. */
cJSON *notion_property_json(struct notion *notion, const struct nt_page *page, size_t index,
                            const char *cursor, size_t page_size)
{
    struct nt_prop *prop = &notion->sources[page->source].props[index];
    const struct nt_value *value = &page->values[index];
    cJSON *json = cJSON_CreateObject();
    if (!is_paged(prop->type)) {
        cJSON_AddStringToObject(json, "object", "property_item");
        cJSON_AddStringToObject(json, "type", nt_type_name(prop->type));
        cJSON_AddStringToObject(json, "id", prop->id);
        add_value(json, prop, page, index);
        return json;
    }
    size_t first, count = item_count(value);
    if (!read_cursor(cursor, count, &first)) {
        cJSON_Delete(json);
        return NULL;
    }
    size_t end = first + page_size < count ? first + page_size : count;
    cJSON_AddStringToObject(json, "object", "list");
    cJSON *list = cJSON_AddArrayToObject(json, "results");
    for (size_t i = first; i < end; i++)
        cJSON_AddItemToArray(list, property_item(prop, item_text(value, i)));
    cJSON *about = cJSON_CreateObject();
    cJSON_AddStringToObject(about, "id", prop->id);
    add_next(json, about, page, prop, end, end < count);
    cJSON_AddBoolToObject(json, "has_more", end < count);
    cJSON_AddStringToObject(json, "type", "property_item");
    cJSON_AddStringToObject(about, "type", nt_type_name(prop->type));
    cJSON_AddObjectToObject(about, nt_type_name(prop->type));
    cJSON_AddItemToObject(json, "property_item", about);
    return json;
}
