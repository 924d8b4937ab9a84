/* schema.h: brings a store to the schema this program knows, and back. Main thread, before any
 * other connection is open.
 *
 * Migrations are the numbered files of store/schema/, embedded in the binary; each runs in one
 * transaction after a backup beside the store (STORE.before-NNNN). PRAGMA user_version holds the
 * number of the last one applied. A store from a newer program is refused. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "store/db.h"

struct migration {
    int number;
    const char *name;
    const char *up, *down;
};

/* The embedded list, in order; generated from store/schema/ by the Makefile. */
extern const struct migration schema_migrations[];
extern const size_t schema_n_migrations;

/* The newest number this program knows. */
int schema_latest(void);

int schema_version(struct db *db, int *ret, struct err *err);

/* Applies what is missing. *ret_applied counts. Errors: ERR_DATA when the store is newer than the
 * program or is no rosterd store, ERR_LOCAL. */
int schema_migrate(struct db *db, int *ret_applied, struct err *err);

/* Takes back the newest migration, after a backup; ERR_DATA when there is none left. */
int schema_rollback(struct db *db, struct err *err);

/* ERR_DATA with a clear sentence unless the store has exactly the program's schema. */
int schema_check(struct db *db, struct err *err);

#endif
