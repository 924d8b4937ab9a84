#include "store/value.h"

#include "store/base/json.h"

#include <string.h>

bool value_eq(const struct value *a, const struct value *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind == VAL_TEXT)
        return !strcmp(a->s, b->s);
    return a->kind == VAL_NULL || a->i == b->i;
}

const char *value_show(const struct value *v, char num[24])
{
    const char *s = value_or_null(v, num);
    return s ? s : "";
}

const char *value_or_null(const struct value *v, char num[24])
{
    if (v->kind == VAL_TEXT)
        return v->s;
    return v->kind == VAL_INT ? base_i64_str(num, v->i) : NULL;
}

void value_to_json(const struct value *v, struct buf *out)
{
    char num[24];
    if (v->kind == VAL_TEXT)
        json_quote(out, v->s);
    else
        buf_add(out, v->kind == VAL_INT ? base_i64_str(num, v->i) : "null");
}
