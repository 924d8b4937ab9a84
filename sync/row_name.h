/* row_name.h: what people call a row that no record stands for: by what stands in it, or by the
 * records that it names. Reads only; any thread with its own db. */
#ifndef SYNC_ROW_NAME_H
#define SYNC_ROW_NAME_H

#include "store/quarantine.h"
#include "sync/config/config.h"

/* A row as it lies in quarantine. In the arena; "": nothing in it names it. */
const char *row_name(struct db *db, const struct config *cfg, const struct flow *flow,
                     const struct jailed *j, struct arena *arena);

/* The same of a row by its id; NULL: nothing of it is in quarantine, so what is in it is not known.
 */
const char *row_name_of(struct db *db, const struct config *cfg, const struct flow *flow,
                        const char *remote_id, struct arena *arena);

#endif
