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

#endif
