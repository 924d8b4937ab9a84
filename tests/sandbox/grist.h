/* grist.h: the world behind /grist: documents with their tables, columns, history and attachments.
 * Rows live in SQLite (grist_sql.h), encoded as the real server encodes them. Internal to grist*.c,
 * the festival and the control calls.
 *
 * Whoever touches a document's tables has its turn (grist_turn.c) and sandbox.lock; only a client's
 * SELECT lets go of the lock meanwhile, which is why the turn is there. */
#ifndef SANDBOX_GRIST_H
#define SANDBOX_GRIST_H

#include "tests/sandbox/grist_sql.h"
#include "tests/sandbox/sandbox.h"
#include "tests/sandbox/util.h"

#define GRIST_DOCS_MAX    16
#define GRIST_IN_FLIGHT   10 /* requests of one document; what comes beyond is turned away */
#define GRIST_BODY_MAX    (1u << 20)
#define GRIST_URI_MAX     16000 /* longer requests get 431 */
#define GRIST_SQL_MS      1000  /* at any --speed: a slow machine must not break a good query */
#define GRIST_STATES_MAX  1000  /* actions that the history keeps */
#define GRIST_INLINE_ROWS 10    /* rows of one action whose values the history keeps */
#define GRIST_READ_MS     3.0   /* what a request costs at speed 1, and each row of it */
#define GRIST_WRITE_MS    8.0
#define GRIST_READ_ROW    0.008
#define GRIST_WRITE_ROW   0.1

enum gr_type {
    GR_TEXT,
    GR_CHOICE,
    GR_NUMERIC,
    GR_INT,
    GR_BOOL,
    GR_DATE,
    GR_DATETIME,
    GR_REF,
    GR_REFS,
    GR_ATTACHMENTS,
    GR_CHOICES,
    GR_ANY,
    GR_SORT, /* manualSort, the hidden first column of every table */
};

enum { GR_RECALC_DEPS, GR_RECALC_NEVER, GR_RECALC_EDITS };

struct gr_column {
    int64_t ref;
    char *id, *label, *formula, *options; /* options: widgetOptions */
    char *type;                           /* as the API shows it: "Ref:People" */
    enum gr_type kind;
    bool is_formula; /* computed, not writable; a formula without this is a trigger formula */
    int recalc_when;
    int64_t *deps; /* colRefs; for GR_RECALC_DEPS */
    size_t dep_count;
};

struct gr_table {
    int64_t ref;
    char *id;
    struct gr_column *columns; /* [0] is manualSort */
    size_t count;
};

/* One change of one row, as /compare tells it; cells: those that changed, few rows only. */
enum gr_change { GR_ADDED, GR_UPDATED, GR_REMOVED };
struct gr_delta {
    enum gr_change kind;
    int64_t table, row; /* table: its ref */
    size_t count;
    struct gr_cell_delta {
        int64_t column; /* its ref */
        struct gv before, after;
    } * cells;
};

struct gr_action {
    int64_t n;
    char hash[65];
    struct gr_delta *deltas;
    size_t count, room;
};

struct gr_file {
    char *name;
    struct gv bytes;
    int64_t at;
};

struct gr_doc {
    char id[23]; /* its first twelve letters will do in an address */
    char *name;
    bool trashed;
    int64_t created, updated;
    struct gsql *db;
    struct gr_table **tables;
    size_t table_count;
    int64_t tables_made, columns_made; /* refs are never given twice */
    struct gr_action *actions;         /* oldest first */
    size_t action_count;
    int64_t actions_made;
    struct gr_action open; /* of the request under way */
    struct gr_file *files; /* attachment 1 is files[0] */
    size_t file_count;
    int64_t last_us; /* of NOW(): it never repeats in a document */
    /* the turn */
    uint64_t next_ticket, serving;
    unsigned in_flight;
};

struct grist {
    struct gr_doc *docs[GRIST_DOCS_MAX];
    size_t count;
    struct rng rng;
};

/* ---- grist.c: documents */
struct gr_doc *grist_new_doc(struct sandbox *sb, const char *id, const char *name);
struct gr_doc *grist_doc(const struct grist *grist, const char *id);

