/* fake_private.h: what the files of the fake remote share. */
#ifndef TESTS_SUPPORT_FAKE_PRIVATE_H
#define TESTS_SUPPORT_FAKE_PRIVATE_H

#include "tests/support/fake_remote.h"

#define FAKE_TABLES 16

struct fake_remote {
    struct remote base;
    struct remote_ops ops;
    struct fake_options opt;
    struct fake_table tables[FAKE_TABLES];
    size_t n_tables;
    int64_t clock_ms; /* the remote's own; moves with every edit */
    int64_t state;    /* numbered: of the document; moves with every change of anything */
    unsigned made;    /* rows that the program made */
    unsigned calls;   /* all of them */
    unsigned write_calls;
    struct fake_fault fault;
    unsigned fault_at; /* the call (or write) that fails */
    struct fake_writes writes;
    fake_hook *hook;
    void *hook_ctx;
};

/* Tells the hook, "before" or "after" what. */
void fake_tell(struct fake_remote *f, const char *when, const char *what);
/* Counts one call; the fault that strikes it, FAULT_NONE when none does. */
enum fake_fault_kind fake_strike(struct fake_remote *f, bool write);
/* err for a fault after which nothing was answered; returns -1, or 0 for the other kinds. */
int fake_fault_error(const struct fake_remote *f, enum fake_fault_kind kind, const char *what,
                     struct err *err);
/* The remote's clock follows everybody's but never stands still between two edits. */
int64_t fake_tick(struct fake_remote *f);
/* t->n_columns when there is none of that name. */
size_t fake_find_column(const struct fake_table *t, const char *name);
/* Not too fresh to be seen: in listings and searches, or by_id: where rows have UUIDs the remote
 * knows a new one by it at once. */
bool fake_is_shown(const struct fake_remote *f, const struct fake_row *r, bool by_id);
int64_t fake_edited(const struct fake_remote *f, const struct fake_row *r);
/* Sets the cell and those that are calculated from it. */
void fake_put_cell(struct fake_table *t, struct fake_row *row, size_t column, const char *json);

void fake_forget_all(struct fake_remote *f); /* every table */

/* fake_grist.c: where rows are numbered. */
/* What a column of references makes of the cell; other columns leave it as it is. */
const char *fake_shape_ref(const struct fake_column *c, const char *json, struct arena *arena);
/* The largest id there is, and one more: that of a removed row comes again. */
void fake_next_id(const struct fake_table *t, char out[24]);
/* The cell's text as it was typed, NULL when there is none. */
const char *fake_text(const char *json, struct arena *arena);
bool fake_same_cell(const char *a, const char *b);
void fake_read_cursor(const char *cursor, int64_t *ret_stamp, int64_t *ret_state);
int64_t fake_newest(const struct fake_table *t);
/* Of rows that are listed, those dated ahead of the clock that were not told of before. */
void fake_tell_future(struct fake_table *t, int64_t since, struct arena *arena,
                      struct listing_end *ret);
const char *fake_write_cursor(const struct fake_remote *f, int64_t newest, int64_t before,
                              int64_t state, struct arena *arena);

/* fake_write.c */
int fake_insert(struct remote *r, const struct write_batch *b, struct arena *arena,
                struct write_result *ret, struct err *err);
int fake_update(struct remote *r, const struct write_batch *b, struct arena *arena,
                struct write_result *ret, struct err *err);
int fake_archive(struct remote *r, const char *table, const char *row_id, struct arena *arena,
                 struct write_result *ret, struct err *err);
int fake_search(struct remote *r, const struct write_batch *like, struct arena *arena,
                struct found_row *ret, size_t max, size_t *ret_n, struct err *err);

#endif
