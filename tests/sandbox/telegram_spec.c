/* telegram_spec.c: the published list of methods, when ROSTERD_SPECS says where it lies: every call
 * is held against it, and our own table of methods with it. */
#include "tests/sandbox/telegram.h"
#include "tests/sandbox/util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPEC_BYTES (8u << 20)

static char *read_spec(const char *path)
{
    FILE *in = fopen(path, "rb");
    if (!in)
        return NULL;
    char *text = sb_alloc(SPEC_BYTES + 1);
    size_t n = fread(text, 1, SPEC_BYTES, in);
    bool whole = feof(in) && !ferror(in);
    fclose(in);
    text[n] = '\0';
    if (whole)
        return text;
    free(text);
    return NULL;
}

static const cJSON *spec_field(const cJSON *spec, const char *method, const char *field)
{
    const cJSON *m = cJSON_GetObjectItemCaseSensitive(spec, method);
    const cJSON *fields = cJSON_GetObjectItemCaseSensitive(m, "fields");
    return field ? cJSON_GetObjectItemCaseSensitive(fields, field) : fields;
}

static bool is_required(const cJSON *field)
{
    return cJSON_IsTrue(cJSON_GetArrayItem(field, 1));
}

/* One published type: "Integer", "String", "Boolean", "Array of …", "InputFile", or an object's
 * name, which our own table looks into. */
static bool has_type(const cJSON *value, const char *type)
{
    if (strcmp(type, "Integer") == 0)
        return tg_is_integer(value);
    if (strcmp(type, "Float") == 0)
        return cJSON_IsNumber(value);
    if (strcmp(type, "Boolean") == 0 || strcmp(type, "True") == 0)
        return cJSON_IsBool(value);
    if (strcmp(type, "String") == 0 || strcmp(type, "InputFile") == 0)
        return cJSON_IsString(value); /* a part of the form stands here as a text */
    if (strncmp(type, "Array of ", 9) == 0) {
        const cJSON *item = NULL;
        if (!cJSON_IsArray(value))
            return false;
        cJSON_ArrayForEach(item, value)
        {
            if (!has_type(item, type + 9))
                return false;
        }
        return true;
    }
    return cJSON_IsObject(value);
}

static bool fits(const cJSON *value, const cJSON *field)
{
    const cJSON *type = NULL;
    cJSON_ArrayForEach(type, cJSON_GetArrayItem(field, 0))
    {
        if (has_type(value, type->valuestring))
            return true;
    }
    return false;
}

bool tg_spec_check(const cJSON *spec, const char *method, const cJSON *params, char *why)
{
    const cJSON *value = NULL, *field = NULL;
    if (!spec)
        return true;
    const cJSON *fields = spec_field(spec, method, NULL);
    if (!fields) {
        snprintf(why, TG_WHY, "there is no method %.40s", method);
        return false;
    }
    cJSON_ArrayForEach(value, params)
    {
        field = spec_field(spec, method, value->string);
        if (!field || !fits(value, field)) {
            snprintf(why, TG_WHY, "%.40s: field \"%.80s\" %s", method, value->string,
                     field ? "is of another type" : "does not exist");
            return false;
        }
    }
    cJSON_ArrayForEach(field, fields)
    {
        if (!is_required(field) || cJSON_HasObjectItem(params, field->string))
            continue;
        snprintf(why, TG_WHY, "%.40s: field \"%.80s\" is missing", method, field->string);
        return false;
    }
    return true;
}

/* What our table lets through or asks for that the list does not. Fields that only the list has are
 * no harm: nobody may send them. */
static bool table_agrees(const cJSON *spec, const struct tg_method *m)
{
    for (const struct tg_field *f = m->fields; f->name; f++) {
        const cJSON *field = spec_field(spec, m->name, f->name);
        if (!field) {
            fprintf(stderr, "rosterd-sandbox: %s has no field %s in the published list\n", m->name,
                    f->name);
            return false;
        }
        if (is_required(field) && !f->required) {
            fprintf(stderr, "rosterd-sandbox: %s must have the field %s\n", m->name, f->name);
            return false;
        }
    }
    return true;
}

bool tg_spec_load(cJSON **ret)
{
    const char *folder = getenv("ROSTERD_SPECS");
    if (!folder || !*folder)
        return true;
    char *path = sb_printf("%s/telegram-methods-compact.json", folder), *text = read_spec(path);
    cJSON *spec = text ? cJSON_Parse(text) : NULL;
    bool good = cJSON_IsObject(spec);
    if (!good)
        fprintf(stderr, "rosterd-sandbox: %s cannot be read\n", path);
    for (size_t i = 0; i < tg_n_methods && good; i++)
        good = table_agrees(spec, &tg_methods[i]);
    free(text);
    free(path);
    *ret = spec;
    return good;
}
