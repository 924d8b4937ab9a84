/* store_tmp.h: an empty store of the newest schema in a file of its own, for one test. */
#ifndef TESTS_SUPPORT_STORE_TMP_H
#define TESTS_SUPPORT_STORE_TMP_H

#include "store/base/log.h"
#include "store/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct store_tmp {
    char dir[32], path[48];
    struct db *db;
};

static inline struct store_tmp *store_tmp_new(void)
{
    struct store_tmp *t = xcalloc(1, sizeof *t);
    struct err err = {0};
    int applied;
    strcpy(t->dir, "/tmp/rosterd-XXXXXX");
    log_set_level(LOG_ERR); /* the migrations' lines are of no use here */
    if (!mkdtemp(t->dir))
        abort();
    snprintf(t->path, sizeof t->path, "%s/store.db", t->dir);
    if (db_open(t->path, DB_CREATE, &t->db, &err) || schema_migrate(t->db, &applied, &err)) {
        fprintf(stderr, "%s\n", err.msg);
        abort();
    }
    return t;
}

static inline void store_tmp_free(struct store_tmp *t)
{
    char command[96];
    db_close(t->db);
    snprintf(command, sizeof command, "rm -rf %s", t->dir);
    if (system(command))
        fprintf(stderr, "%s is still there\n", t->dir);
    free(t);
}

#endif
