/* grist_value.c: cells between JSON and SQLite. The real server takes any value anywhere: what does
 * not fit the column's type is kept as a text. */
#include "tests/sandbox/grist.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define INT_LIMIT 2147483648.0 /* whole numbers in Int and Ref have 32 bits */

struct gv gr_blank(const struct gr_column *column)
{
    switch (column->kind) {
    case GR_TEXT:
    case GR_CHOICE:
        return gv_text("");
    case GR_NUMERIC:
    case GR_INT:
    case GR_BOOL:
    case GR_REF:
        return gv_int(0);
    default:
        return (struct gv){0};
    }
}

/* A list such as ["L", 1, 2], by its first letter. */
static bool is_code(const cJSON *value, const char *code)
{
    return cJSON_IsArray(value) && cJSON_IsString(value->child) &&
           strcmp(value->child->valuestring, code) == 0;
}

/* ---------------------------------------------------------------- what is written */

static char *number_text(double number)
{
    bool whole = floor(number) == number && fabs(number) < 9007199254740992.0;
    return whole ? sb_printf("%.0f", number) : sb_printf("%.15g", number);
}

static struct gv as_text(const cJSON *value)
{
    if (cJSON_IsString(value))
        return gv_text(value->valuestring);
    if (cJSON_IsNumber(value))
        return gv_take(number_text(value->valuedouble));
    if (cJSON_IsBool(value))
        return gv_text(cJSON_IsTrue(value) ? "True" : "False");
    if (cJSON_IsNull(value))
        return (struct gv){0};
    return gv_take(cJSON_PrintUnformatted(value));
}

/* The number in a text; parse: also with commas between thousands, or as a percentage. */
static bool text_number(const char *text, bool parse, double *ret_number)
{
    char plain[64], *end;
    size_t length = 0;
    for (; *text && length + 1 < sizeof plain; text++)
        if (!(parse && *text == ','))
            plain[length++] = *text;
    plain[length] = '\0';
    double number = strtod(plain, &end);
    if (end == plain || *text || isnan(number))
        return false;
    end += strspn(end, " ");
    if (parse && *end == '%') {
        number /= 100;
        end++;
    }
    *ret_number = number;
    return *end == '\0';
}

static struct gv as_number(const struct gr_column *column, const cJSON *value, bool parse)
{
    double number = cJSON_IsTrue(value) ? 1 : cJSON_IsFalse(value) ? 0 : value->valuedouble;
    if (cJSON_IsNull(value) || (cJSON_IsString(value) && !*value->valuestring))
        return (struct gv){0};
    if (!cJSON_IsNumber(value) && !cJSON_IsBool(value) &&
        !(cJSON_IsString(value) && text_number(value->valuestring, parse, &number)))
        return as_text(value);
    if (column->kind == GR_INT) {
        number = trunc(number);
        if (fabs(number) >= INT_LIMIT)
            return as_text(value);
    }
    return gv_real(number);
}

static struct gv as_flag(const cJSON *value)
{
    static const char *const yes[] = {"true", "yes", "1"}, *const no[] = {"false", "no", "0", ""};
    if (cJSON_IsNull(value) || cJSON_IsBool(value))
        return gv_int(cJSON_IsTrue(value));
    if (cJSON_IsNumber(value))
        return gv_int(value->valuedouble != 0);
    for (size_t i = 0; cJSON_IsString(value) && i < COUNT_OF(no); i++) {
        if (i < COUNT_OF(yes) && strcasecmp(value->valuestring, yes[i]) == 0)
            return gv_int(1);
        if (strcasecmp(value->valuestring, no[i]) == 0)
            return gv_int(0);
    }
    return as_text(value);
}

/* Only two zones are played; the festival's is one of them. */
static int64_t zone_ms(const struct gr_column *column)
{
    return strstr(column->type, "Europe/Moscow") ? 3 * HOUR_MS : 0;
}

static struct gv as_time(const struct gr_column *column, const cJSON *value)
{
    int64_t ms;
    if (cJSON_IsNull(value) || (cJSON_IsString(value) && !*value->valuestring))
        return (struct gv){0};
    if (cJSON_IsNumber(value))
        return gv_real(value->valuedouble);
    if (!cJSON_IsString(value) || !iso_parse(value->valuestring, &ms))
        return as_text(value);
    if (column->kind == GR_DATE) {
        char day[11];
        snprintf(day, sizeof day, "%s", value->valuestring); /* the time of day is ignored */
        iso_parse(day, &ms);
    } else {
        const char *time = strpbrk(value->valuestring, "T ");
        if (!time || !strpbrk(time, "Z+-"))
            ms -= zone_ms(column);
    }
    return gv_real((double)ms / 1000);
}

