/* dict_rows.h: a dictionary's entries as records, for flows that keep a dictionary in step with a
 * table. To such a flow a dictionary is an entity ("dict_role") whose records are known by their
 * code; it stands in no other list of entities.
 *
 * Writes belong inside the caller's transaction, with their audit, and move dict_rev only when
 * something changed. */
#ifndef STORE_DICT_ROWS_H
#define STORE_DICT_ROWS_H

#include "store/db.h"
#include "store/record.h"
#include "store/rows.h"

/* A code is as long as an id at most: links know the entry by it. */
#define DICT_CODE_MAX UUID_LEN

/* The entity of that dictionary, NULL when there is none. Its fields are what a table can tell of
 * an entry: code and name, of a status also to_list and comment. */
const struct entity *dict_entity(const char *dict);
/* The names of all dictionaries, joined by ", ". */
void dict_list(struct buf *out);

/* What a field's ids lead to, as links name it: "person"; of a dictionary's field "dict_role". NULL
 * for a field that names nothing. */
const char *field_target(const struct field *f);

/* The entry with that code in any case; its own spelling is the record's id and code. *ret NULL
 * when there is none. */
int dict_rows_get(struct db *db, const struct entity *e, const char *code, struct arena *arena,
                  struct record **ret, struct err *err);
/* Adds an entry at the end of its dictionary; a role's colour is that of "other" ones. */
int dict_rows_insert(struct db *db, const struct record *r, const struct change *by,
                     struct err *err);
/* Writes the fields of r that differ from old; nothing when none does. */
int dict_rows_update(struct db *db, const struct record *old, const struct record *r,
                     const struct change *by, struct err *err);

/* Makes every code and name of the dictionary read as itself: a spelling that stood for another
 * entry goes to the one that is called so now, unless that other is called so too. Old names stay
 * as spellings. */
int dict_rows_spell(struct db *db, const struct entity *e, struct err *err);

/* The rows of some table stand for other entries than before: what refers to them has another
 * meaning, as if the dictionary had changed. */
int dict_rows_moved(struct db *db, struct err *err);

#endif
