/* undo_judge.h: one record, or one row written in a remote, against what a run did to it: what goes
 * back and what stays. Private to the undo's files: undo.c (the walk), undo_list.c (what
 * is known and decided of a record), undo_judge.c (records), undo_gone.c (may a record go),
 * undo_with.c (what it went with), undo_sent.c (rows of remotes). Reads only. */
#ifndef SYNC_UNDO_JUDGE_H
#define SYNC_UNDO_JUDGE_H

#include "store/audit.h"
#include "store/journal.h"
#include "store/links.h"
#include "store/record.h"
#include "sync/config/config.h"
#include "sync/undo/undo.h"

/* The audit's words for what is wished of a row (field TRAIL_ROW): before its name, after
 * WISH_GONE, WISH_BACK, or that this is wished no more. */
#define UNWISH_GONE "no longer gone"
#define UNWISH_BACK "no longer back"

struct undo_view {
    struct db *db;
    const struct config *cfg;
    const struct run *run;
    const struct flow *flow; /* of the run, or NULL */
    bool names;              /* ops carry the names of their records */
    int64_t undoing;         /* the undo's own run, once it has begun; 0: nothing is done yet */
    struct arena *arena;     /* what is judged lives here */
};

/* What becomes of one record. */
struct undo_list {
    const struct entity *e;
    const char *id;
    struct record *now; /* NULL: it is not in the store */
    struct undo_op *ops;
    size_t n, cap;
    int64_t already;
    bool followed; /* it is as it was before the run since this very undo brought or took it along
                      with another record; then `already` counts it too */
    bool held_known, paused; /* paused, waiting: read once, when something would change */
    uint32_t waiting;        /* fields in an open conflict */
};

/* What a run did to a record: the first value before it, the last one after it. */
struct undo_net {
    bool inserted; /* then `made` says which fields of after are known */
    struct value before[MODEL_FIELDS_MAX], after[MODEL_FIELDS_MAX];
    uint32_t made, touched;
    bool deletion, deleted_before, deleted_after; /* deletion: "deleted" changed */
    int64_t last;                                 /* its last audit row */
};

/* ---- undo_list.c: what is known of a record, and what is decided of it so far */

/* Reads the record; one that is not there is kept as gone. */
int undo_open(struct undo_view *v, const char *entity, const char *local_id, struct undo_list *l,
              struct err *err);
struct undo_op *undo_add(struct undo_view *v, struct undo_list *l, enum undo_what what);
/* field NULL: the record as a whole. */
struct undo_op *undo_add_kept(struct undo_view *v, struct undo_list *l, enum undo_keep why,
                              const char *field);
/* Kept because it is another one by now: says who made it so. */
int undo_add_changed(struct undo_view *v, struct undo_list *l, enum undo_keep why,
                     const char *field, struct err *err);
/* Nothing when there is an op for this row already. */
void undo_add_row(struct undo_view *v, struct undo_list *l, const struct link *link,
                  enum undo_what what);
/* Is it paused, does a field of it wait for a person. */
int undo_hold(struct undo_view *v, struct undo_list *l, struct err *err);
/* The record's links in every table that the configuration keeps it in. */
int undo_links(struct undo_view *v, const struct undo_list *l, struct link **ret, size_t *ret_n,
               struct err *err);
/* A value as people read it; in the arena. */
const char *undo_shown(struct undo_view *v, const struct field *f, const struct value *value);
int undo_read_net(struct undo_view *v, const struct entity *e, const struct audit_row *rows,
                  size_t n, struct undo_net *net, struct err *err);

/* ---- undo_judge.c */

/* By the audit rows that the run wrote of it. Leaves list->e NULL when the model has no such
 * entity. */
int undo_judge_record(struct undo_view *v, const struct audit_row *rows, size_t n,
                      struct undo_list *list, struct err *err);
/* The fields of net->touched. gone: the record stays deleted. */
int undo_judge_fields(struct undo_view *v, struct undo_list *l, const struct undo_net *net,
                      bool gone, struct err *err);
/* The record, and its rows that are missing, are there again. */
int undo_restore(struct undo_view *v, struct undo_list *l, struct err *err);

/* ---- undo_gone.c */

/* Why a record stays that would have to go. */
struct undo_verdict {
    enum undo_keep why; /* KEEP_NOTHING: it may go, or is gone */
    const char *field;  /* CHANGED, CONFLICT */
    const char *by;     /* REFERRED, ADOPTED */
};
/* depth: 0, more for records that refer to the one asked about. */
int undo_judge_gone(struct undo_view *v, struct undo_list *l, const struct undo_net *net,
                    unsigned depth, struct undo_verdict *ret, struct err *err);

/* ---- undo_with.c */

/* What stands behind the deletion of a record, besides the run that deleted it. */
enum undo_with {
    WITH_NONE,   /* nothing: it can be restored */
    WITH_TARGET, /* it went with a record that this undo restores, and returns with that */
    WITH_KEPT,   /* what it belongs to stays deleted, or it was deleted for its own sake since */
};
int undo_judge_with(struct undo_view *v, const struct undo_list *l, enum undo_with *ret,
                    struct err *err);
/* Sets l->followed. */
int undo_judge_followed(struct undo_view *v, struct undo_list *l, struct err *err);

/* ---- undo_sent.c */

/* By a write on a remote, done or unheard. Leaves list->e NULL when the model has no such entity.
 */
int undo_judge_intent(struct undo_view *v, const struct intent *i, struct undo_list *list,
                      struct err *err);

#endif
