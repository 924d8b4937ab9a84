/* names.h: a record in a few words, as people call it: its name, or those of the records it joins
 * («Лис Мария, Инфоцентр»). Reads only. */
#ifndef STORE_NAMES_H
#define STORE_NAMES_H

#include "store/db.h"
#include "store/record.h"

/* Of a record at hand; in the arena, never NULL. What cannot be found is named by its id. */
const char *record_name(struct db *db, const struct record *r, struct arena *arena);

/* Of a record by its id. */
const char *record_name_of(struct db *db, const char *entity, const char *id, struct arena *arena);

/* A record found by its name. */
struct named {
    const char *entity, *id, *name;
};

/* Records whose name has `part` in it (case, ё and е, dots do not matter), or whose id it is;
 * deleted ones too, because their history is asked for. At most max, *ret_total counts all. */
int names_find(struct db *db, const char *part, size_t max, struct arena *arena, struct named **ret,
               size_t *ret_n, int64_t *ret_total, struct err *err);

#endif
