/* fake_remote.h: a remote in memory with a layer of faults in front of it, for scenarios, crash
 * tests and the randomized test. One thread.
 *
 * Every page, column description, second look, search and batch of writes is one call: it is
 * counted, it may be made to fail, and a hook is told before and after it. The rows answer to edits
 * of the test as a person's edits would: each moves the remote's own clock forward. What the
 * program writes counts as such an edit, and comes back in the next listing.
 *
 * fake_table.c has the tables, fake_remote.c the faults and the reading, fake_write.c the writing,
 * fake_grist.c what is particular to Grist; fake_save.c puts all of it into bytes and back. */
#ifndef TESTS_SUPPORT_FAKE_REMOTE_H
#define TESTS_SUPPORT_FAKE_REMOTE_H

#include "store/base/buf.h"
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
    int64_t edited_ms, created_ms;
    int64_t told_ms;  /* numbered: the time ahead of all clocks that was told of */
    int64_t shown_ms; /* until then it is neither listed nor found: the remote is slow */
    enum fake_state state;
    bool made; /* by the program, not by a person */
};

struct fake_column {
    char *name, *type;
    bool calculated;
    char *source;  /* shows what this other column holds, NULL: nothing */
    char *options; /* "a|b|c": takes no other name; NULL: any */
};

/* What the table does to rows that are written so that the column becomes that value. */
enum fake_rule_kind {
    RULE_REFUSE, /* the row is refused */
    RULE_IGNORE, /* the row is accepted and stays as it was */
};
struct fake_rule {
    enum fake_rule_kind kind;
    char *column, *value; /* value as fake_plain gives it */
};

struct fake_table {
    char *name;
    struct fake_column *columns;
    struct fake_row *rows;
    struct fake_rule *rules;
    size_t n_columns, n_rows, n_rules;
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
    FAULT_HALF,      /* writes: one half is done, nobody heard of the other, which did not happen */
    FAULT_STOP,      /* writes: one half is done, the other was surely not sent */
    FAULT_REFUSE,    /* writes: the first row of the batch is refused */
    FAULT_IGNORE,    /* writes: the first row is accepted, and silently not applied */
    FAULT_KINDS
};
/* Of a write, BUSY, SERVER, AUTH and NO_TABLE come before any effect; after TIMEOUT nothing
 * happened, after GARBAGE and LOST everything did, and none of the three can be told from another.
 * LOOP and CUT_SHORT mean nothing there, HALF, STOP, REFUSE and IGNORE nothing elsewhere. */
struct fake_fault {
    enum fake_fault_kind kind;
    unsigned call;    /* counted from when the fault was set */
    bool writes;      /* only writes count and fail */
    bool stays;       /* every call from then on, until cleared */
    unsigned retry_s; /* FAULT_BUSY */
};

/* Told before and after each call: "before coda list", "after coda insert", … */
typedef void fake_hook(void *ctx, const char *what);

struct fake_options {
    bool row_id_is_uuid; /* as Notion's: a trash, and rows come back out of it */
    /* As Grist's: row ids are small numbers and are given again, columns "Ref:TABLE" and
     * "RefList:TABLE" hold such numbers, a removed row leaves no trace and is cleared out of them,
     * what changes nothing does not move a row's time, and a document that did not change at all is
     * not read. */
    bool numbered;
    bool stateless;     /* numbered: whether the document changed is not to be learnt */
    bool lists_trash;   /* trashed rows come in listings */
    bool cursorless;    /* knows no incremental reading: every listing is whole */
    size_t page_size;   /* 0: 3 */
    int64_t overlap_ms; /* its own default; 0: none */
    size_t batch;       /* rows in one write; 0: 3, or 1 where rows have UUIDs */
    bool upserts;       /* an insert with a marker writes over the row that has it */
    int64_t grain_ms;   /* times of edits are rounded down to this; 0: exact */
    int64_t hides_ms;   /* so long a new row is not to be seen */
};

