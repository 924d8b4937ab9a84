#include "store/row_binds.h"

#include <stdio.h>

static struct bind bind_value(const char *name, const struct value *v)
{
    if (v->kind == VAL_INT)
        return B_INT(name, v->i);
    return v->kind == VAL_TEXT ? B_TEXT(name, v->s) : B_NULL(name);
}

void row_binds(const struct record *r, struct row_names *names, struct bind *b)
{
    for (size_t i = 0; i < r->e->n; i++) {
        snprintf(names->text[i], sizeof names->text[i], ":%s", r->e->fields[i].name);
        b[i] = bind_value(names->text[i], &r->v[i]);
    }
}
