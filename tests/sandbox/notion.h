/* notion.h: the world behind /notion: databases, data sources, pages. Internal to notion*.c, the
 * festival and the control calls. Everything is touched with sandbox.lock held. */
#ifndef SANDBOX_NOTION_H
#define SANDBOX_NOTION_H

#include "tests/sandbox/limiter.h"
#include "tests/sandbox/sandbox.h"
#include "tests/sandbox/util.h"

#define NOTION_VERSION     "2025-09-03"
#define NOTION_PAGE_SIZE   100
#define NOTION_PAGE_CUT    25    /* items of one property that a page object shows */
#define NOTION_QUERY_LIMIT 10000 /* rows after which a query stops */
#define NOTION_ARRAY_MAX   100
#define NOTION_TEXT_MAX    2000 /* UTF-16 units of one rich text item */
#define NOTION_PAYLOAD_MAX (500u * 1024)

enum nt_type {
    NT_TITLE,
    NT_RICH_TEXT,
    NT_NUMBER,
    NT_SELECT,
    NT_MULTI_SELECT,
    NT_STATUS,
    NT_DATE,
    NT_CHECKBOX,
    NT_RELATION,
    NT_PEOPLE,
    NT_URL,
    NT_EMAIL,
    NT_PHONE,
    NT_FILES,
    NT_FORMULA,
    NT_ROLLUP,
    NT_UNIQUE_ID,
    NT_CREATED_TIME,
    NT_CREATED_BY,
    NT_EDITED_TIME,
    NT_EDITED_BY,
    NT_BUTTON,
    NT_VERIFICATION,
    NT_TYPES
};

/* What a property holds, by its type: text (title and rich text of one item, select, status, url,
 * email, phone, date as start[/end[/zone]]), number, flag, list (title and rich text of several
 * items, multi_select, relation, people), raw JSON (all the rest, printed as it is). */
enum nv_kind { NV_EMPTY, NV_TEXT, NV_NUMBER, NV_FLAG, NV_LIST, NV_JSON };

struct nt_list {
    size_t count;
    char **items;
};

struct nt_value {
    enum nv_kind kind;
    union {
        char *text;
        double number;
        bool flag;
        struct nt_list *list;
        cJSON *json;
    };
};

struct nt_option {
    char id[8];
    char *name;
};

struct nt_prop {
    char id[24];     /* as the API shows it: percent-encoded */
    char id_raw[12]; /* as a URL path holds it after decoding */
    char *name;
    enum nt_type type;
    int target; /* relation: index of the data source it points into */
    struct nt_option *options;
    size_t option_count;
};

struct nt_page {
    char id[37];
    size_t source, order; /* order: place in its source, oldest first */
    int64_t created, edited;
    bool trashed, purged, by_person;
    struct nt_value *values; /* one per property of the source */
};

struct nt_source {
    char id[37], database[37];
    char *name;
    struct nt_prop *props;
    size_t prop_count;
    struct nt_page **pages;
    size_t page_count, page_room;
    int64_t created, edited;
    uint64_t version; /* moves with every edit of one of its pages */
};

struct nt_database {
    char id[37];
    char *name;
};

#define NOTION_SOURCES   9
#define NOTION_DATABASES 8

struct notion {
    struct nt_source sources[NOTION_SOURCES];
    struct nt_database databases[NOTION_DATABASES];
    struct strmap pages; /* id -> struct nt_page */
    struct rng rng;
    uint64_t version; /* moves with every change: a cached query result is of one version */
    struct limiter limiter;
    struct {
        char *key;
        uint64_t version;
        struct nt_page **pages;
        size_t count;
    } cache;
};

/* notion.c: the store */
const char *nt_type_name(enum nt_type type);
struct nt_source *notion_source(struct notion *notion, const char *id);
struct nt_page *notion_page(struct notion *notion, const char *id);
struct nt_page *notion_new_page(struct notion *notion, struct nt_source *source, const char *id,
                                int64_t created);
/* By name or id; -1 when there is none. */
int notion_prop(const struct nt_source *source, const char *name_or_id);
const char *notion_option_id(struct nt_prop *prop, const char *name);
void nv_clear(struct nt_value *value);
void nv_text(struct nt_value *value, const char *text); /* NULL or "" clears */
void nv_number(struct nt_value *value, double number);
void nv_flag(struct nt_value *value, bool flag);
void nv_list_add(struct nt_value *value, const char *item);
void nv_json(struct nt_value *value, cJSON *json);
bool nv_equal(const struct nt_value *a, const struct nt_value *b);
/* The plain text of a text-like value; the result is malloc'd. */
char *nv_plain(const struct nt_value *value);

/* notion_schema.c: the const tables of properties, and what GET of a schema answers */
void notion_build_schema(struct notion *notion, int64_t now);
cJSON *notion_source_json(const struct notion *notion, const struct nt_source *source);
cJSON *notion_database_json(const struct notion *notion, const struct nt_database *database);
cJSON *notion_text_item(const char *text);

/* notion_types.c: the pages that show every property type */
void notion_pour_types(struct notion *notion, int64_t now);

/* notion_json.c */
cJSON *notion_page_json(struct notion *notion, const struct nt_page *page, const bool *wanted);
cJSON *notion_property_json(struct notion *notion, const struct nt_page *page, size_t prop,
                            const char *cursor, size_t page_size);

/* notion_query.c; error texts of 400 answers go to ret_why */
#define NOTION_WHY 400
cJSON *notion_query(struct sandbox *sb, struct nt_source *source, const cJSON *body,
                    const bool *wanted, char ret_why[NOTION_WHY]);
cJSON *notion_search(struct sandbox *sb, const cJSON *body, char ret_why[NOTION_WHY]);
/* 0, or -1 when the number or cursor in the body is not acceptable. */
int notion_paging(const cJSON *body, size_t *ret_size, const char **ret_cursor,
                  char ret_why[NOTION_WHY]);

/* notion_write.c: checks everything, then writes all or nothing. Answers 0, or the HTTP status of
 * the refusal. page NULL: only a check for a page of source that is not there yet. */
int notion_write(struct sandbox *sb, struct nt_source *source, struct nt_page *page,
                 const cJSON *properties, char ret_why[NOTION_WHY]);
void notion_touch(struct sandbox *sb, struct nt_page *page, bool by_person);

/* notion_hand.c: /_sandbox/notion/...: what a person does there; false when the path is unknown */
bool notion_control(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply);

#endif
