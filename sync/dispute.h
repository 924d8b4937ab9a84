/* dispute.h: fields that both sides changed differently: who wins by the flow's policies, and what
 * is written down of it. Private to the engine's files. */
#ifndef SYNC_DISPUTE_H
#define SYNC_DISPUTE_H

#include "store/conflicts.h"
#include "sync/agreed.h"
#include "sync/pull/reconcile.h"
#include "sync/run_state.h"

/* The policies of the flow as masks, and its conflicts that wait for a person. */
int dispute_load(struct run_state *s, struct err *err);

/* One row and its record, both known. */
struct dispute {
    const struct record *ours, *theirs;
    const struct agreed *agreed;
    uint32_t unread;                /* fields of theirs whose cell could not be read */
    const char *const *unread_text; /* what stands there, by field */
    bool unasked;         /* the record is deleted and stays so: there is nothing to ask a person */
    bool made;            /* the row is one that we made, and nobody heard of */
    bool heard;           /* it is known now what became of a write whose answer was lost */
    int64_t theirs_at;    /* when the remote says the row was edited */
    struct reconcile out; /* set by dispute_settle */
    uint32_t lost;        /* fields in which a change of the store's own lost */
};

/* Reconciles the mapped fields. A field that a person has to settle is in out.wait: neither side
 * moves in it. */
int dispute_settle(struct run_state *s, struct dispute *d, struct err *err);

/* Adds to op what is to be written down of it: conflicts that open, were settled by policy, or have
 * dissolved. Returns true when there is something new. */
bool dispute_note(struct run_state *s, const struct dispute *d, struct op *op);

/* Notes that a record edited on one side and deleted on the other stays; ours, theirs: "1" where
 * it was deleted. */
void dispute_note_kept(struct run_state *s, struct op *op, const char *ours, const char *theirs);

/* For other questions about a record than those of its fields: one to be filled in, settled by
 * policy so far; and adding it to what op writes down. */
struct conflict dispute_draft(const struct run_state *s, const char *local_id, const char *field);
void dispute_add_note(struct run_state *s, struct op *op, const struct conflict *c);

/* Fields of the record that wait for a person in this flow. */
uint32_t dispute_waiting(const struct run_state *s, const char *local_id);

/* Writes op's notes, in the transaction of the op. */
int dispute_apply(struct run_state *s, const struct op *op, struct err *err);

#endif
