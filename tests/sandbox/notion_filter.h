/* notion_filter.h: the filter of a query, read once and then asked for every page. */
#ifndef SANDBOX_NOTION_FILTER_H
#define SANDBOX_NOTION_FILTER_H

#include "tests/sandbox/notion.h"

#define FILTER_NODES 200
#define FILTER_DEPTH 3 /* Notion allows compound filters two deep */

enum filter_op {
    OP_EQUALS,
    OP_NOT_EQUALS,
    OP_CONTAINS,
    OP_NOT_CONTAINS,
    OP_STARTS_WITH,
    OP_ENDS_WITH,
    OP_EMPTY,
    OP_NOT_EMPTY,
    OP_GREATER,
    OP_LESS,
    OP_GREATER_OR_EQUAL,
    OP_LESS_OR_EQUAL,
    OP_AFTER,
    OP_BEFORE,
    OP_ON_OR_AFTER,
    OP_ON_OR_BEFORE,
    OPS
};

enum filter_kind { FILTER_AND, FILTER_OR, FILTER_CREATED, FILTER_EDITED, FILTER_PROP };

/* Children of a compound node follow it; end is the index after the last of them. */
struct filter_node {
    enum filter_kind kind;
    enum filter_op op;
    enum nt_type type;
    size_t prop, end;
    const char *text; /* borrowed from the request */
    double number;
    int64_t time;
    bool flag;
};

struct nt_filter {
    struct filter_node nodes[FILTER_NODES];
    size_t count; /* 0: everything matches */
};

int notion_filter_read(struct nt_filter *filter, const struct nt_source *source, const cJSON *json,
                       char ret_why[NOTION_WHY]);
bool notion_filter_match(const struct nt_filter *filter, const struct nt_page *page);

#endif
