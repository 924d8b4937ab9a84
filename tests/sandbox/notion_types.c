/* notion_types.c: two pages that show every property type, one full and one empty. */
#include "tests/sandbox/ids.h"
#include "tests/sandbox/notion.h"

#include <stdio.h>
#include <string.h>

#define LONG_RELATION 40
#define LONG_TEXT     30
#define LONG_PEOPLE   27

static struct nt_value *prop(struct notion *notion, struct nt_page *page, const char *name)
{
    return &page->values[notion_prop(&notion->sources[page->source], name)];
}

static void raw(struct notion *notion, struct nt_page *page, const char *name, const char *json)
{
    nv_json(prop(notion, page, name), cJSON_Parse(json));
}

static void pour_plain(struct notion *notion, struct nt_page *page)
{
    nv_text(prop(notion, page, "Title"), "Все типы сразу 🙂");
    nv_number(prop(notion, page, "Number"), 12.5);
    nv_text(prop(notion, page, "Select"), "два");
    nv_list_add(prop(notion, page, "Multi"), "красный");
    nv_list_add(prop(notion, page, "Multi"), "синий");
    nv_text(prop(notion, page, "Status"), "In progress");
    nv_text(prop(notion, page, "Date"), "2026-07-05");
    nv_text(prop(notion, page, "Date range"),
            "2026-07-05T10:00:00.000+03:00/2026-07-07T18:30:00.000+03:00");
    nv_flag(prop(notion, page, "Checkbox"), true);
    nv_text(prop(notion, page, "URL"), "https://example.org/festival?a=1");
    nv_text(prop(notion, page, "Email"), "all@example.org");
    nv_text(prop(notion, page, "Phone"), "+7 (916) 123-45-67");
}

static void pour_lists(struct notion *notion, struct nt_page *page)
{
    const struct nt_source *people = notion_source(notion, SB_DS_PEOPLE);
    for (int i = 0; i < LONG_TEXT; i++) {
        char text[64];
        snprintf(text, sizeof text, "кусок %d; ", i + 1);
        nv_list_add(prop(notion, page, "Text"), text);
    }
    for (size_t i = 0; i < people->page_count && i < LONG_RELATION; i++)
        nv_list_add(prop(notion, page, "Relation"), people->pages[i]->id);
    for (int i = 0; i < LONG_PEOPLE; i++) {
        char id[37];
        snprintf(id, sizeof id, "5e000000-0000-4000-8000-0000000000%02x", 0xe1 + i);
        nv_list_add(prop(notion, page, "People"), id);
    }
}

static void pour_computed(struct notion *notion, struct nt_page *page)
{
    raw(notion, page, "Files",
        "[{\"name\":\"a.jpg\",\"type\":\"external\",\"external\":{\"url\":\"https://example.org/"
        "a.jpg\"}},{\"name\":\"b.png\",\"type\":\"file\",\"file\":{\"url\":\"https://files.example."
        "org/b.png?signature=1\",\"expiry_time\":\"2026-07-05T11:00:00.000Z\"}}]");
    raw(notion, page, "Formula string", "{\"type\":\"string\",\"string\":\"итог\"}");
    raw(notion, page, "Formula number", "{\"type\":\"number\",\"number\":42}");
    raw(notion, page, "Formula boolean", "{\"type\":\"boolean\",\"boolean\":true}");
    raw(notion, page, "Formula date",
        "{\"type\":\"date\",\"date\":{\"start\":\"2026-07-05\",\"end\":null,\"time_zone\":null}}");
    raw(notion, page, "Rollup number", "{\"type\":\"number\",\"number\":3,\"function\":\"count\"}");
    raw(notion, page, "Rollup array",
        "{\"type\":\"array\",\"array\":[{\"type\":\"number\",\"number\":1},{\"type\":\"rich_text\","
        "\"rich_text\":[]}],\"function\":\"show_original\"}");
    raw(notion, page, "Rollup incomplete",
        "{\"type\":\"incomplete\",\"incomplete\":{},\"function\":\"sum\"}");
    raw(notion, page, "ID", "{\"prefix\":\"P\",\"number\":12}");
    raw(notion, page, "Verification",
        "{\"state\":\"verified\",\"verified_by\":{\"object\":\"user\",\"id\":\"" SB_NOTION_USER
        "\"},\"date\":{\"start\":\"2026-06-01T00:00:00.000Z\",\"end\":null,\"time_zone\":null}}");
}

static void pour_empty(struct notion *notion, struct nt_page *page)
{
    raw(notion, page, "Formula string", "{\"type\":\"string\",\"string\":null}");
    raw(notion, page, "Formula number", "{\"type\":\"number\",\"number\":null}");
    raw(notion, page, "Formula boolean", "{\"type\":\"boolean\",\"boolean\":false}");
    raw(notion, page, "Formula date", "{\"type\":\"date\",\"date\":null}");
    raw(notion, page, "Rollup number",
        "{\"type\":\"number\",\"number\":null,\"function\":\"sum\"}");
    raw(notion, page, "Rollup array",
        "{\"type\":\"array\",\"array\":[],\"function\":\"show_original\"}");
    raw(notion, page, "Rollup incomplete",
        "{\"type\":\"unsupported\",\"unsupported\":{},\"function\":\"sum\"}");
    raw(notion, page, "ID", "{\"prefix\":null,\"number\":13}");
    raw(notion, page, "Verification",
        "{\"state\":\"unverified\",\"verified_by\":null,\"date\":null}");
}

void notion_pour_types(struct notion *notion, int64_t now)
{
    struct nt_source *source = notion_source(notion, SB_DS_TYPES);
    struct nt_page *full = notion_new_page(notion, source, NULL, now - 3 * DAY_MS);
    pour_plain(notion, full);
    pour_lists(notion, full);
    pour_computed(notion, full);
    struct nt_page *empty = notion_new_page(notion, source, NULL, now - 2 * DAY_MS);
    pour_empty(notion, empty);
}