static struct gv as_ref(const cJSON *value, bool parse)
{
    double number = value->valuedouble;
    if (cJSON_IsNull(value) || cJSON_IsFalse(value) ||
        (cJSON_IsString(value) && !*value->valuestring))
        return gv_int(0);
    if (cJSON_IsTrue(value))
        return gv_int(1);
    if (is_code(value, "R") && cJSON_GetArraySize(value) == 3)
        number = cJSON_GetArrayItem(value, 2)->valuedouble;
    else if (!cJSON_IsNumber(value) &&
             !(parse && cJSON_IsString(value) && text_number(value->valuestring, false, &number)))
        return as_text(value);
    if (floor(number) != number || fabs(number) >= INT_LIMIT)
        return as_text(value);
    return gv_int((int64_t)number);
}

/* A list is stored as JSON; what holds anything but whole numbers is a text like any other. */
static struct gv as_refs(const cJSON *value)
{
    cJSON *parsed = cJSON_IsString(value) && *value->valuestring == '['
                        ? cJSON_Parse(value->valuestring)
                        : NULL;
    const cJSON *list = parsed ? parsed : value, *item;
    struct gv result = {0};
    if (cJSON_IsNull(value) || (cJSON_IsString(value) && !*value->valuestring))
        return result;
    cJSON *items = cJSON_CreateArray();
    bool good = cJSON_IsArray(list);
    cJSON_ArrayForEach(item, (good ? list : NULL))
    {
        if (item == list->child && !parsed)
            continue; /* "L" */
        good = good && cJSON_IsNumber(item) && floor(item->valuedouble) == item->valuedouble;
        cJSON_AddItemToArray(items, gsql_json_number(item->valuedouble));
    }
    if (!good)
        result = as_text(value);
    else if (items->child)
        result = gv_take(cJSON_PrintUnformatted(items));
    cJSON_Delete(items);
    cJSON_Delete(parsed);
    return result;
}

static struct gv as_choices(const cJSON *value)
{
    if (cJSON_IsNull(value) || (cJSON_IsString(value) && !*value->valuestring))
        return (struct gv){0};
    if (!cJSON_IsArray(value))
        return as_text(value);
    cJSON *items = cJSON_CreateArray();
    for (const cJSON *item = value->child ? value->child->next : NULL; item; item = item->next) {
        struct gv text = as_text(item);
        cJSON_AddItemToArray(items, cJSON_CreateString(text.kind == GV_TEXT ? text.text : ""));
        gv_clear(&text);
    }
    struct gv list = {0};
    if (items->child)
        list = gv_take(cJSON_PrintUnformatted(items));
    cJSON_Delete(items);
    return list;
}

static struct gv as_any(const cJSON *value)
{
    if (cJSON_IsNumber(value))
        return gv_real(value->valuedouble);
    if (cJSON_IsString(value) || cJSON_IsNull(value))
        return as_text(value);
    return gr_marshal(value);
}

/* A text that SQLite would take for a number, in a column of numbers, is kept as an odd cell. */
static struct gv kept(struct gv value)
{
    double number;
    if (value.kind != GV_TEXT || !text_number(value.text, false, &number))
        return value;
    cJSON *text = cJSON_CreateString(value.text);
    gv_clear(&value);
    value = gr_marshal(text);
    cJSON_Delete(text);
    return value;
}

struct gv gr_convert(const struct gr_column *column, const cJSON *value, bool parse)
{
    if (is_code(value, "E"))
        return gr_marshal(value);
    switch (column->kind) {
    case GR_TEXT:
    case GR_CHOICE:
        return as_text(value);
    case GR_NUMERIC:
    case GR_INT:
    case GR_SORT:
        return kept(as_number(column, value, parse));
    case GR_BOOL:
        return kept(as_flag(value));
    case GR_DATE:
    case GR_DATETIME:
        return kept(as_time(column, value));
    case GR_REF:
        return kept(as_ref(value, parse));
    case GR_REFS:
    case GR_ATTACHMENTS:
        return as_refs(value);
    case GR_CHOICES:
        return as_choices(value);
    case GR_ANY:
        break;
    }
    return as_any(value);
}

