/* dictionary.h: a run of a flow whose table is a dictionary ([flow] dictionary = role): every row
 * is an entry, known by its code. Private to the engine's files; thread of the run.
 *
 * Names follow the table, new codes are added at the end, an entry gone from the table stays. The
 * row ids are kept as links (entity "dict_role", local_id = the code), by which other tables of
 * that remote name the entries. */
#ifndef SYNC_DICTIONARY_H
#define SYNC_DICTIONARY_H

#include "store/rows.h"
#include "sync/run_state.h"

/* Judges the staged rows, all of them in memory, and plans what follows; counts for the brakes.
 * ERR_DATA when the table is too long to be a dictionary. */
int dictionary_plan(struct run_state *s, struct err *err);

/* Does one op of such a plan that has an entry, within the caller's transaction. */
int dictionary_apply(struct run_state *s, const struct op *op, const struct change *by,
                     struct err *err);

/* Somebody changed the entry since the plan was made. */
int dictionary_overtaken(struct run_state *s, const struct op *op, struct arena *scratch, bool *ret,
                         struct err *err);

/* After the last op, in its transaction: the spellings follow the names. */
int dictionary_close(struct run_state *s, struct err *err);

#endif
