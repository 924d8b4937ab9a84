/* identity.h: what the UUIDs that rows have of their own (`key`) say about which record a row is:
 * whether a row id was given to another row, which record a UUID names, when a person has to say
 * whether two records are one, and which rows still lack the id of their record. Ids are fixed at
 * birth: nothing here changes one. Private to the engine's files; thread of the run. */
#ifndef SYNC_IDENTITY_H
#define SYNC_IDENTITY_H

#include "store/staging.h"
#include "sync/run_state.h"

/* The field of a conflict that asks whether the record and another one (theirs: its id) are the
 * same; no entity has a field of that name. */
#define CONFLICT_ID "id"

/* Does the row that has this id now stand for another record than its link? Row ids are given out
 * again; the row's own UUID tells, when it is another one, or none any more where ids are given
 * again. It is no such sign where the row says for the rest what was agreed about it, where a
 * person is asked about it and may have corrected it, or where it is the id of the link's record.
 * theirs: what the row says, or NULL: unknown. */
int identity_is_another(struct run_state *s, const struct link *link, const struct staged_row *row,
                        const struct record *theirs, bool *ret, struct err *err);

/* The record of the run's entity that is known by that UUID: as its id, as the id of its row in a
 * remote of UUIDs, or as the own UUID of one of its rows; "" when there is none. own: the record at
 * hand, whose own rows say nothing new, or NULL. */
int identity_find(struct run_state *s, const char *uuid, const char *own, char ret[UUID_LEN + 1],
                  struct err *err);

/* A row without a link, whose UUID is nobody's id: the record that is known by it and has no row
 * here, in the run's page, or NULL. rival: one that is known by it and has another row here (are
 * they one?), or "". */
int identity_recognise(struct run_state *s, const char *uuid, const char *part, struct record **ret,
                       char rival[UUID_LEN + 1], struct err *err);

/* The UUID of a row that is linked to `ours` names another record: adds to op the question whether
 * they are one, once for a pair; or that such a question has dissolved. */
int identity_note(struct run_state *s, const struct staged_row *row, const struct link *old,
                  const struct record *ours, struct op *op, struct err *err);
/* The same of a record that is born now, under the UUID of one of the rival's rows. */
int identity_note_rival(struct run_state *s, const char *id, const char *rival, struct op *op,
                        struct err *err);

/* The row's own UUID is empty, and the flow writes: the next push is to look at it. Pure. */
bool identity_lacks(const struct run_state *s, const char *row_key, const char *part);

/* ---- a push, once its columns are known (s->put) */

/* Learns whether and how ids are written into the flow's `key` column. */
int identity_describe(struct run_state *s, const struct table_info *t, struct err *err);
/* What the key column of the record's row gets: the id as the column spells them, or NULL: nothing,
 * it has one, or cannot take any. link: the row's, or NULL for a new row. In the run's arena. */
const char *identity_due(const struct run_state *s, const struct record *r,
                         const struct link *link);
/* The UUID that the cell of a key column holds, or NULL; lives as long as the cell. Pure. */
const char *identity_key(const struct cell *cell);
/* Is the cell of the key column free for that id: empty, or this very id? Pure. */
bool identity_is_free(const struct cell *cell, const char *id);

#endif
