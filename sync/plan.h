/* plan.h: what a run is going to do, in order, before any of it is done. Lives in the run's arena;
 * belongs to the thread of the run. */
#ifndef SYNC_PLAN_H
#define SYNC_PLAN_H

#include "store/links.h"
#include "store/marks.h"
#include "store/quarantine.h"
#include "store/record.h"
#include "store/runs.h"

enum op_kind {
    OP_INSERT,  /* a new record and its link */
    OP_ADOPT,   /* a link to a record we have already; its values may change as well */
    OP_UPDATE,  /* values, or deleted cleared; the link agrees */
    OP_AGREE,   /* only the link: both sides have the same now */
    OP_CANCEL,  /* the record gets its cancelled state, the link remembers the one before */
    OP_DELETE,  /* the record is marked deleted, the link stays */
    OP_MISSING, /* the link remembers since when the row is missing (or that it is back) */
    OP_JAIL,    /* a row goes into quarantine, or its reason changed */
    OP_FREE,    /* a row leaves quarantine */
    OP_KEEP,    /* the row is gone, the record was edited and stays: the next push brings it back */
    OP_EVICT,   /* the row's id was given to another row: the link lets go of it */
    OP_SEEN,    /* only the link: this rev of the record needs no writing */
    OP_MARK,    /* the row is marked as deleted, as was read: remembered */
    OP_UNMARK,  /* it is marked no more */
    /* on the remote */
    OP_SEND_INSERT,
    OP_SEND_UPDATE,
    OP_SEND_ARCHIVE,
    OP_SEND_MARK,  /* the row is marked as deleted; rec may be a nameless one: the row never came in
                    */
    OP_SEND_CLEAR, /* its mark goes */
};

struct rendering;
struct conflict;

struct op {
    enum op_kind kind;
    struct record *rec;       /* INSERT, ADOPT, UPDATE: as it shall be; DELETE: as it is */
    const struct record *old; /* ADOPT, UPDATE, DELETE: as it was */
    struct link link;         /* all but JAIL and FREE */
    struct jailed jail;       /* JAIL, FREE */
    bool moved;               /* UPDATE, AGREE: its row names it by another part now */
    bool unsent;              /* the row lacks something of the record: the next push looks at it */
    bool restored;            /* UPDATE: it was deleted and is back */
    bool fresh;               /* JAIL: it was not in quarantine before */
    uint32_t lost;            /* UPDATE, ADOPT: fields in which the store's own change lost */
    int64_t intent;           /* INSERT, ADOPT: the unheard insert that this row answers; 0: none */
    struct conflict *notes;   /* what is written down of disputed fields */
    size_t n_notes;
    const struct rendering *put; /* SEND_*: what the row shall hold */
    uint64_t columns;            /* SEND_*: which of the flow's puts */
    const char *id_text;         /* SEND_INSERT, SEND_UPDATE: the record's id for the key column; or
                                    NULL: that is left alone */
    const char *held;            /* SEND_UPDATE: columns that nobody could read, for which others
                                    that differ too are left alone; or NULL */
    const char *held_cells;      /* … and what they say, as in quarantine */
    const char *base;            /* SEND_UPDATE: what was agreed so far; link.base: afterwards */
    const char *changes;         /* SEND_*: {"field or column":[before,after]} */
    bool own; /* DELETE, KEEP: the record was deleted with another one, and is now for its own
                 row's sake, too: it stays so when that one returns */
    const struct mark *mark; /* *MARK, SEND_CLEAR: as it was read, shall be written, or is known */
};

struct plan {
    struct arena *arena;
    struct op *ops;
    size_t n, cap;
    struct counts counts;
    int64_t jailed_before; /* rows in quarantine that stay as they were */
    int64_t cancelled;     /* of counts.updated */
    int64_t warnings;
    /* ids adopted by this plan, so that two rows never claim one record */
    const char **adopted;
    size_t n_adopted_slots, n_adopted;
};

void plan_init(struct plan *p, struct arena *arena);

/* Adds an op and counts it. The op is copied; what it points to must live in the arena. */
void plan_add(struct plan *p, const struct op *op);

/* The row gets nothing but the id of its record. */
bool op_is_id(const struct op *op);

/* It is done on the remote, not in the store. */
bool op_sends(const struct op *op);
/* It marks a row there, or takes the mark away. */
bool op_marks(const struct op *op);
/* It writes down what is known of both sides and changes neither: nothing to tell. */
bool op_is_silent(const struct op *op);

/* Adds what one op does to the counts. */
void op_count(const struct op *op, struct counts *c);

/* Claims a record for adoption; false when this plan has claimed it already. */
bool plan_claim(struct plan *p, const char *local_id);

#endif
