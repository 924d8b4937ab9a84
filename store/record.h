/* record.h: one record of an entity in memory. Lives in the arena it was made in. Pure; any thread.
 */
#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include "store/base/uuid.h"
#include "store/model.h"
#include "store/value.h"

struct record {
    const struct entity *e;
    char id[UUID_LEN + 1];
    struct value *v; /* e->n values, in the order of the model */
    bool deleted;
    int64_t created_at, updated_at, rev;
};

/* An empty record with every fallback of the model filled in. */
struct record *record_new(const struct entity *e, struct arena *arena);
/* A copy that shares the texts. */
struct record *record_copy(const struct record *r, struct arena *arena);

/* A copy with texts of its own in that arena. */
struct record *record_keep(const struct record *r, struct arena *arena);

/* The fields of mask as a JSON object {"name":"…","year":2026}. */
void record_to_json(const struct record *r, uint32_t mask, struct buf *out);

/* Reads such an object: v[i] gets the value of each field named in it and its bit is set in
 * *ret_mask; unknown names are skipped (a field that a newer program dropped). Errors: ERR_DATA. */
int record_values_from_json(const struct entity *e, const char *json, struct arena *arena,
                            struct value *v, uint32_t *ret_mask, struct err *err);

/* The mask of the fields of `mask` in which a and b differ. */
uint32_t record_diff(const struct record *a, const struct record *b, uint32_t mask);

/* A field's model fallback as a value. */
struct value field_fallback(const struct field *f);

#define RECORD_ALL(e) ((uint32_t)((1ull << (e)->n) - 1))

#endif
