#include "store/base/json.h"

#include "store/base/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void json_free_ptr(cJSON **p)
{
    cJSON_Delete(*p);
}

int json_parse(const char *text, size_t n, cJSON **ret, struct err *err)
{
    if (!utf8_valid(text, n))
        return err_set(err, ERR_DATA, "not valid UTF-8");
    const char *end = NULL;
    cJSON *tree = cJSON_ParseWithLengthOpts(text, n, &end, 0);
    if (!tree) {
        size_t at = end && end >= text && end <= text + n ? (size_t)(end - text) : 0;
        return err_set(err, ERR_DATA, "not JSON, at byte %zu of %zu", at, n);
    }
    while (end < text + n && strchr(" \t\r\n", *end))
        end++;
    if (end < text + n) {
        cJSON_Delete(tree);
        return err_set(err, ERR_DATA, "text after the JSON value, at byte %zu",
                       (size_t)(end - text));
    }
    *ret = tree;
    return 0;
}

int json_parse_object(const char *text, size_t n, cJSON **ret, struct err *err)
{
    if (json_parse(text, n, ret, err))
        return err_wrap(err, "the answer");
    if (!cJSON_IsObject(*ret))
        return err_set(err, ERR_DATA, "the answer is no object");
    return 0;
}

const cJSON *json_member(const cJSON *object, const char *key)
{
    return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, key) : NULL;
}

const char *json_member_text(const cJSON *object, const char *key)
{
    const cJSON *v = json_member(object, key);
    return cJSON_IsString(v) ? v->valuestring : NULL;
}

const char *json_member_nonempty(const cJSON *object, const char *key)
{
    const char *text = json_member_text(object, key);
    return text && *text ? text : NULL;
}

const cJSON *json_at(const cJSON *node, const char *path)
{
    while (node && *path) {
        char key[128];
        size_t n = strcspn(path, ".");
        if (n >= sizeof key)
            return NULL;
        memcpy(key, path, n);
        key[n] = '\0';
        int64_t index;
        if (cJSON_IsArray(node) && base_parse_i64(key, 0, INT32_MAX, &index))
            node = cJSON_GetArrayItem(node, (int)index);
        else
            node = json_member(node, key);
        path += n + (path[n] == '.');
    }
    return node;
}

const char *json_text(const cJSON *root, const char *path)
{
    const cJSON *v = json_at(root, path);
    return cJSON_IsString(v) ? v->valuestring : NULL;
}

bool json_bool(const cJSON *root, const char *path)
{
    return cJSON_IsTrue(json_at(root, path));
}

bool json_i64(const cJSON *root, const char *path, int64_t *ret)
{
    const cJSON *v = json_at(root, path);
    if (!cJSON_IsNumber(v) || floor(v->valuedouble) < v->valuedouble ||
        fabs(v->valuedouble) > 9007199254740992.0)
        return false;
    *ret = (int64_t)v->valuedouble;
    return true;
}

char *json_take(cJSON *tree)
{
    char *text = cJSON_PrintUnformatted(tree);
    cJSON_Delete(tree);
    return text ? text : xstrdup("null");
}

void json_quote(struct buf *b, const char *s)
{
    buf_addc(b, '"');
    const char *plain = s; /* what needs no escape goes over in one piece */
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_addn(b, plain, (size_t)(s - plain));
        plain = s + 1;
        if (c == '"' || c == '\\')
            buf_addf(b, "\\%c", c);
        else if (c == '\n')
            buf_add(b, "\\n");
        else
            buf_addf(b, "\\u%04x", c);
    }
    buf_addn(b, plain, (size_t)(s - plain));
    buf_addc(b, '"');
}

void json_number(struct buf *b, double n)
{
    if (!isfinite(n)) {
        buf_add(b, "null");
    } else if (floor(n) >= n && fabs(n) < 9007199254740992.0) {
        buf_addf(b, "%" PRId64, (int64_t)n);
    } else {
        char text[40];
        for (int digits = 15; digits <= 17; digits++) {
            snprintf(text, sizeof text, "%.*g", digits, n);
            double back = strtod(text, NULL);
            if (back >= n && back <= n)
                break;
        }
        buf_add(b, text);
    }
}
