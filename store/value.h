/* value.h: one canonical value of a field: nothing, a number, or a text. Pure; any thread.
 *
 * Everything the store holds has one of these three forms after normalising (dates are ISO text,
 * lists and sets are text in a fixed order), so "the same value" is always a plain comparison. */
#ifndef STORE_VALUE_H
#define STORE_VALUE_H

#include "store/base/arena.h"
#include "store/base/buf.h"
#include "store/base/err.h"

enum val_kind { VAL_NULL, VAL_INT, VAL_TEXT };

struct value {
    enum val_kind kind;
    int64_t i;
    const char *s; /* VAL_TEXT; owned by whoever made the record */
};

#define V_NULL    ((struct value){.kind = VAL_NULL})
#define V_INT(n)  ((struct value){.kind = VAL_INT, .i = (n)})
#define V_TEXT(t) ((struct value){.kind = VAL_TEXT, .s = (t)})

bool value_eq(const struct value *a, const struct value *b);

/* The value as text: "" for nothing, digits for a number. num is room for the digits. */
const char *value_show(const struct value *v, char num[24]);

/* The value as text or NULL, for the audit. */
const char *value_or_null(const struct value *v, char num[24]);

void value_to_json(const struct value *v, struct buf *out);

#endif
