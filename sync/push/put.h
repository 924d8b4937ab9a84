/* put.h: how a record looks in the columns of a remote: the other way round from mapping.h. Reads
 * the store for the records that it refers to; thread of the run. */
#ifndef SYNC_PUT_H
#define SYNC_PUT_H

#include "store/db.h"
#include "store/dict.h"
#include "store/record.h"
#include "sync/agreed.h"
#include "sync/config/config.h"

#define PUTS_MAX AGREED_PUTS_MAX /* columns are 64-bit masks */

struct put_ctx {
    struct db *db;
    const struct config *cfg;
    const struct flow *flow;
    const struct dicts *dicts;
    const struct column_info **columns; /* one for each of flow->puts */
    struct arena *arena;                /* what is rendered lives here */
    bool fills_key, plain_key; /* the column of flow->key takes a record's id; without dashes */
};

/* A record as it shall stand in its row. */
struct rendering {
    struct cell cells[PUTS_MAX]; /* one for each of flow->puts */
    const char *texts[PUTS_MAX]; /* PUT_TEXT: the same as text; else NULL */
    bool links[PUTS_MAX];        /* the column names another row: it follows that row's new name */
    const char *waits;           /* a record it refers to that has no row there; or NULL … */
    uint64_t waiting;            /* … and the columns, as a mask, that such records hold up */
    const char *part;            /* tells it from other records of its row, as a pull would: "" */
};

/* The columns of t that the puts name; ERR_DATA when one is missing. */
int put_columns(const struct flow *flow, const struct table_info *t, const struct column_info **ret,
                struct err *err);

int put_render(const struct put_ctx *ctx, const struct record *r, struct rendering *ret,
               struct err *err);

/* The columns, as a mask over flow->puts, that have to be written so that a row of which `agreed`
 * is known holds r. hold: fields that wait for a person. now: NULL where all puts are PUT_FIELD.
 * Pure. */
uint64_t put_due(const struct flow *flow, const struct record *r, const struct rendering *now,
                 const struct agreed *agreed, uint32_t hold);

/* Of the columns, as a mask, those that are left alone for cells which nobody could read when the
 * row was last read: what people typed there is not written over, and what the store still has of
 * such a field is out of date, so that no other column gets it either. Pure. */
uint64_t put_unread(const struct flow *flow, const struct agreed *agreed);
/* The fields, as a mask, whose cells keep these columns from being written. Pure. */
uint32_t put_unread_fields(const struct flow *flow, const struct agreed *agreed, uint64_t columns);

/* These columns were sent, with the values v, and nobody can tell whether the row holds them: until
 * somebody looks, both are as good as agreed, and the columns are written again. Pure. */
void put_doubt(const struct flow *flow, uint64_t columns, const struct value *v,
               struct agreed *agreed);
/* Somebody has looked: the row holds `theirs` in the fields of mask. Returns false when there was
 * no doubt about them. Pure. */
bool put_heard(const struct flow *flow, const struct value *theirs, uint32_t mask,
               struct agreed *agreed);

/* What is agreed once these columns hold what was rendered. */
void put_agree(const struct flow *flow, const struct record *r, const struct rendering *now,
               uint64_t columns, struct agreed *agreed);

/* The fields of the flow's entity that a put reads. Pure. */
uint32_t put_reads(const struct put *p);
/* Of them, references whose target's values it shows: {person.name}. */
uint32_t put_follows(const struct put *p);

/* Is the record within the flow's where.* and set.*; NULL values count as what they fall back to.
 */
bool put_in_scope(const struct flow *flow, const struct value *v, const struct dicts *dicts,
                  struct arena *arena);

#endif
