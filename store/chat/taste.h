/* taste.h: what a person of the chat likes to see: light or dark pictures. Writes belong inside the
 * caller's transaction. */
#ifndef STORE_TASTE_H
#define STORE_TASTE_H

#include "store/db.h"

/* false (light) for those who never chose. */
int taste_dark(struct db *db, const char *via, int64_t user_id, bool *ret, struct err *err);
/* Of somebody who has written to the bot; of others nothing is kept. */
int taste_set_dark(struct db *db, const char *via, int64_t user_id, bool dark, struct err *err);

#endif
