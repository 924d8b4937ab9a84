/* grist_sql.c: see grist_sql.h. */
#include "tests/sandbox/grist_sql.h"
#include "tests/sandbox/util.h"

#include <ctype.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPS_BETWEEN_LOOKS 1000 /* instructions of SQLite between two looks at the clock */
#define WHOLE_MAX         9e15

struct gsql {
    sqlite3 *db;
    int64_t deadline; /* of the client's statement under way */
};

/* ---------------------------------------------------------------- values */

struct gv gv_int(int64_t number)
{
    return (struct gv){.kind = GV_INT, .integer = number};
}

struct gv gv_real(double number)
{
    if (floor(number) == number && fabs(number) < WHOLE_MAX)
        return gv_int((int64_t)number);
    return (struct gv){.kind = GV_REAL, .real = number};
}

struct gv gv_text(const char *text)
{
    return gv_take(sb_dup(text));
}

struct gv gv_take(char *text)
{
    return (struct gv){.kind = GV_TEXT, .text = text, .length = strlen(text)};
}

struct gv gv_blob(const void *bytes, size_t length)
{
    struct gv value = {.kind = GV_BLOB, .text = sb_alloc(length + 1), .length = length};
    memcpy(value.text, bytes, length);
    return value;
}

struct gv gv_copy(const struct gv *value)
{
    if (value->kind == GV_TEXT)
        return gv_text(value->text);
    return value->kind == GV_BLOB ? gv_blob(value->text, value->length) : *value;
}

void gv_clear(struct gv *value)
{
    if (value->kind == GV_TEXT || value->kind == GV_BLOB)
        free(value->text);
    *value = (struct gv){0};
}

bool gv_is_number(const struct gv *value)
{
    return value->kind == GV_INT || value->kind == GV_REAL;
}

double gv_number(const struct gv *value)
{
    return value->kind == GV_INT ? (double)value->integer
                                 : (value->kind == GV_REAL ? value->real : 0);
}

bool gv_equal(const struct gv *a, const struct gv *b)
{
    if (gv_is_number(a) && gv_is_number(b))
        return gv_number(a) == gv_number(b);
    if (a->kind != b->kind)
        return false;
    return a->kind == GV_NULL ||
           (a->length == b->length && memcmp(a->text, b->text, a->length) == 0);
}

cJSON *gsql_json_number(double number)
{
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, number);
        if (strtod(text, NULL) == number)
            break;
    }
    return isfinite(number) ? cJSON_CreateRaw(text) : cJSON_CreateNull();
}

/* ---------------------------------------------------------------- the sandbox's own statements */

struct gsql *gsql_open(void)
{
    struct gsql *db = sb_alloc(sizeof *db);
    if (sqlite3_open_v2(":memory:", &db->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) ==
        SQLITE_OK)
        return db;
    fputs("rosterd-sandbox: SQLite gives no database in memory\n", stderr);
    abort();
}

void gsql_close(struct gsql *db)
{
    if (!db)
        return;
    sqlite3_close(db->db);
    free(db);
}

static int bind(sqlite3_stmt *stmt, int at, const struct gv *value)
{
    switch (value->kind) {
    case GV_INT:
        return sqlite3_bind_int64(stmt, at, value->integer);
    case GV_REAL:
        return sqlite3_bind_double(stmt, at, value->real);
    case GV_TEXT:
        return sqlite3_bind_text(stmt, at, value->text, -1, SQLITE_STATIC);
    case GV_BLOB:
        return sqlite3_bind_blob(stmt, at, value->text, (int)value->length, SQLITE_STATIC);
    case GV_NULL:
        break;
    }
    return sqlite3_bind_null(stmt, at);
}

/* Borrowed from the statement. */
static struct gv column(sqlite3_stmt *stmt, int at)
{
    struct gv value = {0};
    switch (sqlite3_column_type(stmt, at)) {
    case SQLITE_INTEGER:
        return gv_int(sqlite3_column_int64(stmt, at));
    case SQLITE_FLOAT:
        value.kind = GV_REAL;
        value.real = sqlite3_column_double(stmt, at);
        return value;
    case SQLITE_NULL:
        return value;
    case SQLITE_BLOB:
        value.kind = GV_BLOB;
        value.text = (char *)(uintptr_t)sqlite3_column_blob(stmt, at);
        break;
    default:
        value.kind = GV_TEXT;
        value.text = (char *)(uintptr_t)sqlite3_column_text(stmt, at);
        break;
    }
    value.length = (size_t)sqlite3_column_bytes(stmt, at);
    return value;
}

static _Noreturn void mistake(struct gsql *db, const char *sql)
{
    fprintf(stderr, "rosterd-sandbox: SQLite: %s in: %s\n", sqlite3_errmsg(db->db), sql);
    abort();
}

void gsql_do(struct gsql *db, const char *sql, const struct gv *args, size_t count,
             gsql_row_fn *row, void *ctx)
{
    sqlite3_stmt *stmt = NULL;
    int got;
    if (sqlite3_prepare_v2(db->db, sql, -1, &stmt, NULL) != SQLITE_OK)
        mistake(db, sql);
    for (size_t i = 0; i < count; i++)
        if (bind(stmt, (int)i + 1, &args[i]) != SQLITE_OK)
            mistake(db, sql);
    size_t columns = (size_t)sqlite3_column_count(stmt);
    struct gv *values = sb_alloc(columns * sizeof *values);
    while ((got = sqlite3_step(stmt)) == SQLITE_ROW) {
        for (size_t i = 0; i < columns; i++)
            values[i] = column(stmt, (int)i);
        if (row)
            row(ctx, values, columns);
    }
    free(values);
    if (got != SQLITE_DONE)
        mistake(db, sql);
    sqlite3_finalize(stmt);
}