/* ---- grist_turn.c: requests of a document run one after another, in the order they came */
/* Whether too many wait already; control calls do not ask. */
bool grist_busy(const struct sandbox *sb, const struct gr_doc *doc);
void grist_turn_begin(struct sandbox *sb, struct gr_doc *doc);
/* Keeps the turn for cost_ms of vendor time more, then hands it on. */
void grist_turn_end(struct sandbox *sb, struct gr_doc *doc, double cost_ms);

/* ---- grist_schema.c: tables and columns */
struct gr_column_spec {
    const char *id, *type, *formula, *label;
    bool is_formula;
    int recalc_when;
    const char *const *deps; /* NULL-terminated ids of columns before it */
};
struct gr_table *gr_table(const struct gr_doc *doc, const char *id_or_ref); /* NULL: none */
int gr_column(const struct gr_table *table, const char *id);                /* -1: none */
/* The table that a reference column points to; NULL for others, and when there is no such table. */
struct gr_table *gr_target(const struct gr_doc *doc, const struct gr_column *column);
struct gr_table *gr_new_table(struct gr_doc *doc, const char *id);
/* Appends a column with blank cells; a taken id gets a number behind it. Returns its index. */
size_t gr_add_column(struct gr_doc *doc, struct gr_table *table, const struct gr_column_spec *spec);
void gr_drop_column(struct gr_doc *doc, struct gr_table *table, size_t column);
void gr_drop_table(struct gr_doc *doc, struct gr_table *table);
/* Both change what rows look like and so write them anew. */
void gr_retype(struct gr_doc *doc, struct gr_table *table, size_t column, const char *type);
void gr_rename(struct gr_doc *doc, struct gr_table *table, size_t column, const char *id);
void gr_rename_table(struct gr_doc *doc, struct gr_table *table, const char *id);
void gr_free_table(struct gr_table *table);
/* Writes _grist_Tables and _grist_Tables_column anew. */
void gr_tell_schema(struct gr_doc *doc);

/* ---- grist_value.c: cells between JSON and SQLite */
/* What the column makes of a written value: anything is taken, what does not fit as text. parse:
 * texts are read as a person would mean them, as without ?noparse. */
struct gv gr_convert(const struct gr_column *column, const cJSON *value, bool parse);
struct gv gr_blank(const struct gr_column *column); /* of a fresh row */
/* A cell as the API shows it; *ret_error (borrowed from static memory or NULL) names the error in
 * it when it is one. */
cJSON *gr_cell_json(const struct gr_column *column, const struct gv *cell, bool typed,
                    const char **ret_error);
struct gv gr_list(const int64_t *ids, size_t count); /* as a RefList holds it */

/* ---- grist_marshal.c: Python's marshal format, in which odd cells are stored */
struct gv gr_marshal(const cJSON *value);
cJSON *gr_unmarshal(const struct gv *blob); /* NULL when it is none of ours */

/* ---- grist_rows.c: rows, and what follows from changing them */
struct gr_row {
    int64_t id;
    struct gv *cells; /* one per column of the table */
};
struct gr_rows {
    struct gr_row *items;
    size_t count, room;
};
/* where: SQL over the table's columns with ? for args, or NULL. Ordered by id; freed by the caller.
 */
struct gr_rows gr_read(struct gr_doc *doc, const struct gr_table *table, const char *where,
                       const struct gv *args, size_t count);
void gr_rows_free(struct gr_rows *rows, const struct gr_table *table);

/* A write: cells for some columns; values are the caller's. */
struct gr_set {
    size_t count;
    size_t *columns;
    struct gv *values;
};
/* wanted: the row's id, 0: the next one. Trigger formulas fill what the set does not name. Returns
 * the id. */
int64_t gr_insert(struct sandbox *sb, struct gr_doc *doc, struct gr_table *table, int64_t wanted,
                  const struct gr_set *set);
/* Returns whether anything changed. The row is there. */
bool gr_update(struct sandbox *sb, struct gr_doc *doc, struct gr_table *table, int64_t id,
               const struct gr_set *set);
