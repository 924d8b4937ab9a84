/* notion.c: the store of the played Notion: data sources, pages, values. */
#include "tests/sandbox/notion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const type_names[NT_TYPES] = {
    [NT_TITLE] = "title",
    [NT_RICH_TEXT] = "rich_text",
    [NT_NUMBER] = "number",
    [NT_SELECT] = "select",
    [NT_MULTI_SELECT] = "multi_select",
    [NT_STATUS] = "status",
    [NT_DATE] = "date",
    [NT_CHECKBOX] = "checkbox",
    [NT_RELATION] = "relation",
    [NT_PEOPLE] = "people",
    [NT_URL] = "url",
    [NT_EMAIL] = "email",
    [NT_PHONE] = "phone_number",
    [NT_FILES] = "files",
    [NT_FORMULA] = "formula",
    [NT_ROLLUP] = "rollup",
    [NT_UNIQUE_ID] = "unique_id",
    [NT_CREATED_TIME] = "created_time",
    [NT_CREATED_BY] = "created_by",
    [NT_EDITED_TIME] = "last_edited_time",
    [NT_EDITED_BY] = "last_edited_by",
    [NT_BUTTON] = "button",
    [NT_VERIFICATION] = "verification",
};

const char *nt_type_name(enum nt_type type)
{
    return type_names[type];
}

struct nt_source *notion_source(struct notion *notion, const char *id)
{
    char canonical[37];
    if (!uuid_parse(id, canonical))
        return NULL;
    for (size_t i = 0; i < NOTION_SOURCES; i++)
        if (strcmp(notion->sources[i].id, canonical) == 0)
            return &notion->sources[i];
    return NULL;
}

struct nt_page *notion_page(struct notion *notion, const char *id)
{
    char canonical[37];
    if (!uuid_parse(id, canonical))
        return NULL;
    struct nt_page *page = strmap_get(&notion->pages, canonical);
    return page && !page->purged ? page : NULL;
}

struct nt_page *notion_new_page(struct notion *notion, struct nt_source *source, const char *id,
                                int64_t created)
{
    struct nt_page *page = sb_alloc(sizeof *page);
    if (id)
        snprintf(page->id, sizeof page->id, "%s", id);
    else
        rng_uuid(&notion->rng, page->id);
    page->source = (size_t)(source - notion->sources);
    page->order = source->page_count;
    page->created = page->edited = created;
    page->values = sb_alloc(source->prop_count * sizeof *page->values);
    if (source->page_count == source->page_room) {
        source->page_room = source->page_room ? source->page_room * 2 : 64;
        source->pages = sb_grow(source->pages, source->page_room, sizeof *source->pages);
    }
    source->pages[source->page_count++] = page;
    strmap_put(&notion->pages, page->id, page);
    notion->version++;
    return page;
}

int notion_prop(const struct nt_source *source, const char *name_or_id)
{
    for (size_t i = 0; i < source->prop_count; i++)
        if (strcmp(source->props[i].name, name_or_id) == 0)
            return (int)i;
    for (size_t i = 0; i < source->prop_count; i++)
        if (strcmp(source->props[i].id, name_or_id) == 0 ||
            strcmp(source->props[i].id_raw, name_or_id) == 0)
            return (int)i;
    return -1;
}

const char *notion_option_id(struct nt_prop *prop, const char *name)
{
    for (size_t i = 0; i < prop->option_count; i++)
        if (strcmp(prop->options[i].name, name) == 0)
            return prop->options[i].id;
    prop->options = sb_grow(prop->options, prop->option_count + 1, sizeof *prop->options);
    struct nt_option *option = &prop->options[prop->option_count];
    *option = (struct nt_option){.name = sb_dup(name)};
    /* Derived from the place, so that the same festival has the same ids. */
    struct rng rng = {.state = (prop->option_count + 1) * 7919u + (uint64_t)prop->type};
    rng_word(&rng, option->id, 4);
    prop->option_count++;
    return option->id;
}