static void take_number(void *ctx, const struct gv *values, size_t count)
{
    if (count)
        *(int64_t *)ctx = (int64_t)gv_number(&values[0]);
}

int64_t gsql_number(struct gsql *db, const char *sql)
{
    int64_t number = 0;
    gsql_do(db, sql, NULL, 0, take_number, &number);
    return number;
}

char *gsql_name(const char *name)
{
    char *quoted = sb_alloc(strlen(name) * 2 + 3), *at = quoted;
    *at++ = '"';
    for (; *name; name++) {
        if (*name == '"')
            *at++ = '"';
        *at++ = *name;
    }
    *at++ = '"';
    return quoted;
}

/* ---------------------------------------------------------------- a client's statement */

static int look_at_clock(void *ctx)
{
    const struct gsql *db = ctx;
    return wall_ms() > db->deadline;
}

static cJSON *value_json(const struct gv *value)
{
    if (gv_is_number(value))
        return gsql_json_number(gv_number(value));
    if (value->kind == GV_TEXT)
        return cJSON_CreateString(value->text);
    if (value->kind == GV_NULL)
        return cJSON_CreateNull();
    cJSON *json = cJSON_CreateObject(); /* as Node prints its buffers */
    cJSON_AddStringToObject(json, "type", "Buffer");
    cJSON *data = cJSON_AddArrayToObject(json, "data");
    for (size_t i = 0; i < value->length; i++)
        cJSON_AddItemToArray(data, cJSON_CreateNumber((unsigned char)value->text[i]));
    return json;
}

static int refuse(struct gsql *db, int code, char why[GSQL_WHY])
{
    code &= 0xff;
    if (code == SQLITE_INTERRUPT)
        snprintf(why, GSQL_WHY, "a slow statement resulted in a database interrupt");
    else
        snprintf(why, GSQL_WHY, "%s: %s", code == SQLITE_RANGE ? "SQLITE_RANGE" : "SQLITE_ERROR",
                 sqlite3_errmsg(db->db));
    return code == SQLITE_RANGE ? 500 : 400;
}

static int bind_args(sqlite3_stmt *stmt, const cJSON *args)
{
    const cJSON *arg;
    int at = 0, code = SQLITE_OK;
    cJSON_ArrayForEach(arg, args)
    {
        struct gv value = {0};
        if (cJSON_IsNumber(arg))
            value = gv_real(arg->valuedouble);
        else if (cJSON_IsBool(arg))
            value = gv_int(cJSON_IsTrue(arg));
        else if (cJSON_IsString(arg))
            value = (struct gv){.kind = GV_TEXT, .text = arg->valuestring};
        code = bind(stmt, ++at, &value); /* a text is the caller's and outlives the statement */
        if (code != SQLITE_OK)
            break;
    }
    return code;
}

static int read_answer(sqlite3_stmt *stmt, cJSON *records)
{
    int got;
    while ((got = sqlite3_step(stmt)) == SQLITE_ROW) {
        cJSON *record = cJSON_CreateObject(), *fields = cJSON_AddObjectToObject(record, "fields");
        for (int i = 0; i < sqlite3_column_count(stmt); i++) {
            struct gv value = column(stmt, i);
            cJSON_AddItemToObject(fields, sqlite3_column_name(stmt, i), value_json(&value));
        }
        cJSON_AddItemToArray(records, record);
    }
    return got == SQLITE_DONE ? SQLITE_OK : got;
}

int gsql_ask(struct gsql *db, const char *sql, const cJSON *args, int64_t limit_ms,
             cJSON **ret_records, char why[GSQL_WHY])
{
    sqlite3_stmt *stmt = NULL;
    const char *rest = NULL;
    if (!strcasestr(sql, "select")) {
        snprintf(why, GSQL_WHY, "only select statements are supported");
        return 400;
    }
    size_t length = strlen(sql);
    length -= length && sql[length - 1] == ';';
    /* wrapped, as the real server does it, so that it can be nothing but a SELECT */
    char *wrapped = sb_printf("select * from (%.*s)", (int)length, sql);
    cJSON *records = cJSON_CreateArray();
    db->deadline = wall_ms() + limit_ms;
    sqlite3_progress_handler(db->db, OPS_BETWEEN_LOOKS, look_at_clock, db);
    int code = sqlite3_prepare_v2(db->db, wrapped, -1, &stmt, &rest);
    if (code == SQLITE_OK && (!sqlite3_stmt_readonly(stmt) || *rest))
        code = SQLITE_ERROR;
    if (code == SQLITE_OK)
        code = bind_args(stmt, args);
    if (code == SQLITE_OK)
        code = read_answer(stmt, records);
    int status = code == SQLITE_OK ? 200 : refuse(db, code, why);
    sqlite3_progress_handler(db->db, 0, NULL, NULL);
    sqlite3_finalize(stmt);
    free(wrapped);
    if (status != 200)
        cJSON_Delete(records);
    else
        *ret_records = records;
    return status;
}
