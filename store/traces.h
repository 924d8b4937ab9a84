/* traces.h: where a record or a row has left traces, whatever flow they belong to: for explaining
 * it. Reads only; any thread with its own db. */
#ifndef STORE_TRACES_H
#define STORE_TRACES_H

#include "store/audit.h"
#include "store/journal.h"
#include "store/links.h"
#include "store/quarantine.h"

#define TRACES_MAX 100 /* of each kind; what goes past that is left out */

/* The newest audit row of the record itself; *ret NULL when nothing is remembered of it. */
int traces_last_change(struct db *db, const char *entity, const char *local_id, struct arena *arena,
                       struct audit_row **ret, struct err *err);

/* Its links in every table, those whose row is there first. */
int traces_links(struct db *db, const char *entity, const char *local_id, struct arena *arena,
                 struct link **ret, size_t *ret_n, struct err *err);

/* Links of every table's row with that id. */
int traces_links_of_row(struct db *db, const char *remote_id, struct arena *arena,
                        struct link **ret, size_t *ret_n, struct err *err);

/* What stands in quarantine under that id: rows of any table, or (a push) the record. */
int traces_jailed(struct db *db, const char *remote_id, struct arena *arena, struct jailed **ret,
                  size_t *ret_n, struct err *err);
/* Those of one flow: found at once, however many stand there. */
int traces_jailed_in(struct db *db, const char *flow, const char *remote_id, struct arena *arena,
                     struct jailed **ret, size_t *ret_n, struct err *err);

/* Rows of it that were sent and of which nobody heard whether they were made. */
int traces_unheard(struct db *db, const char *entity, const char *local_id, struct arena *arena,
                   struct intent **ret, size_t *ret_n, struct err *err);

#endif
