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