/* Clears references to it; an unknown id is no row and no error. */
bool gr_remove(struct sandbox *sb, struct gr_doc *doc, struct gr_table *table, int64_t id);
bool gr_exists(struct gr_doc *doc, const struct gr_table *table, int64_t id);
double gr_now(struct sandbox *sb, struct gr_doc *doc);
/* Puts a whole row there, without a word to triggers and history. */
void gr_save(struct gr_doc *doc, const struct gr_table *table, int64_t id, const struct gv *cells);

/* ---- grist_history.c: one action per request that changed something */
void gr_note(struct gr_doc *doc, const struct gr_table *table, enum gr_change kind, int64_t row,
             const struct gv *before, const struct gv *after);
void gr_begin(struct gr_doc *doc);
/* keep: false takes everything back since gr_begin. */
void gr_end(struct sandbox *sb, struct gr_doc *doc, bool keep);
void gr_note_schema(struct sandbox *sb, struct gr_doc *doc); /* an action without rows */
cJSON *gr_states(const struct gr_doc *doc);
/* NULL with the status and words of the refusal. */
cJSON *gr_compare(const struct gr_doc *doc, const char *left, const char *right, int *ret_status,
                  char ret_why[GSQL_WHY]);
void gr_history_free(struct gr_doc *doc);

/* ---- one request, for the handlers */
enum gr_access { GR_NOBODY, GR_VIEWER, GR_PARTIAL, GR_OWNER }; /* partial: edits, sees not all */
struct gr_call {
    struct sandbox *sb;
    const struct sb_request *req;
    struct sb_reply *reply;
    struct gr_doc *doc;
    struct gr_table *table;
    enum gr_access access;
    cJSON *body; /* NULL without a JSON content type */
    char *segments[8];
    size_t count;
    double cost_ms; /* of vendor time */
    bool drop;      /* fault: answer as if it were done, and keep nothing */
};
void gr_fail(struct gr_call *call, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* 400 "Invalid payload" with details. */
void gr_bad_payload(struct gr_call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool gr_flag(const struct gr_call *call, const char *name);
/* The sentence of a JSON parser about a text it could not read. */
char *gr_json_trouble(const char *text);

/* ---- grist_list.c, grist_write.c, grist_upsert.c, grist_columns.c, grist_files.c: the handlers */
void gr_get_records(struct gr_call *call);
void gr_list_records(struct gr_call *call);
void gr_get_data(struct gr_call *call);
void gr_add_records(struct gr_call *call);
void gr_change_records(struct gr_call *call);
void gr_delete_records(struct gr_call *call);
void gr_upsert_records(struct gr_call *call);
void gr_get_tables(struct gr_call *call);
void gr_add_tables(struct gr_call *call);
void gr_change_tables(struct gr_call *call);
void gr_get_columns(struct gr_call *call);
void gr_add_columns(struct gr_call *call);
void gr_change_columns(struct gr_call *call);
void gr_delete_column(struct gr_call *call);
void gr_apply(struct gr_call *call);
void gr_list_files(struct gr_call *call);
void gr_get_file(struct gr_call *call);
void gr_download(struct gr_call *call);
void gr_upload(struct gr_call *call);
int64_t gr_add_file(struct gr_doc *doc, const char *name, const void *bytes, size_t length,
                    int64_t now);

/* grist_check.c: what must hold before a write; false with the refusal written */
enum gr_shape { GR_NEW_RECORD, GR_RECORD, GR_UPSERT_RECORD };
bool gr_check_records(struct gr_call *call, enum gr_shape shape);
bool gr_check_columns(struct gr_call *call, const cJSON *fields, bool id_too);
bool gr_check_writable(struct gr_call *call, const cJSON *fields);
/* Takes the values of fields as its columns hold them; gr_set_free. skip: a key that is no column.
 */
struct gr_set gr_set_of(const struct gr_call *call, const cJSON *fields, bool parse);
void gr_set_free(struct gr_set *set);

/* grist_hand.c: /_sandbox/grist/...: what a person does there; false when the path is unknown */
bool grist_control(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply);

#endif
