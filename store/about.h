/* about.h: what tells of a record: rows about itself, and rows about the records that name it in a
 * reference field (a person's participations). For the tables that say what happened. Pure. */
#ifndef STORE_ABOUT_H
#define STORE_ABOUT_H

#include "store/base/buf.h"

/* Appends the condition "(this row is about the record)" for a table with the columns entity and
 * local_id; the statement binds :entity and :id. entity is a name of the model. */
void about_add(struct buf *sql, const char *entity);

#endif
