/* temp_store.h: a migrated store in a fresh folder of its own, for one test; the folder goes with
 * it. */
#ifndef TESTS_SUPPORT_TEMP_STORE_H
#define TESTS_SUPPORT_TEMP_STORE_H

#include "store/base/arena.h"
#include "store/db.h"
#include "store/dict.h"

struct temp_dir {
    char path[64];
};

/* A fresh, empty folder under TMPDIR or /tmp; ends the process when there is none to be had. */
void temp_dir_make(struct temp_dir *d);
void temp_dir_remove(struct temp_dir *d); /* with all that is in it */
/* How many files in it have names that hold part. */
size_t temp_dir_count(const struct temp_dir *d, const char *part);
/* The path of one of them, "" for none; stays until the next call. */
const char *temp_dir_find(const struct temp_dir *d, const char *part);

struct temp_store {
    struct temp_dir dir;
    struct arena *arena; /* for what the test reads; lives as long as the store */
    char path[96];       /* of the store's file */
    struct db *db;
    const struct dicts *dicts;
};

/* For cmocka_unit_test_setup_teardown: *state is a struct temp_store. */
int temp_store_setup(void **state);
int temp_store_teardown(void **state);

/* A file's path in the store's folder; lives in the store's arena. */
const char *temp_store_file(const struct temp_store *t, const char *name);

/* The one integer that sql asks for; ends the test when it cannot be read. */
int64_t temp_store_int(struct temp_store *t, const char *sql);
/* The one text, in the store's arena; NULL for SQL NULL or no row. */
const char *temp_store_text(struct temp_store *t, const char *sql);

/* Writes text into a file, replacing it; ends the process when it cannot. */
void temp_write(const char *path, const char *text);

#endif
