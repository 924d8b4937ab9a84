/* coda.h: the world behind /coda: one document with its tables, and the queue of accepted writes
 * that become visible a little later. Internal to coda*.c, the festival and the control calls. */
#ifndef SANDBOX_CODA_H
#define SANDBOX_CODA_H

#include "tests/sandbox/limiter.h"
#include "tests/sandbox/sandbox.h"
#include "tests/sandbox/util.h"

#define CODA_SETTLE_MS    3000 /* "generally a few seconds", at speed 1 */
#define CODA_ROWS_DEFAULT 25
#define CODA_ROWS_MAX     500
#define CODA_COLUMNS_MAX  100
#define CODA_PENDING_MAX  10000
#define CODA_DONE_KEPT    10000 /* finished request ids that mutationStatus still knows */
#define CODA_TABLES       4
#define CODA_FOLLOWED     2

/* The tables, in the order of coda_schema.c. */
enum { CODA_PART, CODA_PEOPLE, CODA_TEAMS, CODA_ARRIVALS };

enum cd_type { CD_TEXT, CD_NUMBER, CD_SELECT, CD_DATE, CD_LOOKUP, CD_CHECKBOX };
enum cc_kind { CC_EMPTY, CC_TEXT, CC_NUMBER, CC_FLAG, CC_REFS };

struct cd_cell {
    enum cc_kind kind;
    uint32_t count; /* CC_REFS: numbers of rows of the target table */
    union {
        char *text;
        double number;
        bool flag;
        uint32_t *rows;
    };
};

struct cd_column {
    char id[16];
    char *name;
    enum cd_type type;
    bool calculated, display;
    int target;     /* lookup: index of the table */
    int via;        /* calculated: the lookup column whose target's notion_id it shows */
    char **options; /* select */
    size_t option_count;
};

struct cd_row {
    char id[16];
    uint32_t number; /* place in its table, never changes */
    int64_t created, updated;
    uint64_t revision; /* of the document, at the row's last change */
    bool deleted;
    struct cd_cell *cells; /* a calculated column's own text, if any, overrides its formula */
};

struct cd_table {
    const char *id;
    char *name;
    struct cd_column *columns;
    size_t column_count;
    struct cd_row **rows;
    size_t row_count, row_room, live;
    int64_t created, updated;
};

enum cm_kind { CM_INSERT, CM_UPSERT, CM_UPDATE, CM_DELETE };

/* One accepted write; values are taken from json when it is applied. */
struct cd_mutation {
    enum cm_kind kind;
    char request_id[48];
    int64_t due;
    size_t table;
    cJSON *json;     /* the request's body, owned */
    char (*ids)[16]; /* rows to insert, update or delete */
    size_t id_count;
    bool drop; /* fault: completes without effect */
};

struct coda {
    struct cd_table tables[CODA_TABLES];
    struct strmap rows;     /* id -> struct cd_row, of all tables */
    struct strmap mirrored; /* id of a Notion page -> its row in Люди or Службы */
    uint64_t followed[CODA_FOLLOWED]; /* versions of those data sources, as they were mirrored */
    struct rng rng;
    uint64_t revision;
    struct cd_mutation pending[CODA_PENDING_MAX];
    size_t pending_count;
    char (*done)[48]; /* ring of finished request ids */
    uint64_t done_count;
    struct limiter reads, writes;
};

/* coda.c: the store */
int coda_table(const struct coda *coda, const char *id_or_name);
int coda_column(const struct cd_table *table, const char *id_or_name);
struct cd_row *coda_new_row(struct coda *coda, size_t table, const char *id, int64_t now);
struct cd_row *coda_row(struct coda *coda, size_t table, const char *id);
void coda_delete_row(struct coda *coda, size_t table, struct cd_row *row, int64_t now);
void coda_touch(struct coda *coda, struct cd_row *row, int64_t now);
void cc_clear(struct cd_cell *cell);
void cc_text(struct cd_cell *cell, const char *text);
void cc_number(struct cd_cell *cell, double number);
void cc_ref(struct cd_cell *cell, uint32_t row);
/* The name of a row: what its display column shows. The result is borrowed or "". */
const char *coda_row_name(const struct cd_table *table, const struct cd_row *row);
/* Text of a cell as a person would see it, formula included; malloc'd. */
char *coda_plain(const struct coda *coda, size_t table, const struct cd_row *row, size_t column);

/* coda_schema.c */
void coda_build_schema(struct coda *coda, int64_t now);
/* prefix is the address of the document in the API, for the href members. */
cJSON *coda_table_json(const struct cd_table *table, const char *prefix, bool whole);
cJSON *coda_column_json(const struct coda *coda, const struct cd_table *table, size_t column,
                        const char *prefix);

/* coda_json.c */
enum cd_format { CF_SIMPLE, CF_ARRAYS, CF_RICH };
struct cd_view {
    enum cd_format format;
    bool names; /* useColumnNames */
    const char *prefix;
};
cJSON *coda_row_json(const struct coda *coda, size_t table, const struct cd_row *row,
                     const struct cd_view *view);

/* coda_rows.c: the listing of rows; NULL with the error in ret_why */
#define CODA_WHY 240
cJSON *coda_list_rows(struct sandbox *sb, const struct sb_request *req, size_t table,
                      const char *prefix, char ret_why[CODA_WHY]);
bool coda_read_format(const char *text, enum cd_format *ret_format);

/* coda_write.c: accepting writes, and applying what is due */
int coda_accept(struct sandbox *sb, size_t table, const char *method, const char *row,
                const cJSON *body, cJSON **ret_answer, char ret_why[CODA_WHY]);
void coda_settle(struct sandbox *sb);
bool coda_finished(const struct coda *coda, const char *request_id);
/* Sets one cell from a plain JSON value, as the API and a person's hand do. */
void coda_set_cell(struct coda *coda, size_t table, struct cd_row *row, size_t column,
                   const cJSON *value);

/* coda_follow.c: the row of a person's or team's page gets that name; made where there is none */
struct nt_page;
struct cd_row *coda_mirror(struct coda *coda, size_t table, const struct nt_page *page,
                           const char *name, int64_t now);
/* Takes over what was edited in Notion since. */
void coda_follow(struct sandbox *sb);

/* coda_hand.c: /_sandbox/coda/...; false when the path is unknown */
bool coda_control(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply);

#endif
