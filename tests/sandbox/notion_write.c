/* notion_write.c: properties as clients write them: checked as strictly as Notion does. */
#include "tests/sandbox/notion.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROPS_MAX  64
#define OPTION_MAX 100
#define SHORT_MAX  200 /* email, phone_number */

/* Where the reader stands, for the message. */
struct place {
    struct sandbox *sb;
    struct nt_prop *prop;
    char *why;
};

/* "body.properties.Год.number should be ..." -> 400 */
static int refuse(const struct place *at, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int refuse(const struct place *at, const char *format, ...)
{
    va_list args;
    int used = snprintf(at->why, NOTION_WHY, "body failed validation: body.properties.%.80s.%s",
                        at->prop->name, nt_type_name(at->prop->type));
    va_start(args, format);
    vsnprintf(at->why + used, NOTION_WHY - (size_t)used, format, args);
    va_end(args);
    return 400;
}

static int refuse_value(const struct place *at, const char *expected, const cJSON *value)
{
    char *text = value ? cJSON_PrintUnformatted(value) : NULL;
    int status =
        refuse(at, " should be %s, instead was `%.80s`.", expected, text ? text : "undefined");
    free(text);
    return status;
}

static int check_array(const struct place *at, const cJSON *value)
{
    if (!cJSON_IsArray(value))
        return refuse_value(at, "an array", value);
    int count = cJSON_GetArraySize(value);
    if (count > NOTION_ARRAY_MAX)
        return refuse(at, ".length should be ≤ `%d`, instead was `%d`.", NOTION_ARRAY_MAX, count);
    return 0;
}

static int read_rich_text(const struct place *at, const cJSON *value, struct nt_value *ret)
{
    int status = check_array(at, value), index = 0;
    const cJSON *item;
    if (status)
        return status;
    cJSON_ArrayForEach(item, value)
    {
        const cJSON *content =
            cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(item, "text"),
                                             "content");
        if (!cJSON_IsString(content))
            return refuse(at, "[%d].text.content should be a string.", index);
        size_t units = utf16_length(content->valuestring);
        if (units > NOTION_TEXT_MAX)
            return refuse(at, "[%d].text.content.length should be ≤ `%d`, instead was `%zu`.",
                          index, NOTION_TEXT_MAX, units);
        if (*content->valuestring)
            nv_list_add(ret, content->valuestring);
        index++;
    }
    if (ret->kind == NV_LIST && ret->list->count == 1) {
        char *only = sb_dup(ret->list->items[0]);
        nv_text(ret, only);
        free(only);
    }
    return 0;
}

/* {"name": ..} or {"id": ..}; the name in ret_name is borrowed. */
static int read_option(const struct place *at, const cJSON *value, const char **ret_name)
{
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(value, "name"));
    const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(value, "id"));
    bool known = false;
    for (size_t i = 0; i < at->prop->option_count; i++)
        if (name ? strcmp(at->prop->options[i].name, name) == 0
                 : id && strcmp(at->prop->options[i].id, id) == 0) {
            *ret_name = at->prop->options[i].name;
            known = true;
        }
    if (known)
        return 0;
    if (!name || !*name)
        return refuse_value(at, "an object with `name` or a known `id`", value);
    if (strchr(name, ','))
        return refuse(at, " is an invalid select option, commas not allowed: %.100s", name);
    if (utf16_length(name) > OPTION_MAX)
        return refuse(at, ".name.length should be ≤ `%d`.", OPTION_MAX);
    if (at->prop->type == NT_STATUS)
        return refuse(at, " is an invalid status option. Status option \"%.80s\" does not exist.",
                      name);
    *ret_name = name;
    return 0;
}

static int read_select(const struct place *at, const cJSON *value, struct nt_value *ret)
{
    const char *name;
    int status = cJSON_IsNull(value) ? 0 : read_option(at, value, &name);
    if (!status && !cJSON_IsNull(value))
        nv_text(ret, name);
    return status;
}

static int read_multi_select(const struct place *at, const cJSON *value, struct nt_value *ret)
{
    int status = check_array(at, value);
    const cJSON *item;
    cJSON_ArrayForEach(item, value)
    {
        const char *name;
        status = status ? status : read_option(at, item, &name);
        if (status)
            return status;
        nv_list_add(ret, name);
    }
    return status;
}

static bool list_has(const struct nt_value *value, const char *id)
{
    for (size_t i = 0; value->kind == NV_LIST && i < value->list->count; i++)
        if (strcmp(value->list->items[i], id) == 0)
            return true;
    return false;
}

static int read_ids(const struct place *at, const cJSON *value, struct nt_value *ret)
{
    int status = check_array(at, value);
    const cJSON *item;
    if (status)
        return status;
    cJSON_ArrayForEach(item, value)
    {
        const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "id"));
        char id[37];
        if (!text || !uuid_parse(text, id))
            return refuse_value(at, "an array of objects with a valid uuid as `id`", value);
        if (at->prop->type == NT_RELATION && !notion_page(at->sb->notion, id)) {
            snprintf(at->why, NOTION_WHY,
                     "Could not find page with ID: %s. Make sure the relevant pages and databases "
                     "are shared with your integration \"rosterd\".",
                     id);
            return 404;
        }
        if (!list_has(ret, id))
            nv_list_add(ret, id);
    }
    return 0;
}

