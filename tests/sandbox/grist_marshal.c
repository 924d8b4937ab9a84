/* grist_marshal.c: Python's marshal format, version 2, as far as cells need it: errors, and lists
 * or flags in columns of type Any. /sql shows such a cell as a buffer. */
#include "tests/sandbox/grist.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 16

struct bytes {
    unsigned char *items;
    size_t count, room;
};

static void put(struct bytes *out, const void *bytes, size_t count)
{
    if (out->count + count > out->room) {
        out->room = (out->count + count) * 2;
        out->items = sb_grow(out->items, out->room, 1);
    }
    memcpy(out->items + out->count, bytes, count);
    out->count += count;
}

static void put_head(struct bytes *out, char code, uint32_t number)
{
    unsigned char head[5] = {(unsigned char)code};
    for (int i = 0; i < 4; i++)
        head[i + 1] = (unsigned char)(number >> (8 * i));
    put(out, head, sizeof head);
}

static void put_value(struct bytes *out, const cJSON *value)
{
    const cJSON *item;
    if (cJSON_IsString(value)) {
        put_head(out, 'u', (uint32_t)strlen(value->valuestring));
        put(out, value->valuestring, strlen(value->valuestring));
    } else if (cJSON_IsArray(value)) {
        put_head(out, '[', (uint32_t)cJSON_GetArraySize(value));
        cJSON_ArrayForEach(item, value) put_value(out, item);
    } else if (cJSON_IsNumber(value) && floor(value->valuedouble) == value->valuedouble &&
               fabs(value->valuedouble) < 2147483648.0) {
        put_head(out, 'i', (uint32_t)(int32_t)value->valuedouble);
    } else if (cJSON_IsNumber(value)) {
        put(out, "g", 1);
        put(out, &value->valuedouble, sizeof value->valuedouble);
    } else {
        put(out, cJSON_IsTrue(value) ? "T" : cJSON_IsFalse(value) ? "F" : "N", 1);
    }
}

struct gv gr_marshal(const cJSON *value)
{
    struct bytes out = {0};
    put_value(&out, value);
    return (struct gv){.kind = GV_BLOB, .text = (char *)out.items, .length = out.count};
}

static uint32_t get_number(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static cJSON *get_value(const unsigned char **at, const unsigned char *end, int depth)
{
    size_t left = (size_t)(end - *at);
    const unsigned char *from = *at;
    if (left < 1 || depth > DEPTH_MAX)
        return NULL;
    char code = (char)*from;
    if (strchr("TFN", code)) {
        *at += 1;
        return code == 'N' ? cJSON_CreateNull() : cJSON_CreateBool(code == 'T');
    }
    if (code == 'g' && left >= 9) {
        double number;
        memcpy(&number, from + 1, sizeof number);
        *at += 9;
        return cJSON_CreateNumber(number);
    }
    if (!strchr("ui[", code) || left < 5)
        return NULL;
    uint32_t number = get_number(from + 1);
    *at += 5;
    if (code == 'i')
        return cJSON_CreateNumber((int32_t)number);
    if (number > left)
        return NULL;
    if (code == 'u') {
        char *text = sb_printf("%.*s", (int)number, (const char *)*at);
        cJSON *json = cJSON_CreateString(text);
        free(text);
        *at += number;
        return json;
    }
    cJSON *list = cJSON_CreateArray();
    for (uint32_t i = 0; i < number; i++) {
        cJSON *item = get_value(at, end, depth + 1);
        if (!item) {
            cJSON_Delete(list);
            return NULL;
        }
        cJSON_AddItemToArray(list, item);
    }
    return list;
}

cJSON *gr_unmarshal(const struct gv *blob)
{
    const unsigned char *at = (const unsigned char *)blob->text;
    return get_value(&at, at + blob->length, 0);
}
