/* grist_value.h: the types of Grist's columns, and a value as /records or /sql gives it as a cell;
 * Grist's documentation/grist-data-format.md. Pure; any thread. */
#ifndef SYNC_REMOTE_GRIST_VALUE_H
#define SYNC_REMOTE_GRIST_VALUE_H

#include "store/base/json.h"
#include "sync/remote/grist_codec.h"

enum grist_type {
    GRIST_ANY,
    GRIST_TEXT, /* Choice too: it takes any text */
    GRIST_INT,
    GRIST_NUMERIC,
    GRIST_BOOL,
    GRIST_DATE,
    GRIST_DATE_TIME,
    GRIST_CHOICE_LIST,
    GRIST_REF,
    GRIST_REF_LIST, /* Attachments too: a list of ids */
    GRIST_OTHER,    /* Grist's own: Id, ManualSortPos, … */
};

/* From what a column says: "Ref:People" is GRIST_REF. */
enum grist_type grist_type_of(const char *type);

struct grist_value_reader {
    struct arena *arena;
    enum grist_form form;
    size_t items; /* list items read so far, at most GRIST_ITEMS_MAX */
};

/* Reads one value of a column of that type. What the type cannot mean (text in a date, a failed
 * formula) is CELL_ERROR with its words. Errors: ERR_DATA, more list items than an answer has. */
int grist_read_value(struct grist_value_reader *r, enum grist_type type, const cJSON *node,
                     struct cell *ret, struct err *err);

#endif
