#include "sync/remote.h"

static const struct remote_ops *const kinds[] = {&remote_notion, &remote_coda, &remote_grist};

const struct remote_ops *remote_ops_find(const char *kind)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (str_eq(kinds[i]->kind, kind))
            return kinds[i];
    }
    return NULL;
}

const char *remote_kinds(void)
{
    return "notion, coda, grist";
}

int remote_peek_rows(struct remote *r, const char *table, const char *const *row_ids, size_t n,
                     const char *const *columns, size_t n_columns, struct arena *arena,
                     enum presence *ret, struct remote_row *ret_rows, struct err *err)
{
    if (n > 1 && r->ops->peek_many)
        return r->ops->peek_many(r, table, row_ids, n, columns, n_columns, arena, ret, ret_rows,
                                 err);
    for (size_t i = 0; i < n; i++) {
        if (r->ops->peek(r, table, row_ids[i], columns, n_columns, arena, &ret[i], &ret_rows[i],
                         err))
            return -1;
    }
    return 0;
}
