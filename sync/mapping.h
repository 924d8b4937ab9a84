/* mapping.h: from a row's cells to the records it stands for, or to the rule it breaks. Pure but
 * for the resolver it is given; any thread. */
#ifndef SYNC_MAPPING_H
#define SYNC_MAPPING_H

#include "store/dict.h"
#include "store/record.h"
#include "sync/cell.h"
#include "sync/config/config.h"

enum verdict_kind {
    VERDICT_FINE,
    VERDICT_WAITING,      /* it refers to a record that is not in the store yet */
    VERDICT_INVALID,      /* its own values, or its target, break a rule */
    VERDICT_OUT_OF_SCOPE, /* the flow's where.* leaves it out */
    VERDICT_NOTHING,      /* a field of the flow's unique is empty: it stands for no record yet */
};

/* A value that names a record which nobody knows yet. */
struct unknown {
    const struct field *field;
    const char *value;
};

/* What a row, or one part of it, turned out to be. Lives in the arena. */
struct candidate {
    const char *part; /* "" unless one row stands for several records */
    enum verdict_kind verdict;
    const char *reason, *detail; /* WAITING, INVALID: the sentence and the value */
    int weight;                  /* of what is told; a graver fault replaces it */
    struct unknown *unknown;     /* every reference that leads nowhere yet */
    size_t n_unknown;
    struct record *rec; /* FINE: mapped fields filled, the others as record_new left them */
    bool parts_known;   /* all references could be read: part is what the row says */
    uint32_t unread;    /* fields whose cell is filled, but could not be read: they became empty */
    const char **unread_text; /* what stands there, by field; as in struct agreed */
    unsigned warnings;        /* these, and days that had to be guessed */
};

/* What a reference leads to. */
enum resolution { REF_FOUND, REF_WAITING, REF_INVALID };
/* Answers for the id that field holds in remote `via`: FOUND with the record's id, or the code of a
 * dictionary's row, in local (37 bytes), else why in *ret_reason. Returns -1 with err on a database
 * error. */
typedef int resolve_fn(void *ctx, const struct field *field, const char *via, const char *remote_id,
                       struct arena *arena, char *local, enum resolution *ret,
                       const char **ret_reason, struct err *err);

/* At most this many records from one row (a page of people × teams). */
#define MAPPING_PARTS_MAX 1000

/* Judges one row: cells[i] belongs to flow->maps[i]. */
int mapping_apply(const struct flow *flow, const struct dicts *dicts, const struct cell *cells,
                  resolve_fn *resolve, void *ctx, struct arena *arena, struct candidate **ret,
                  size_t *ret_n, struct err *err);

/* The values of constants, read as cells of text: values[i] belongs to list[i]. ERR_DATA when one
 * is none, with its line in the configuration at path. */
int mapping_constants(const struct flow *flow, const struct constant *list, size_t n,
                      const struct dicts *dicts, const char *path, struct arena *arena,
                      struct value *values, struct err *err);

/* The mask of the fields that a row of the flow decides: those it maps and those it sets. */
uint32_t mapping_mask(const struct flow *flow);

#endif