static int read_date(const struct place *at, const cJSON *value, struct nt_value *ret)
{
    const char *start = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(value, "start"));
    const char *end = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(value, "end"));
    const char *zone = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(value, "time_zone"));
    int64_t time;
    if (cJSON_IsNull(value))
        return 0;
    if (!start || !iso_parse(start, &time) || strlen(start) > 35)
        return refuse_value(at, "`null` or an object with a valid ISO 8601 `start`", value);
    if (end && (!iso_parse(end, &time) || strlen(end) > 35))
        return refuse_value(at, "an object with a valid ISO 8601 `end`", value);
    if (zone && strlen(zone) > 40)
        return refuse_value(at, "an object with a known `time_zone`", value);
    char *text = sb_printf("%s%s%s%s%s", start, end || zone ? "/" : "", end ? end : "",
                           zone ? "/" : "", zone ? zone : "");
    nv_text(ret, text);
    free(text);
    return 0;
}

static int read_short(const struct place *at, const cJSON *value, struct nt_value *ret)
{
    size_t limit = at->prop->type == NT_URL ? NOTION_TEXT_MAX : SHORT_MAX;
    if (cJSON_IsNull(value))
        return 0;
    if (!cJSON_IsString(value))
        return refuse_value(at, "a string or `null`", value);
    size_t units = utf16_length(value->valuestring);
    if (units == 0)
        return refuse(at, ".length should be ≥ `1`, instead was `0`.");
    if (units > limit)
        return refuse(at, ".length should be ≤ `%zu`, instead was `%zu`.", limit, units);
    nv_text(ret, value->valuestring);
    return 0;
}

static int read_number(const struct place *at, const cJSON *value, struct nt_value *ret)
{
    if (cJSON_IsNull(value))
        return 0;
    if (!cJSON_IsNumber(value))
        return refuse_value(at, "a number or `null`", value);
    nv_number(ret, value->valuedouble);
    return 0;
}

static int read_value(const struct place *at, const cJSON *value, struct nt_value *ret)
{
    int status;
    switch (at->prop->type) {
    case NT_TITLE:
    case NT_RICH_TEXT:
        return read_rich_text(at, value, ret);
    case NT_NUMBER:
        return read_number(at, value, ret);
    case NT_SELECT:
    case NT_STATUS:
        return read_select(at, value, ret);
    case NT_MULTI_SELECT:
        return read_multi_select(at, value, ret);
    case NT_DATE:
        return read_date(at, value, ret);
    case NT_CHECKBOX:
        if (!cJSON_IsBool(value))
            return refuse_value(at, "a boolean", value);
        nv_flag(ret, cJSON_IsTrue(value));
        return 0;
    case NT_RELATION:
    case NT_PEOPLE:
        return read_ids(at, value, ret);
    case NT_URL:
    case NT_EMAIL:
    case NT_PHONE:
        return read_short(at, value, ret);
    case NT_FILES:
        status = check_array(at, value);
        if (!status && cJSON_GetArraySize(value) > 0)
            nv_json(ret, cJSON_Duplicate(value, true));
        return status;
    default:
        return refuse(at, " cannot be written: it is computed by Notion.");
    }
}

/* {"number": 4}, {"type": "number", "number": 4}, and for the title also the bare array. */
static int read_prop(const struct place *at, const cJSON *json, struct nt_value *ret)
{
    const char *type = nt_type_name(at->prop->type);
    if (at->prop->type == NT_TITLE && cJSON_IsArray(json))
        return read_value(at, json, ret);
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(json, type);
    if (!value && cJSON_IsObject(json) && json->child) {
        snprintf(at->why, NOTION_WHY, "%.100s is expected to be %s.", at->prop->name, type);
        return 400;
    }
    return value ? read_value(at, value, ret) : refuse_value(at, "defined", NULL);
}

/* Options that a write names for the first time come into being with it. */
static void keep_options(struct nt_prop *prop, const struct nt_value *value)
{
    if (prop->type == NT_SELECT && value->kind == NV_TEXT)
        notion_option_id(prop, value->text);
    for (size_t i = 0;
         prop->type == NT_MULTI_SELECT && value->kind == NV_LIST && i < value->list->count; i++)
        notion_option_id(prop, value->list->items[i]);
}

static void apply(struct nt_source *source, struct nt_page *page, struct nt_value *values,
                  const bool *present)
{
    for (size_t i = 0; i < source->prop_count; i++) {
        if (!present[i])
            continue;
        keep_options(&source->props[i], &values[i]);
        nv_clear(&page->values[i]);
        page->values[i] = values[i];
        values[i] = (struct nt_value){0};
    }
}

int notion_write(struct sandbox *sb, struct nt_source *source, struct nt_page *page,
                 const cJSON *properties, char ret_why[NOTION_WHY])
{
    struct nt_value values[PROPS_MAX] = {0};
    bool present[PROPS_MAX] = {false};
    int status = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, properties)
    {
        int index = notion_prop(source, item->string);
        if (index < 0 || index >= PROPS_MAX) {
            snprintf(ret_why, NOTION_WHY, "%.100s is not a property that exists.", item->string);
            status = 400;
            break;
        }
        struct place at = {.sb = sb, .prop = &source->props[index], .why = ret_why};
        nv_clear(&values[index]);
        status = read_prop(&at, item, &values[index]);
        if (status)
            break;
        present[index] = true;
    }
    if (!status && page)
        apply(source, page, values, present);
    for (size_t i = 0; i < PROPS_MAX; i++)
        nv_clear(&values[i]);
    return status;
}

void notion_touch(struct sandbox *sb, struct nt_page *page, bool by_person)
{
    page->edited = sb_now_ms(sb);
    page->by_person = by_person;
    sb->notion->version++;
    sb->notion->sources[page->source].version++;
    pthread_cond_broadcast(&sb->changed);
}
