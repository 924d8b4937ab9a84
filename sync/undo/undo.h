/* undo.h: the reverse of a run, three-way: what is still as the run left it goes back to how it was
 * before; what somebody changed since stays and is named. Only the store is touched; rows of the
 * remotes follow with the next pushes.
 *
 * A run of its own (kind "undo") is written for it, so an undo can be undone. Thread of the
 * caller, with its own db. */
#ifndef SYNC_UNDO_H
#define SYNC_UNDO_H

#include "store/db.h"
#include "store/runs.h"
#include "store/value.h"
#include "sync/choose.h"

enum undo_what {
    UNDO_SET,       /* a field goes back */
    UNDO_DELETE,    /* a record that the run brought goes */
    UNDO_RESTORE,   /* a record that the run deleted is back */
    UNDO_ROW_GONE,  /* a row that the run made in a remote shall go, with the next push */
    UNDO_ROW_BACK,  /* a row that is gone there shall be back, with the next push */
    UNDO_ROW_LEAVE, /* undoing an undo: what was wished of the row is wished no more */
    UNDO_KEEP,      /* it stays as it is; keep says why */
};

enum undo_keep {
    KEEP_NOTHING,
    KEEP_CHANGED,  /* changed since, by `by` at `at` (0: unknown) */
    KEEP_DELETED,  /* deleted since */
    KEEP_REFERRED, /* others refer to it; `by`: one of them */
    KEEP_ADOPTED,  /* another table has it too; `by`: its remote */
    KEEP_PAUSED,
    KEEP_CONFLICT, /* the field waits for a person's word */
    KEEP_REPLACED, /* another row, or none, stands for the record now */
    KEEP_DERIVED,  /* a column made of other values: it follows them */
    KEEP_OBSCURE,  /* what stood there before is not known */
    KEEP_UNHEARD,  /* it is not known yet whether the row was written */
    KEEP_GONE,     /* the record is not in the store any more */
};

/* One thing an undo does or leaves. field is NULL for a whole record or row; now and back are
 * texts as the audit writes them, NULL: empty. */
struct undo_op {
    enum undo_what what;
    const char *entity, *local_id;
    const char *name; /* the record, as people call it; NULL while applying */
    const char *field, *now, *back;
    const char *row; /* ROW_…: "coda: grid-1" */
    enum undo_keep keep;
    const char *by;
    int64_t at;
    /* for applying */
    int index; /* of field in the entity */
    struct value value;
    int64_t link;
    const char *wish, *word; /* ROW_…: what is wished of it then; the audit's word for that */
};

enum undo_state {
    UNDO_READY,     /* there is something to set back */
    UNDO_EMPTY,     /* the run changed nothing */
    UNDO_ALREADY,   /* all is as it was before the run */
    UNDO_ALL_KEPT,  /* everything it changed is another one by now */
    UNDO_MARKS,     /* it did nothing but mark rows, or take marks away */
    UNDO_FORGOTTEN, /* what it changed is not remembered any more */
    UNDO_RUNNING,
    UNDO_UNKNOWN, /* no such run */
};

struct undo_counts {
    int64_t records; /* whose fields go back */
    int64_t fields, deleted, restored, rows_gone, rows_back;
    int64_t kept;    /* lines with UNDO_KEEP */
    int64_t already; /* things that are as they were before the run */
    int64_t marks;   /* rows that the run marked or cleared of a mark: nothing is undone of them,
                      * they follow from what the rows and the store hold */
};

struct undo_plan {
    enum undo_state state;
    const struct run *run;   /* NULL: UNKNOWN */
    const struct flow *flow; /* of the run; NULL when the configuration has it no more */
    struct undo_counts counts;
    uint32_t entities; /* touched by the run: bits by index in model_entities */
};

/* What an op does and why something stays, in a few English words, for files and the shell. */
const char *undo_word(enum undo_what what);
const char *undo_keep_word(enum undo_keep keep);

/* Told of each op in order; what it points to lives for the call. Returns -1 with err set to stop.
 */
typedef int undo_fn(void *ctx, const struct undo_op *op, struct err *err);

/* What undoing the run would do now. Writes nothing; tell may be NULL. *ret lives in arena; memory
 * does not grow with the run. */
int undo_plan(struct db *db, const struct config *cfg, int64_t run, undo_fn *tell, void *ctx,
              struct arena *arena, struct undo_plan *ret, struct err *err);

struct undo_request {
    int64_t run;
    const char *actor; /* "telegram:1001", "shell" */
    int64_t job;       /* 0: none */
    int64_t at;        /* UTC ms */
    int64_t wait_ms;   /* for syncs under way that may touch the same records */
    const _Atomic bool *cancel;
    size_t chunk; /* records in one transaction; 0: 1,000 */
};

struct undo_done {
    int64_t run; /* the undo's own; 0: nothing was left to do */
    struct undo_counts counts;
    uint32_t entities;
};

/* Does it, in transactions of its own (the caller has none open): everything is judged again, so
 * that what changed since the plan was shown stays too and is counted. The undo's run is left
 * "partial" for undo_finish; when a crash comes before that, the same request goes on with it.
 * Errors: ERR_TEMP when a sync holds the records longer than wait_ms, ERR_DATA when there is
 * nothing to undo. */
int undo_apply(struct db *db, const struct config *cfg, const struct undo_request *q,
               struct undo_done *ret, struct err *err);

/* The undo is over. Belongs in the transaction that tells of it; nothing for run 0. */
int undo_finish(struct db *db, const struct undo_done *done, int64_t at, struct err *err);

/* The pushes that carry changes of these entities to the remotes; ret->n 0: none. */
void undo_pushes(const struct config *cfg, uint32_t entities, struct choice *ret);

#endif