/* What was written since fake_count_anew. */
struct fake_writes {
    unsigned calls;                                   /* of insert, update, archive */
    unsigned inserted, updated, archived, back, find; /* rows asked for; calls of find */
    unsigned peeks;          /* looks at rows that are about to be written, or judged anew */
    int64_t last_ms, gap_ms; /* the shortest time between two calls; -1: there were no two */
};

/* cfg stays the caller's. The result is a struct remote for remotes_replace. */
struct fake_remote *fake_remote_new(const struct remote_config *cfg, struct fake_options opt);
void fake_remote_free(struct fake_remote *f); /* takes NULL */
struct remote *fake_remote_base(struct fake_remote *f);
void fake_remote_set_config(struct fake_remote *f, const struct remote_config *cfg);
struct fake_options *fake_remote_options(struct fake_remote *f);
/* The options that the vtable shows are taken over from the options above. */
void fake_remote_renew(struct fake_remote *f);

struct fake_writes fake_count(const struct fake_remote *f);
void fake_count_anew(struct fake_remote *f);

/* Made on first use. */
struct fake_table *fake_table(struct fake_remote *f, const char *name);
struct fake_table *fake_tables(struct fake_remote *f, size_t *ret_n);
/* Adds the column when there is none of that name; type NULL: leaves it as it is ("text" at first),
 * "calculated": it can no longer be written. */
size_t fake_column(struct fake_table *t, const char *name, const char *type);
/* The column and what is in it, without a trace. */
void fake_drop_column(struct fake_table *t, const char *name);
/* The column shows what `source` holds, as a formula would; nobody writes it. */
void fake_set_formula(struct fake_table *t, const char *name, const char *source);
/* options: "a|b|c"; NULL: any again. */
void fake_set_options(struct fake_table *t, const char *name, const char *options);
/* value NULL: forgets the rules about the column. */
void fake_set_rule(struct fake_table *t, enum fake_rule_kind kind, const char *column,
                   const char *value);
/* NULL when there is none. */
struct fake_row *fake_find(struct fake_table *t, const char *id);
/* A new empty row, edited now. */
struct fake_row *fake_add(struct fake_remote *f, struct fake_table *t, const char *id);
/* json is copied; NULL empties the cell. Both count as an edit by a person. */
void fake_set(struct fake_remote *f, struct fake_table *t, struct fake_row *row, const char *column,
              const char *json);
void fake_set_state(struct fake_remote *f, struct fake_row *row, enum fake_state state);
/* Its time alone, as a write with a time of its own sets it. */
void fake_stamp(struct fake_remote *f, struct fake_row *row, int64_t edited_ms);
/* numbered: the row is gone, and whatever refers to it is cleared without moving its time. */
void fake_remove(struct fake_remote *f, struct fake_table *t, const char *id);
/* The row without a trace, or (id NULL) all rows. */
void fake_forget(struct fake_table *t, const char *id);

/* A cell's JSON as one text that two spellings of the same share: UUIDs with dashes, references by
 * their id, lists sorted. */
const char *fake_plain(const char *json, struct arena *arena);

void fake_fault(struct fake_remote *f, struct fake_fault fault); /* kind FAULT_NONE clears */
bool fake_fault_parse(const char *word, enum fake_fault_kind *ret);
void fake_set_hook(struct fake_remote *f, fake_hook *hook, void *ctx);

/* Everything that a call or an edit can change, as bytes, and back: for a child that dies and for
 * going back to where a step began. */
void fake_save(const struct fake_remote *f, struct buf *out);
void fake_load(struct fake_remote *f, const char *bytes, size_t n);

/* The counter and pending fault, so that a step can be run again as it was the first time. */
struct fake_mark {
    unsigned calls, write_calls, fault_at;
    struct fake_fault fault;
};
struct fake_mark fake_remember(const struct fake_remote *f);
void fake_go_back(struct fake_remote *f, struct fake_mark mark);

#endif
