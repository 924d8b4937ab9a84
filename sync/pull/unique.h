/* unique.h: tables whose rows name records that others share (unique = FIELD FIELD …): a team and
 * its heads stand for the participation of each. Private to the engine's files.
 *
 * A row, or each part of it, makes a record only where the store has none with the same values in
 * those fields, deleted ones included; else it is linked to the oldest such record, and changes
 * nothing in it: neither its values nor whether it is deleted. Several rows may name one record:
 * the link is the first one's, and goes over to another when that one names it no more.
 *
 * A new record's id is the UUIDv5 (uuid_from_name) of its entity and those values, in the order in
 * which unique names them, so that it is the same wherever and whenever it is made:
 *   participation/team_id=11111111-…/person_id=22222222-…/year=2026
 * and with #1, #2, … behind it where that id is a record's which has other values by now. */
#ifndef SYNC_UNIQUE_H
#define SYNC_UNIQUE_H

#include "store/staging.h"
#include "sync/run_state.h"

/* Plans what becomes of one candidate that is fine. */
int unique_row(struct run_state *s, const struct staged_row *row, const struct candidate *c,
               struct err *err);

/* Once all rows are judged: what one row names no more, and another does, stays in step. */
void unique_settle(struct run_state *s);

#endif
