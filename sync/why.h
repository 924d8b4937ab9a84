/* why.h: all that explains why a record, or a row of a table, is as it is: where it stands, what is
 * still to be read or sent, and what keeps it from it. Reads the store only; thread of the caller,
 * with its own db. Everything lives in the arena that was passed in. */
#ifndef SYNC_WHY_H
#define SYNC_WHY_H

#include "store/conflicts.h"
#include "store/deletions.h"
#include "store/dict.h"
#include "store/pauses.h"
#include "store/record.h"
#include "store/traces.h"
#include "sync/config/config.h"

/* How a record stands with one table. */
enum why_stand {
    WHY_IN_STEP,
    WHY_UNREAD,    /* but for cells that nobody can read: `unread` */
    WHY_HELD,      /* something about it is in quarantine: see there */
    WHY_DUE,       /* the next push sends `due` */
    WHY_NEW,       /* it has no row there; the next push makes one */
    WHY_NONE,      /* it has no row there, and the flow makes none */
    WHY_OUTSIDE,   /* … because it is outside of what the flow is about */
    WHY_GONE,      /* its row is gone */
    WHY_BACK_DUE,  /* its row is gone, or counts as such; the next push brings it back */
    WHY_MARKED,    /* its row is marked as deleted, as the record is */
    WHY_MARK_DUE,  /* the next push marks its row */
    WHY_CLEAR_DUE, /* the next push takes the mark away */
    WHY_ONLY_HERE, /* it is deleted here; the row stays as it is */
    WHY_NO_FLOW,   /* no flow of the configuration knows the table any more */
};

/* A value of a row as its table has it. */
struct why_cell {
    const char *column, *text; /* text NULL: personal data under lock */
    const struct field *field; /* or NULL */
};

struct why_row {
    const struct flow *flow; /* NULL: NO_FLOW */
    const struct link *link; /* NULL: no row there */
    const struct mark *mark; /* or NULL */
    enum why_stand stand;
    uint32_t due; /* fields of the record */
    /* cells for which fields of the record are not sent */
    struct why_cell *unread;
    size_t n_unread;
    int64_t read_at,
        sent_at;       /* the flow's last reading and sending that came to its end; 0: none */
    const char *error; /* why the last one of either did not; or NULL */
    int64_t error_at;
};

/* Something about it that stands in quarantine. push: the record could not be sent. */
struct why_jailed {
    struct jailed jailed;
    const struct flow *flow;
    bool push;
};

/* A record it refers to that is deleted, or whose own row is not accepted. */
struct why_ref {
    size_t field;
    const char *entity, *local_id;
    bool deleted;
    const char *reason; /* of its row; NULL: it is only deleted */
};

struct why {
    const struct record *rec;
    const struct audit_row *last;    /* the last change of the record itself, or NULL */
    const struct deletion *deletion; /* NULL: it is live */
    const struct pause *pause;       /* or NULL */
    struct why_row *rows;
    struct why_jailed *jailed;
    struct conflict *conflicts; /* open ones */
    struct intent *unheard;
    struct why_ref *refs;
    size_t n_rows, n_jailed, n_conflicts, n_unheard, n_refs;
};

/* *ret NULL when there is no such record. */
int why_record(struct db *db, const struct config *cfg, const char *entity, const char *id,
               struct arena *arena, struct why **ret, struct err *err);

/* Rows that have this id in their table. */
struct why_found {
    const struct flow *flow; /* one that reads the table */
    const char *remote_id;
    const char *entity, *local_id; /* the record it stands for; NULL: it never came in */
};
#define WHY_FOUND_MAX 16
/* remote, flow: only there; NULL: anywhere. Rows beyond WHY_FOUND_MAX are left out. */
int why_find_rows(struct db *db, const struct config *cfg, const struct remote_config *remote,
                  const struct flow *flow, const char *remote_id, struct arena *arena,
                  struct why_found **ret, size_t *ret_n, struct err *err);

/* What the flow knows of a row that no record stands for: what of it is in quarantine (one for each
 * of its parts), and its mark, or NULL. */
int why_row_jailed(struct db *db, const struct flow *flow, const char *remote_id,
                   struct arena *arena, struct why_jailed **ret, size_t *ret_n, struct mark **mark,
                   struct err *err);

/* The columns that a reason is about; all that the flow reads when it is about none. Personal data
 * that is kept under lock is left out. Pure. Errors: ERR_DATA, when the row as it was kept is
 * damaged. */
int why_cells(const struct flow *flow, const struct jailed *j, struct arena *arena,
              struct why_cell **ret, size_t *ret_n, struct err *err);

/* The cells for which a push left a record alone (QUARANTINE_UNREAD). Pure. None, when the row as
 * it was kept is damaged. */
void why_unread(const struct flow *flow, const struct jailed *j, struct arena *arena,
                struct why_cell **ret, size_t *ret_n);

#endif