void nv_clear(struct nt_value *value)
{
    if (value->kind == NV_TEXT)
        free(value->text);
    if (value->kind == NV_JSON)
        cJSON_Delete(value->json);
    if (value->kind == NV_LIST) {
        for (size_t i = 0; i < value->list->count; i++)
            free(value->list->items[i]);
        free(value->list->items);
        free(value->list);
    }
    *value = (struct nt_value){0};
}

void nv_text(struct nt_value *value, const char *text)
{
    nv_clear(value);
    if (!text || !*text)
        return;
    value->kind = NV_TEXT;
    value->text = sb_dup(text);
}

void nv_number(struct nt_value *value, double number)
{
    nv_clear(value);
    value->kind = NV_NUMBER;
    value->number = number;
}

void nv_flag(struct nt_value *value, bool flag)
{
    nv_clear(value);
    value->kind = NV_FLAG;
    value->flag = flag;
}

void nv_list_add(struct nt_value *value, const char *item)
{
    if (value->kind != NV_LIST) {
        nv_clear(value);
        value->kind = NV_LIST;
        value->list = sb_alloc(sizeof *value->list);
    }
    struct nt_list *list = value->list;
    list->items = sb_grow(list->items, list->count + 1, sizeof *list->items);
    list->items[list->count++] = sb_dup(item);
}

void nv_json(struct nt_value *value, cJSON *json)
{
    nv_clear(value);
    value->kind = NV_JSON;
    value->json = json;
}

bool nv_equal(const struct nt_value *a, const struct nt_value *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case NV_EMPTY:
        return true;
    case NV_TEXT:
        return strcmp(a->text, b->text) == 0;
    case NV_NUMBER:
        return !(a->number < b->number) && !(a->number > b->number);
    case NV_FLAG:
        return a->flag == b->flag;
    case NV_JSON:
        return cJSON_Compare(a->json, b->json, true);
    case NV_LIST:
        if (a->list->count != b->list->count)
            return false;
        for (size_t i = 0; i < a->list->count; i++)
            if (strcmp(a->list->items[i], b->list->items[i]) != 0)
                return false;
        return true;
    }
    return false;
}

char *nv_plain(const struct nt_value *value)
{
    if (value->kind == NV_TEXT)
        return sb_dup(value->text);
    size_t length = 0;
    for (size_t i = 0; value->kind == NV_LIST && i < value->list->count; i++)
        length += strlen(value->list->items[i]);
    char *text = sb_alloc(length + 1), *at = text;
    for (size_t i = 0; value->kind == NV_LIST && i < value->list->count; i++)
        at = stpcpy(at, value->list->items[i]);
    return text;
}

int notion_init(struct sandbox *sb)
{
    struct notion *notion = sb->notion = sb_alloc(sizeof *notion);
    notion->rng.state = sb->opt.seed ^ 0x6e6f74696f6eu;
    /* "An average of three requests a second", with bursts: ten seconds' worth. */
    limiter_init(&notion->limiter, 30, 10000 / sb->opt.speed);
    notion_build_schema(notion, sb_now_ms(sb));
    return 0;
}

static void free_source(struct nt_source *source)
{
    for (size_t i = 0; i < source->page_count; i++) {
        for (size_t p = 0; p < source->prop_count; p++)
            nv_clear(&source->pages[i]->values[p]);
        free(source->pages[i]->values);
        free(source->pages[i]);
    }
    for (size_t p = 0; p < source->prop_count; p++) {
        for (size_t o = 0; o < source->props[p].option_count; o++)
            free(source->props[p].options[o].name);
        free(source->props[p].options);
        free(source->props[p].name);
    }
    free(source->pages);
    free(source->props);
    free(source->name);
}

void notion_free(struct sandbox *sb)
{
    struct notion *notion = sb->notion;
    if (!notion)
        return;
    for (size_t i = 0; i < NOTION_SOURCES; i++)
        free_source(&notion->sources[i]);
    for (size_t i = 0; i < NOTION_DATABASES; i++)
        free(notion->databases[i].name);
    strmap_free(&notion->pages);
    free(notion->cache.key);
    free(notion->cache.pages);
    free(notion);
    sb->notion = NULL;
}
