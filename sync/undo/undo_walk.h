/* undo_walk.h: over all that a run did, record by record. Private to the undo's files. */
#ifndef SYNC_UNDO_WALK_H
#define SYNC_UNDO_WALK_H

#include "sync/undo/undo_judge.h"

/* Where the walk is: audit rows, then writes on remotes, then those nobody has heard of. */
struct undo_place {
    enum { IN_AUDIT, IN_JOURNAL, IN_UNHEARD, AT_END } part;
    int64_t after;
};

/* Told of each record, or row of a remote, for which there is anything to say. */
typedef int undo_record_fn(void *ctx, const struct undo_list *l, struct err *err);

struct undo_walk {
    struct undo_view view;
    struct arena *page; /* the rows of one page; view.arena is one record's */
    undo_record_fn *told;
    void *ctx;
    struct undo_counts counts;
    uint32_t entities;
};

/* run must outlive the walk. names: ops carry the names of their records. */
void undo_walk_open(struct undo_walk *w, struct db *db, const struct config *cfg,
                    const struct run *run, bool names);
void undo_walk_close(struct undo_walk *w);

/* Goes on from p over about max rows of the run's history. */
int undo_walk(struct undo_walk *w, struct undo_place *p, size_t max, struct err *err);

#endif
