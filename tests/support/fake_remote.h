/* fake_remote.h: a remote in memory with a layer of faults in front of it, for scenarios, crash
 * tests and the randomized test. One thread.
 *
 * Every page, column description and second look is one call: it is counted, it may be made to
 * fail, and a hook is told before and after it. The rows answer to edits of the test as a person's
 * edits would: each moves the remote's own clock forward. */
#ifndef TESTS_SUPPORT_FAKE_REMOTE_H
#define TESTS_SUPPORT_FAKE_REMOTE_H

#include "sync/remote.h"

struct fake_remote;

/* How a row answers when it is asked for. */
enum fake_state {
    FAKE_THERE,
    FAKE_TRASHED, /* listed as trashed where the remote lists such rows, else only the look tells */
    FAKE_GONE,    /* not listed, surely deleted */
    FAKE_UNKNOWN, /* not listed, and asking proves nothing */
    FAKE_HIDDEN,  /* not listed, but there when asked for */
};

struct fake_row {
    char *id, *key; /* key NULL: the remote keeps none */
    char **cells;   /* JSON of each column, as sync/cell.h writes it; NULL: empty */
    int64_t edited_ms;
    enum fake_state state;
};

struct fake_column {
    char *name, *type;
};

struct fake_table {
    char *name;
    struct fake_column *columns;
    struct fake_row *rows;
    size_t n_columns, n_rows;
};

/* What goes wrong, at which call of this remote (1: the next one after it was set). */
enum fake_fault_kind {
    FAULT_NONE,
    FAULT_BUSY,      /* 429 with retry_s */
    FAULT_SERVER,    /* 5xx */
    FAULT_TIMEOUT,   /* no answer */
    FAULT_GARBAGE,   /* no JSON, or JSON that is no answer */
    FAULT_AUTH,      /* 401 */
    FAULT_NO_TABLE,  /* 404: not shared */
    FAULT_LOOP,      /* the cursor of the pages comes back a second time */
    FAULT_CUT_SHORT, /* the listing ends early and says that it is not whole */
    FAULT_LOST,      /* the call happened, its answer did not arrive */
    FAULT_KINDS
};
struct fake_fault {
    enum fake_fault_kind kind;
    unsigned call;    /* counted from when the fault was set */
    bool stays;       /* every call from then on, until cleared */
    unsigned retry_s; /* FAULT_BUSY */
};

/* Told before and after each call: "before coda list", … */
typedef void fake_hook(void *ctx, const char *what);

struct fake_options {
    bool row_id_is_uuid; /* as Notion's */
    bool lists_trash;    /* trashed rows come in listings */
    bool cursorless;     /* knows no incremental reading: every listing is whole */
    size_t page_size;    /* 0: 3 */
    int64_t overlap_ms;  /* its own default; 0: none */
};

/* cfg stays the caller's. The result is a struct remote for remotes_replace. */
struct fake_remote *fake_remote_new(const struct remote_config *cfg, struct fake_options opt);
void fake_remote_free(struct fake_remote *f); /* takes NULL */
struct remote *fake_remote_base(struct fake_remote *f);
void fake_remote_set_config(struct fake_remote *f, const struct remote_config *cfg);
struct fake_options *fake_remote_options(struct fake_remote *f);

/* Made on first use. */
struct fake_table *fake_table(struct fake_remote *f, const char *name);
/* Adds the column when there is none of that name; type NULL: leaves it as it is ("text" at first).
 */
size_t fake_column(struct fake_table *t, const char *name, const char *type);
/* NULL when there is none. */
struct fake_row *fake_find(struct fake_table *t, const char *id);
/* A new empty row, edited now. */
struct fake_row *fake_add(struct fake_remote *f, struct fake_table *t, const char *id);
/* json is copied; NULL empties the cell. Both count as an edit by a person. */
void fake_set(struct fake_remote *f, struct fake_table *t, struct fake_row *row, const char *column,
              const char *json);
void fake_set_state(struct fake_remote *f, struct fake_row *row, enum fake_state state);
/* The row without a trace, or (id NULL) all rows. */
void fake_forget(struct fake_table *t, const char *id);

void fake_fault(struct fake_remote *f, struct fake_fault fault); /* kind FAULT_NONE clears */
bool fake_fault_parse(const char *word, enum fake_fault_kind *ret);
void fake_set_hook(struct fake_remote *f, fake_hook *hook, void *ctx);

/* The counter and pending fault, so that a step can be run again as it was the first time. */
struct fake_mark {
    unsigned calls, fault_at;
    struct fake_fault fault;
};
struct fake_mark fake_remember(const struct fake_remote *f);
void fake_go_back(struct fake_remote *f, struct fake_mark mark);

#endif
