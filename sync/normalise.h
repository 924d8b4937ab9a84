/* normalise.h: from a cell as a remote sent it to the canonical value the store compares. Pure, but
 * for the zone of the process, which is the festival's; any thread. The rules are those of the
 * domain: phones, nicknames, dates, years, dictionaries. */
#ifndef SYNC_NORMALISE_H
#define SYNC_NORMALISE_H

#include "store/dict.h"
#include "store/model.h"
#include "store/value.h"
#include "sync/cell.h"

/* Reads cell as a value of f (any type but FT_REF and FT_REFS). *ret is VAL_NULL for an empty cell;
 * fallbacks are not applied. Returns false when the cell holds something that is no such value. */
bool normalise_cell(const struct field *f, const struct cell *cell, const char *as,
                    const struct dicts *dicts, struct arena *arena, struct value *ret);

/* Is it a moment in UTC that is no midnight there? Where a day is wanted, normalise_cell takes the
 * festival's own day at that moment: worth a warning. */
bool normalise_is_moment(const struct cell *cell);

/* The id of the first file that a cell names: 12, "12", "[12]", a list; *ret NULL for none, for
 * which 0 stands too. Returns false when it is no such id. */
bool normalise_file(const struct cell *cell, struct arena *arena, const char **ret);

/* The ids a reference cell names, each once, at most max; uuid: they are UUIDs, in any spelling.
 * Returns false when one of them is no id at all. */
bool normalise_refs(const struct cell *cell, bool uuid, struct arena *arena, const char **ret,
                    size_t max, size_t *ret_n);

/* The same for a set of references, where ids in one text stand between commas, as a text column
 * shows a list. At most REFS_MAX. */
bool normalise_ref_set(const struct cell *cell, bool uuid, struct arena *arena, const char ***ret,
                       size_t *ret_n);

/* The one row id of a dictionary that a reference cell names; *ret NULL for none, for which 0
 * stands too. Returns false when it is no id, or there are several. */
bool normalise_row_ref(const struct cell *cell, bool uuid, struct arena *arena, const char **ret);

/* Equal in the meaning of the field: nicknames without regard to case, all else exactly. */
bool normalise_same(const struct field *f, const struct value *a, const struct value *b);

#endif
