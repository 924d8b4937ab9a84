/* row_reach.h: which teams a line of quarantine belongs to: those of the records that its row
 * stands for (store/reach.h), and those that the row names itself, for it may never have come in.
 * Reads only; any thread with its own db. */
#ifndef SYNC_ROW_REACH_H
#define SYNC_ROW_REACH_H

#include "store/quarantine.h"
#include "sync/config/config.h"

/* The ids, in the arena, some of them perhaps twice; none when the row cannot be placed: no flow
 * of the configuration knows it, it names nobody who is known, or its text is damaged. */
int row_reach(struct db *db, const struct config *cfg, const struct jailed *j, struct arena *arena,
              const char ***ret, size_t *ret_n, struct err *err);

#endif
