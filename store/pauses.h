/* pauses.h: records that stand still: no flow takes their changes in or sends them out until
 * somebody resumes them. Writes belong inside the caller's transaction. */
#ifndef STORE_PAUSES_H
#define STORE_PAUSES_H

#include "store/db.h"

struct pause {
    const char *entity, *local_id, *by;
    int64_t at;
};

/* *ret_new: it was not paused before. */
int pauses_set(struct db *db, const char *entity, const char *local_id, const char *by, int64_t at,
               bool *ret_new, struct err *err);
/* *ret_was: it was paused. What came meanwhile is judged again by the next runs of its flows. */
int pauses_clear(struct db *db, const char *entity, const char *local_id, bool *ret_was,
                 struct err *err);
/* Cheap when nothing is paused at all. */
int pauses_has(struct db *db, const char *entity, const char *local_id, bool *ret, struct err *err);
/* Who paused it and when; *ret NULL when it is not paused. */
int pauses_get(struct db *db, const char *entity, const char *local_id, struct arena *arena,
               struct pause **ret, struct err *err);
/* Oldest first, at most max; *ret_total counts all. */
int pauses_list(struct db *db, size_t max, struct arena *arena, struct pause **ret, size_t *ret_n,
                int64_t *ret_total, struct err *err);

#endif
