/* agreed.h: what link.base holds: the values last agreed with a row, the texts last written into
 * columns that are made of several values, what was sent and may or may not stand there, which
 * cells could not be read, and the state a cancelled record had. Pure; lives in the arena it was
 * read into. */
#ifndef SYNC_AGREED_H
#define SYNC_AGREED_H

#include "store/record.h"

#define AGREED_PUTS_MAX 64

struct agreed {
    const struct entity *e;
    struct value v[MODEL_FIELDS_MAX];
    uint32_t mask; /* the fields that v holds */
    struct agreed_put {
        const char *column, *text;
    } puts[AGREED_PUTS_MAX];
    size_t n_puts;
    const char *before_cancel; /* or NULL */
    /* The answer to a write was lost, or the row took only some of it: in these fields the row
     * holds v[i] or sent[i], and these columns hold what they held before or what was written. */
    struct value sent[MODEL_FIELDS_MAX];
    uint32_t unsure;
    const char *unsure_columns[AGREED_PUTS_MAX];
    size_t n_unsure;
    /* Fields whose cell was filled when it was last read, with something that is no value: v counts
     * them as empty, and nobody writes over them. What stood there, shortened; NULL: personal data
     * under lock. */
    uint32_t unread;
    const char *unread_text[MODEL_FIELDS_MAX];
};

/* base NULL: nothing was agreed yet. Errors: ERR_DATA, when base is damaged. */
int agreed_read(const struct entity *e, const char *base, struct arena *arena, struct agreed *ret,
                struct err *err);
/* The JSON for link.base. */
const char *agreed_text(const struct agreed *a, struct arena *arena);

/* Does that base (link.base) remember a state from before its record was cancelled. */
bool agreed_was_cancelled(const char *base);

/* The text last written into that column, or NULL. */
const char *agreed_put(const struct agreed *a, const char *column);
void agreed_set_put(struct agreed *a, const char *column, const char *text);

bool agreed_is_unsure(const struct agreed *a, const char *column);
void agreed_doubt(struct agreed *a, const char *column);
void agreed_trust(struct agreed *a, const char *column); /* again */

/* Takes over the fields of mask from v. */
void agreed_set(struct agreed *a, uint32_t mask, const struct value *v);

/* The fields of mask were read: the cells of those in unread hold text[i], which is no value. */
void agreed_set_unread(struct agreed *a, uint32_t mask, uint32_t unread, const char *const *text);
/* Would that change nothing? text NULL: in which fields they are, whatever they say. */
bool agreed_same_unread(const struct agreed *a, uint32_t mask, uint32_t unread,
                        const char *const *text);

/* base[i] for every field: what was agreed, else what an empty field counts as: on first sight both
 * sides began empty. */
void agreed_base(const struct agreed *a, struct value base[MODEL_FIELDS_MAX]);

#endif
