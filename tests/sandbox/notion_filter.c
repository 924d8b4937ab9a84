/* notion_filter.c: see notion_filter.h. */
#include "tests/sandbox/notion_filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const op_names[OPS] = {
    [OP_EQUALS] = "equals",
    [OP_NOT_EQUALS] = "does_not_equal",
    [OP_CONTAINS] = "contains",
    [OP_NOT_CONTAINS] = "does_not_contain",
    [OP_STARTS_WITH] = "starts_with",
    [OP_ENDS_WITH] = "ends_with",
    [OP_EMPTY] = "is_empty",
    [OP_NOT_EMPTY] = "is_not_empty",
    [OP_GREATER] = "greater_than",
    [OP_LESS] = "less_than",
    [OP_GREATER_OR_EQUAL] = "greater_than_or_equal_to",
    [OP_LESS_OR_EQUAL] = "less_than_or_equal_to",
    [OP_AFTER] = "after",
    [OP_BEFORE] = "before",
    [OP_ON_OR_AFTER] = "on_or_after",
    [OP_ON_OR_BEFORE] = "on_or_before",
};

static int bad(char ret_why[NOTION_WHY], const char *what, const char *name)
{
    snprintf(ret_why, NOTION_WHY, "body failed validation: body.filter%s `%.80s`.", what, name);
    return -1;
}

/* The operand must be of the JSON type that Notion wants for this kind of property. */
static bool read_operand(struct filter_node *node, const cJSON *value)
{
    node->text = cJSON_GetStringValue(value);
    node->number = value->valuedouble;
    node->flag = cJSON_IsTrue(value);
    if (node->op == OP_EMPTY || node->op == OP_NOT_EMPTY)
        return cJSON_IsTrue(value);
    if (node->kind != FILTER_PROP || node->type == NT_DATE || node->type == NT_CREATED_TIME ||
        node->type == NT_EDITED_TIME)
        return node->text && iso_parse(node->text, &node->time);
    if (node->type == NT_NUMBER || node->type == NT_UNIQUE_ID)
        return cJSON_IsNumber(value);
    if (node->type == NT_CHECKBOX)
        return cJSON_IsBool(value);
    return node->text != NULL;
}

/* {"equals": "x"}: the part below "rich_text", "number", "last_edited_time" ... */
static int read_condition(struct filter_node *node, const cJSON *condition, const char *under,
                          char ret_why[NOTION_WHY])
{
    const cJSON *value = condition ? condition->child : NULL;
    if (!cJSON_IsObject(condition) || !value || value->next)
        return bad(ret_why, " needs one condition under", under);
    for (size_t i = 0; i < OPS; i++) {
        if (strcmp(op_names[i], value->string) != 0)
            continue;
        node->op = (enum filter_op)i;
        if (!read_operand(node, value))
            return bad(ret_why, " has an unfit value for", under);
        return 0;
    }
    return bad(ret_why, " has an unknown condition", value->string);
}

static int read_prop(struct filter_node *node, const struct nt_source *source, const cJSON *json,
                     const char *name, char ret_why[NOTION_WHY])
{
    int prop = notion_prop(source, name);
    if (prop < 0) {
        snprintf(ret_why, NOTION_WHY, "Could not find property with name or id: %.100s", name);
        return -1;
    }
    node->kind = FILTER_PROP;
    node->prop = (size_t)prop;
    node->type = source->props[prop].type;
    const char *type = nt_type_name(node->type);
    const cJSON *condition = cJSON_GetObjectItemCaseSensitive(json, type);
    if (!condition) {
        for (const cJSON *at = json->child; at; at = at->next)
            if (cJSON_IsObject(at)) {
                snprintf(ret_why, NOTION_WHY, "database property %s does not match filter %.40s",
                         type, at->string);
                return -1;
            }
        return bad(ret_why, " lacks a condition of type", type);
    }
    return read_condition(node, condition, type, ret_why);
}

static int read_node(struct nt_filter *filter, const struct nt_source *source, const cJSON *json,
                     unsigned depth, char ret_why[NOTION_WHY]);

static int read_compound(struct nt_filter *filter, const struct nt_source *source,
                         const cJSON *list, size_t own, unsigned depth, char ret_why[NOTION_WHY])
{
    const cJSON *item;
    if (!cJSON_IsArray(list) || depth >= FILTER_DEPTH)
        return bad(ret_why, " must be a list, at most two deep:", list->string);
    cJSON_ArrayForEach(item, list)
    {
        if (read_node(filter, source, item, depth + 1, ret_why) != 0)
            return -1;
    }
    filter->nodes[own].end = filter->count;
    return 0;
}

