/* dict.h: the dictionaries (roles, statuses, …): which spelling means which code.
 *
 * A struct dicts is a copy in memory for one run or one command; it is const once loaded. */
#ifndef STORE_DICT_H
#define STORE_DICT_H

#include "store/base/buf.h"
#include "store/db.h"

struct dicts;

/* Adds the folded codes and names of every dictionary to the spellings, where they are missing.
 * Main thread, after the migrations; writes nothing when all are there. */
int dict_fold_names(struct db *db, struct err *err);

/* Loads all spellings; freed with the arena. */
int dict_load(struct db *db, struct arena *arena, const struct dicts **ret, struct err *err);

/* The code for a spelling (any case, ё or е, dots and surrounding space ignored) or NULL. */
const char *dict_code(const struct dicts *d, const char *dict, const char *spelling);

/* The name that people read for a code; the code itself when it is unknown. */
const char *dict_name(const struct dicts *d, const char *dict, const char *code);

/* The names of a dictionary in its order, joined by ", ", for "known roles: …". */
void dict_names(const struct dicts *d, const char *dict, struct buf *out);

/* The entry at that place of a dictionary, in its order; false past its end. */
bool dict_entry_at(const struct dicts *d, const char *dict, size_t at, const char **ret_code,
                   const char **ret_name);

bool dict_exists(const char *dict); /* is there a dictionary of that name at all */

/* Moves when any dictionary changes: flows then read everything again. */
int dict_rev(struct db *db, int64_t *ret, struct err *err);

#endif
