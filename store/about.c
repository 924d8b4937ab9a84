#include "store/about.h"

#include "store/refs.h"

void about_add(struct buf *sql, const char *entity)
{
    buf_add(sql, "((entity = :entity AND local_id = :id)");
    for (size_t i = 0; i < model_n_entities; i++) {
        const struct entity *e = &model_entities[i];
        for (size_t k = 0; k < e->n; k++) {
            if (!str_eq(e->fields[k].ref, entity))
                continue;
            buf_addf(sql, " OR (entity = '%s' AND local_id IN (", e->name);
            refs_add_referrers(e, &e->fields[k], sql);
            buf_add(sql, "))");
        }
    }
    buf_addc(sql, ')');
}
