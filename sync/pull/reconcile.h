/* reconcile.h: three-way, per field: what was last agreed, what the store has, what the remote has.
 * Pure; any thread. */
#ifndef SYNC_RECONCILE_H
#define SYNC_RECONCILE_H

#include "store/record.h"

struct reconcile {
    uint32_t take;     /* the store takes the remote's value */
    uint32_t push;     /* the remote should take the store's value */
    uint32_t agree;    /* both have the same, which is not what was agreed before */
    uint32_t conflict; /* both changed differently; also in take, push or wait, by who won */
    uint32_t wait;     /* of these: a person has to say */
};

/* For the fields of mask: base[i] is what was last agreed, for the fields in base_mask (none of
 * them on first sight). remote_wins: fields whose conflicts the remote wins; ask: fields
 * whose conflicts nobody wins yet. The outcome does not
 * depend on the order of the fields, and applying it once leaves nothing to do. */
struct reconcile reconcile(const struct entity *e, uint32_t mask, const struct value *base,
                           uint32_t base_mask, const struct value *store,
                           const struct value *remote, uint32_t remote_wins, uint32_t ask);

#endif
