/* grist_sql.h: the tables behind /grist, in an SQLite database in memory, as the real server keeps
 * them in a file: so that /sql answers what it would. The sandbox's only door to SQLite.
 *
 * A value owns its text; a row handed to a callback is borrowed for the call. One database belongs
 * to one document and is used by whoever has that document's turn (grist.h). */
#ifndef SANDBOX_GRIST_SQL_H
#define SANDBOX_GRIST_SQL_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gv_kind { GV_NULL, GV_INT, GV_REAL, GV_TEXT, GV_BLOB };

struct gv {
    enum gv_kind kind;
    int64_t integer;
    double real;
    char *text;    /* GV_TEXT, and the bytes of a GV_BLOB */
    size_t length; /* of the bytes */
};

struct gv gv_int(int64_t number);
struct gv gv_real(double number); /* GV_INT when it is a whole number, as SQLite would store it */
struct gv gv_text(const char *text);
struct gv gv_take(char *text); /* the text becomes the value's */
struct gv gv_blob(const void *bytes, size_t length);
struct gv gv_copy(const struct gv *value);
void gv_clear(struct gv *value);
bool gv_equal(const struct gv *a, const struct gv *b);
bool gv_is_number(const struct gv *value);
double gv_number(const struct gv *value); /* of a number; else 0 */

struct gsql;
struct gsql *gsql_open(void);
void gsql_close(struct gsql *db); /* takes NULL */

typedef void gsql_row_fn(void *ctx, const struct gv *values, size_t count);

/* One statement of the sandbox's own; row (may be NULL) sees each row. A statement that SQLite
 * refuses is a mistake of the sandbox and ends the process. */
void gsql_do(struct gsql *db, const char *sql, const struct gv *args, size_t count,
             gsql_row_fn *row, void *ctx);
/* The single number that it answers; 0 when there is none. */
int64_t gsql_number(struct gsql *db, const char *sql);
/* "a" -> "\"a\"", for names of tables and columns; malloc'd. */
char *gsql_name(const char *name);

#define GSQL_WHY 300

/* A client's SELECT. Returns 200 with the array of {"fields": …} in *ret_records, or the status of
 * the refusal with its words in ret_why. Runs at most limit_ms. Touches nothing but db. */
int gsql_ask(struct gsql *db, const char *sql, const cJSON *args, int64_t limit_ms,
             cJSON **ret_records, char ret_why[GSQL_WHY]);

/* A number as JavaScript prints it: as few digits as tell it from its neighbours. */
cJSON *gsql_json_number(double number);

#endif
