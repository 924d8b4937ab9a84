/* resolve.h: what a reference of a row leads to: a record, or the entry of a dictionary, by the
 * links of the table that its column names. Private to the engine's files. */
#ifndef SYNC_RESOLVE_H
#define SYNC_RESOLVE_H

#include "sync/run_state.h"

/* Which of the tables that this flow refers to were listed whole since the job began: a row that is
 * not among what came of them does not exist. */
int resolve_load(struct run_state *s, struct err *err);

/* A resolve_fn (mapping.h); ctx is the run_state. */
int resolve_reference(void *ctx, const struct field *f, const char *via, const char *remote_id,
                      struct arena *arena, char *local, enum resolution *ret,
                      const char **ret_reason, struct err *err);

/* Why a record was deleted with the one that it belongs to, in the words of the field that names
 * it; NULL when it was not, or the flow does not read that field. */
int resolve_cascaded(struct run_state *s, const struct record *r, struct arena *arena,
                     const char **ret, struct err *err);

#endif