static int read_node(struct nt_filter *filter, const struct nt_source *source, const cJSON *json,
                     unsigned depth, char ret_why[NOTION_WHY])
{
    if (filter->count == FILTER_NODES)
        return bad(ret_why, " has more conditions than", "200");
    size_t own = filter->count++;
    struct filter_node *node = &filter->nodes[own];
    node->end = own + 1;
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(json, "and");
    node->kind = list ? FILTER_AND : FILTER_OR;
    list = list ? list : cJSON_GetObjectItemCaseSensitive(json, "or");
    if (list)
        return read_compound(filter, source, list, own, depth, ret_why);
    const char *stamp = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "timestamp"));
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "property"));
    if (name)
        return read_prop(node, source, json, name, ret_why);
    bool created = stamp && strcmp(stamp, "created_time") == 0;
    if (!created && (!stamp || strcmp(stamp, "last_edited_time") != 0))
        return bad(ret_why, " should have `property`, `timestamp`, `and` or", "or");
    node->kind = created ? FILTER_CREATED : FILTER_EDITED;
    return read_condition(node, cJSON_GetObjectItemCaseSensitive(json, stamp), stamp, ret_why);
}

int notion_filter_read(struct nt_filter *filter, const struct nt_source *source, const cJSON *json,
                       char ret_why[NOTION_WHY])
{
    return read_node(filter, source, json, 0, ret_why);
}

static bool match_order(enum filter_op op, double order)
{
    switch (op) {
    case OP_EQUALS:
        return !(order < 0) && !(order > 0);
    case OP_NOT_EQUALS:
        return order < 0 || order > 0;
    case OP_GREATER:
    case OP_AFTER:
        return order > 0;
    case OP_LESS:
    case OP_BEFORE:
        return order < 0;
    case OP_GREATER_OR_EQUAL:
    case OP_ON_OR_AFTER:
        return order >= 0;
    case OP_LESS_OR_EQUAL:
    case OP_ON_OR_BEFORE:
        return order <= 0;
    default:
        return false;
    }
}

static bool match_time(const struct filter_node *node, int64_t ms)
{
    return match_order(node->op, (double)(ms / MINUTE_MS * MINUTE_MS - node->time));
}

static bool match_text(const struct filter_node *node, const char *text)
{
    size_t length = strlen(text), wanted = node->text ? strlen(node->text) : 0;
    switch (node->op) {
    case OP_EQUALS:
        return strcmp(text, node->text) == 0;
    case OP_NOT_EQUALS:
        return strcmp(text, node->text) != 0;
    case OP_CONTAINS:
        return strstr(text, node->text) != NULL;
    case OP_NOT_CONTAINS:
        return strstr(text, node->text) == NULL;
    case OP_STARTS_WITH:
        return strncmp(text, node->text, wanted) == 0;
    case OP_ENDS_WITH:
        return length >= wanted && strcmp(text + length - wanted, node->text) == 0;
    default:
        return false;
    }
}

static bool list_has(const struct nt_value *value, enum nt_type type, const char *wanted)
{
    char id[37];
    if (type != NT_MULTI_SELECT && uuid_parse(wanted, id))
        wanted = id;
    for (size_t i = 0; value->kind == NV_LIST && i < value->list->count; i++)
        if (strcmp(value->list->items[i], wanted) == 0)
            return true;
    return false;
}

static bool match_prop(const struct filter_node *node, const struct nt_page *page)
{
    const struct nt_value *value = &page->values[node->prop];
    int64_t time;
    if (node->type == NT_CREATED_TIME || node->type == NT_EDITED_TIME)
        return match_time(node, node->type == NT_CREATED_TIME ? page->created : page->edited);
    if (node->op == OP_EMPTY || node->op == OP_NOT_EMPTY)
        return (value->kind == NV_EMPTY) == (node->op == OP_EMPTY);
    if (node->type == NT_CHECKBOX) {
        bool flag = value->kind == NV_FLAG && value->flag;
        return (flag == node->flag) == (node->op == OP_EQUALS);
    }
    if (node->type == NT_NUMBER)
        return value->kind == NV_NUMBER && match_order(node->op, value->number - node->number);
    if (node->type == NT_DATE) {
        char start[64];
        if (value->kind != NV_TEXT)
            return false;
        snprintf(start, sizeof start, "%.*s", (int)strcspn(value->text, "/"), value->text);
        return iso_parse(start, &time) && match_order(node->op, (double)(time - node->time));
    }
    if (node->type == NT_RELATION || node->type == NT_PEOPLE || node->type == NT_MULTI_SELECT)
        return list_has(value, node->type, node->text) == (node->op == OP_CONTAINS);
    char *text = nv_plain(value);
    bool match = match_text(node, text);
    free(text);
    return match;
}

static bool match_node(const struct nt_filter *filter, size_t index, const struct nt_page *page)
{
    const struct filter_node *node = &filter->nodes[index];
    if (node->kind == FILTER_CREATED || node->kind == FILTER_EDITED)
        return match_time(node, node->kind == FILTER_CREATED ? page->created : page->edited);
    if (node->kind == FILTER_PROP)
        return match_prop(node, page);
    for (size_t at = index + 1; at < node->end; at = filter->nodes[at].end)
        if (match_node(filter, at, page) == (node->kind == FILTER_OR))
            return node->kind == FILTER_OR;
    return node->kind == FILTER_AND;
}

bool notion_filter_match(const struct nt_filter *filter, const struct nt_page *page)
{
    return filter->count == 0 || match_node(filter, 0, page);
}
