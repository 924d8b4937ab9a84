#include "sync/pull/reconcile.h"

#include "sync/normalise.h"

struct reconcile reconcile(const struct entity *e, uint32_t mask, const struct value *base,
                           uint32_t base_mask, const struct value *store,
                           const struct value *remote, uint32_t remote_wins, uint32_t ask)
{
    struct reconcile out = {0};
    for (size_t i = 0; i < e->n; i++) {
        const struct field *f = &e->fields[i];
        uint32_t bit = 1u << i;
        if (!(mask & bit))
            continue;
        bool known = base_mask & bit;
        bool remote_same = known && normalise_same(f, &remote[i], &base[i]);
        bool store_same = known && normalise_same(f, &store[i], &base[i]);
        if (normalise_same(f, &store[i], &remote[i])) {
            if (!remote_same)
                out.agree |= bit;
        } else if (remote_same) {
            out.push |= bit;
        } else if (store_same) {
            out.take |= bit;
        } else {
            out.conflict |= bit;
            if (ask & bit)
                out.wait |= bit;
            else if (remote_wins & bit)
                out.take |= bit;
            else
                out.push |= bit;
        }
    }
    return out;
}
