/* handover.h: what the chat keeps of a record goes over to another one when the two are found to be
 * one: who is tied to a person, roles for a team, a pause, who has it in a work list. Everything
 * that changes what somebody may do is in the audit. Within the caller's transaction. */
#ifndef STORE_HANDOVER_H
#define STORE_HANDOVER_H

#include "store/db.h"

/* `from` is about to go, `into` stays; by, at: who said so, for the audit.
 *
 * A person is tied to one id of a chat at most: where both are, the one that stays keeps theirs,
 * and the other id is tied to nobody. What was given to an id (/grant) stays with that id, whoever
 * they are in the lists. A role for the team that goes is one for the team that stays, until the
 * later of the two times where somebody had both. */
int handover_record(struct db *db, const char *entity, const char *from, const char *into,
                    const char *by, int64_t at, struct err *err);

#endif
