/* deletions.h: what counts as deleted, since when and why: records that are deleted, by whatever
 * hand, and rows that are marked as deleted in their table though no record went with them. Reads
 * only; any thread with its own db. */
#ifndef STORE_DELETIONS_H
#define STORE_DELETIONS_H

#include "store/marks.h"

enum deletion_kind {
    DELETED_RULE,   /* its row breaks a rule: it stands in quarantine, or did until just now */
    DELETED_HAND,   /* a person marked the row in its table */
    DELETED_FEEDER, /* the meal-and-gate system did */
    DELETED_HERE,   /* in the store: a person in the chat, an undo */
    DELETED_GONE,   /* its row is gone from a table, or lies in its trash */
    DELETED_WITH,   /* with the record that it belongs to */
    DELETED_KINDS
};

struct deletion {
    enum deletion_kind kind;
    const char *entity, *local_id; /* NULL: a marked row that no record stands for */
    bool live;                     /* the record is back; the mark of its row has yet to go */
    int64_t since;                 /* UTC ms */
    const char *source;            /* who deleted it, as the audit writes it; NULL: not told */
    const char *remote, *tbl, *remote_id; /* the row that tells; NULL: none does */
    const char *why;                      /* what stands beside its mark, or NULL */
    const char *with_entity, *with_id;    /* DELETED_WITH: that record */
};

/* "rule", "hand", "feeder", "here", "gone", "with". */
const char *deletion_kind_name(enum deletion_kind kind);
bool deletion_kind_read(const char *name, enum deletion_kind *ret);

struct deletion_query {
    enum deletion_kind kind;  /* DELETED_KINDS: any */
    const char *remote, *tbl; /* only what has a row in this table; NULL: any */
    const char *part;         /* only what has this in its name, or a row with it; NULL: any */
    /* Only what it says yes to; NULL: any. d lives for the call. -1: the listing fails with err. */
    int (*wanted)(void *ctx, const struct deletion *d, bool *ret, struct err *err);
    void *ctx;
};

/* Newest first, from offset, at most max. ret_totals counts all that fit but for the kind, each
 * kind by itself. Of more than DELETIONS_MAX in all the oldest are left out. */
#define DELETIONS_MAX 100000
int deletions_list(struct db *db, const struct deletion_query *want, size_t offset, size_t max,
                   struct arena *arena, struct deletion **ret, size_t *ret_n,
                   int64_t ret_totals[DELETED_KINDS], struct err *err);

/* Of one record; *ret NULL when it is not deleted. */
int deletions_of(struct db *db, const char *entity, const char *local_id, struct arena *arena,
                 struct deletion **ret, struct err *err);

#endif
