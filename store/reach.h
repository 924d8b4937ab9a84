/* reach.h: which teams a record belongs to: a team to itself, a participation to its team, a badge
 * to its teams, an arrival to those of its badge, a person to the teams they take or took part in.
 * Reads only. */
#ifndef STORE_REACH_H
#define STORE_REACH_H

#include "store/db.h"
#include "store/model.h"

/* The ids, in the arena; none for a record of an entity that has no teams. At most 1000. */
int reach_teams(struct db *db, const char *entity, const char *id, struct arena *arena,
                const char ***ret, size_t *ret_n, struct err *err);

/* Does the field make a record a team's: the team that it names, an arrival's badge? Whose it is
 * (person, parent) says nothing, they may be in other teams too. Pure. */
bool reach_through(const struct entity *e, const struct field *f);

#endif
