/* cell.h: a value as a remote sent it, before the mapping gives it a meaning, and its JSON form.
 *
 * The JSON form of a row's cells ({"Роль":"волонтёр","Год":2026}) is what staging and quarantine
 * keep as `raw`: the codec's work is done, nothing is judged yet. Cells live in the arena of their
 * page. */
#ifndef SYNC_CELL_H
#define SYNC_CELL_H

#include "store/base/arena.h"
#include "store/base/buf.h"
#include "store/base/err.h"

enum cell_kind {
    CELL_NULL,
    CELL_TEXT,   /* text; dates too, as the remote writes them (ISO) */
    CELL_NUMBER, /* number */
    CELL_BOOL,   /* flag */
    CELL_REF,    /* a row of another table: text = its id, name = what it shows (or NULL) */
    CELL_LIST,   /* items[0..n): multi-selects, relations, people; may be empty */
    CELL_ERROR,  /* the remote says the cell is broken: text = its words */
};

struct cell {
    enum cell_kind kind;
    const char *text;
    const char *name;
    double number;
    bool flag;
    const struct cell *items;
    size_t n;
};

/* Appends the cells of the columns as one JSON object: text "…", number, bool, null,
 * ref {"ref":"id","name":"…"}, list […], error {"error":"…"}. A column absent from the row is
 * CELL_NULL. */
void cells_to_json(const char *const *columns, const struct cell *cells, size_t n, struct buf *out);

/* Reads what cells_to_json wrote into cells[0..n) in the order of columns; a column that the text
 * lacks becomes CELL_NULL. Errors: ERR_DATA, when text is not such an object. */
int cells_from_json(const char *text, const char *const *columns, size_t n, struct arena *arena,
                    struct cell *cells, struct err *err);

/* A copy whose texts and items are the arena's. */
struct cell cell_keep(const struct cell *cell, struct arena *arena);

/* The cell as one text for a person: list items joined by ", ". Owned by the arena; "" for null. */
const char *cell_show(const struct cell *cell, struct arena *arena);

#endif
