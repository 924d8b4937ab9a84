/* json.h: bounded JSON in and out, over cJSON. Pure; any thread.
 *
 * A cJSON tree lives and dies inside one codec function: what it says is copied out (arena) before
 * the tree is freed with AUTO_JSON. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "store/base/buf.h"
#include "store/base/err.h"

#include <cjson/cJSON.h>

#define AUTO_JSON CLEANUP(json_free_ptr) cJSON
void json_free_ptr(cJSON **p);

/* Parses the n bytes at text as one JSON value. Errors (ERR_DATA): not JSON, nested too deep
 * (cJSON's limit of 1000), trailing text, invalid UTF-8. *ret is owned by the caller. */
int json_parse(const char *text, size_t n, cJSON **ret, struct err *err);

/* The same of an answer that must be an object; the errors say "the answer". */
int json_parse_object(const char *text, size_t n, cJSON **ret, struct err *err);

/* A member by its name, whatever is in it (dots too); NULL when absent, or object is none. */
const cJSON *json_member(const cJSON *object, const char *key);
const char *json_member_text(const cJSON *object, const char *key);     /* NULL when no string */
const char *json_member_nonempty(const cJSON *object, const char *key); /* NULL for "" as well */

/* Walks a path such as "result.chat.id" or "items.0.name" (a number indexes an array); NULL when
 * any step is missing. Owned by root. */
const cJSON *json_at(const cJSON *root, const char *path);

/* The value at path when it has that type, else the fallback. Text is owned by root. */
const char *json_text(const cJSON *root, const char *path); /* NULL when absent or no string */
bool json_bool(const cJSON *root, const char *path);        /* false when absent */
/* Integral numbers only (52 bits are exact, enough for Telegram's ids). */
bool json_i64(const cJSON *root, const char *path, int64_t *ret);

/* Prints tree compactly and frees it. The caller frees the text. */
char *json_take(cJSON *tree);

/* Appends s as a quoted JSON string. */
void json_quote(struct buf *b, const char *s);

/* Appends a number the shortest way that reads back the same: 2026, not 2026.0. */
void json_number(struct buf *b, double n);

#endif