struct gv gr_list(const int64_t *ids, size_t count)
{
    char *text = sb_dup("");
    for (size_t i = 0; i < count; i++) {
        char *longer = sb_printf("%s%s%lld", text, i ? "," : "", (long long)ids[i]);
        free(text);
        text = longer;
    }
    struct gv list = count ? gv_take(sb_printf("[%s]", text)) : (struct gv){0};
    free(text);
    return list;
}

/* ---------------------------------------------------------------- what is read */

static const char *suffix(const struct gr_column *column)
{
    const char *colon = strchr(column->type, ':');
    return colon ? colon + 1 : column->kind == GR_ATTACHMENTS ? "_grist_Attachments" : "UTC";
}

static cJSON *list_json(const struct gr_column *column, const struct gv *cell, bool typed)
{
    cJSON *items = *cell->text == '[' ? cJSON_Parse(cell->text) : NULL;
    if (!cJSON_IsArray(items)) {
        cJSON_Delete(items);
        return cJSON_CreateString(cell->text);
    }
    if (!typed || column->kind == GR_CHOICES) {
        cJSON_InsertItemInArray(items, 0, cJSON_CreateString("L"));
        return items;
    }
    cJSON *json = cJSON_CreateArray();
    cJSON_AddItemToArray(json, cJSON_CreateString("r"));
    cJSON_AddItemToArray(json, cJSON_CreateString(suffix(column)));
    cJSON_AddItemToArray(json, items);
    return json;
}

static cJSON *typed_number(const struct gr_column *column, double number)
{
    cJSON *json = cJSON_CreateArray(), *value = gsql_json_number(number);
    if (column->kind == GR_REF) {
        cJSON_AddItemToArray(json, cJSON_CreateString("R"));
        cJSON_AddItemToArray(json, cJSON_CreateString(suffix(column)));
        cJSON_AddItemToArray(json, value);
        return json;
    }
    cJSON_AddItemToArray(json, cJSON_CreateString(column->kind == GR_DATE ? "d" : "D"));
    cJSON_AddItemToArray(json, value);
    if (column->kind == GR_DATETIME)
        cJSON_AddItemToArray(json, cJSON_CreateString(suffix(column)));
    return json;
}

/* The names that the sandbox can say of an error; the caller need not keep them. */
static const char *error_name(const cJSON *error)
{
    static const char *const names[] = {"ZeroDivisionError", "NameError", "TypeError",
                                        "ValueError"};
    const char *name = cJSON_GetStringValue(cJSON_GetArrayItem(error, 1));
    for (size_t i = 0; name && i < COUNT_OF(names); i++)
        if (strcmp(names[i], name) == 0)
            return names[i];
    return "Exception";
}

static cJSON *odd_json(const struct gv *cell, bool typed, const char **ret_error)
{
    cJSON *json = gr_unmarshal(cell);
    if (!json)
        return cJSON_CreateNull();
    if (!is_code(json, "E"))
        return json;
    *ret_error = error_name(json);
    if (typed)
        return json;
    cJSON_Delete(json);
    return cJSON_CreateNull();
}

cJSON *gr_cell_json(const struct gr_column *column, const struct gv *cell, bool typed,
                    const char **ret_error)
{
    *ret_error = NULL;
    if (cell->kind == GV_NULL)
        return cJSON_CreateNull();
    if (cell->kind == GV_BLOB)
        return odd_json(cell, typed, ret_error);
    bool list =
        column->kind == GR_REFS || column->kind == GR_ATTACHMENTS || column->kind == GR_CHOICES;
    if (cell->kind == GV_TEXT)
        return list ? list_json(column, cell, typed) : cJSON_CreateString(cell->text);
    if (column->kind == GR_BOOL && cell->kind == GV_INT &&
        (cell->integer == 0 || cell->integer == 1))
        return cJSON_CreateBool(cell->integer == 1);
    if (typed && (column->kind == GR_REF || column->kind == GR_DATE || column->kind == GR_DATETIME))
        return typed_number(column, gv_number(cell));
    return gsql_json_number(gv_number(cell));
}
