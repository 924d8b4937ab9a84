/* twoway.h: a made-up festival that is kept in step both ways while people work on all sides at
 * once: what they do is chosen by a seed and written down, so that it can be asked afterwards what
 * became of it.
 *
 * What has to survive a process that dies (the log, the seed, the numbers) lies in memory shared
 * with it. One thread. */
#ifndef TESTS_SUPPORT_TWOWAY_H
#define TESTS_SUPPORT_TWOWAY_H

#include "store/base/uuid.h"
#include "store/dict.h"
#include "tests/support/scenario.h"

#define TW_LOG_MAX 60000
#define TW_COLUMNS 12
#define TW_HAND    "telegram:1" /* who edits the store itself */

/* ---------------------------------------------------------------- the tables (twoway_tables.c) */

enum tw_kind {
    TW_TEXT, /* every value is written once in a lifetime */
    TW_POOL,
    TW_REF,  /* one row of another table */
    TW_REFS, /* several */
};
struct tw_choice {
    const char *cell, *value; /* as people write it; as the audit does, "" for empty */
    bool bad, outside;        /* the row is invalid for it; is out of the flow's scope */
};
struct tw_column {
    const char *name, *field;
    enum tw_kind kind;
    const char *prefix; /* TW_TEXT */
    const struct tw_choice *pool;
    unsigned n_pool;
    const char *ref; /* the flow whose rows it names */
    bool required;   /* TW_REF: a row without it is invalid; other kinds: empty is bad */
};
/* A table that people work on. */
struct tw_table {
    const char *flow, *entity, *remote, *tbl;
    unsigned most; /* rows that people add to it */
    struct tw_column columns[TW_COLUMNS];
};
extern const struct tw_table tw_tables[];
extern const size_t tw_n_tables;

const struct tw_table *tw_table_of(const char *tbl);
const struct tw_column *tw_column_of(const struct tw_table *t, const char *field);

/* ---------------------------------------------------------------- what is written down */

enum tw_what {
    TW_SET,     /* a field got a value */
    TW_DELETE,  /* a row, or a record of the store, was deleted */
    TW_RESTORE, /* it was brought back, or into sight */
    TW_AWAY,    /* out of sight: hidden, not shared */
    TW_MARK,    /* the row says of itself that it is deleted */
    TW_UNMARK,  /* it says so no more */
};
struct tw_edit {
    enum tw_what what;
    int64_t at;
    int64_t born;   /* when the row was: its id may be another row's later */
    char tbl[16];   /* "" for the store */
    char row[40];   /* the row's id; of the store, the record's */
    char local[40]; /* the record the row stood for then, "" when none */
    char entity[16], field[24], value[96];
    bool bad;   /* such a value makes the row invalid */
    bool raced; /* made between the last look at the row and the writing of it: nobody can tell */
    bool early; /* the row was made by the program, which did not know of it yet */
};

struct tw_numbers {
    unsigned long edits, meanwhile, syncs, kills, faults, cancels, undos, settles, pauses, plans,
        conflicts, writes;
};

struct tw_shared {
    uint64_t random;
    int64_t now_ms; /* the world's own time */
    unsigned next;  /* number for what must be new */
    bool tidy;      /* nobody writes nonsense just now */
    bool window[4]; /* of each remote: rows were looked at and are about to be written */
    bool reassured; /* a person had to say which of several rows was made */
    struct tw_numbers n;
    size_t n_log;
    struct tw_edit log[TW_LOG_MAX];
    size_t n_saved; /* the remotes as a child that died left them, 0: untouched */
    char saved[8 << 20];
};

struct twoway {
    struct world *w;
    struct tw_shared *m;
    int64_t seed;
    bool trace; /* tells what happens, on standard output */
    /* the world's own ways, chosen by the seed */
    bool people_both, people_create, formulas, template, where_year, archives, create, cancels,
        missing_ignored, archives_pages;
    /* of a Grist world: it makes rows; roles and statuses are rows of their own; heads of teams */
    bool makes, by_row, heads;
    unsigned busy; /* of 1000 calls, how often somebody edits just then */
    /* what they do, where rows may be added or removed at that moment: TW_MAY_… */
    void (*work)(struct twoway *t, unsigned may);
    struct db *hand; /* the connection of those who edit the store; NULL: the world's own */
};

/* ---------------------------------------------------------------- the world (twoway_world.c) */

struct twoway *tw_new(int64_t seed, struct arena *arena);

/* ---------------------------------------------------------------- running it (twoway_run.c) */

#define TW_MAY_ADD    1u
#define TW_MAY_REMOVE 2u

/* A world without ways of its own yet. */
struct twoway *tw_open(int64_t seed, struct arena *arena);
void tw_free(struct twoway *t);
void tw_tell_config(struct twoway *t);
unsigned tw_below(struct twoway *t, unsigned n);
bool tw_chance(struct twoway *t, unsigned percent);
void tw_pass(struct twoway *t, int64_t ms);
void tw_tell(struct twoway *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The fake of a remote, and a table of it. */
struct fake_table *tw_fake(struct twoway *t, const char *remote, const char *tbl,
                           struct fake_remote **ret);
/* A fault that is yet to come, on some remote. */
void tw_trouble(struct twoway *t);
/* One sync of some steps, perhaps killed or stopped half way, with people at work meanwhile. */
void tw_some_sync(struct twoway *t);
/* Everything, read and sent whole, undisturbed; returns whether all went well. */
bool tw_calm_sync(struct twoway *t, bool full);
/* The same; did it write nothing anywhere? difference: the first thing that it did write here. */
bool tw_is_quiet(struct twoway *t, bool full, struct buf *difference);

/* ---------------------------------------------------------------- people (twoway_people.c) */

/* One thing that somebody does somewhere; adds: rows may be added too. */
void tw_edit(struct twoway *t, bool adds);
/* Somebody writes a value that is fine into a cell, or into the store; nothing comes or goes. */
void tw_small_edit(struct twoway *t);
void tw_log(struct twoway *t, const struct tw_edit *e);
const char *tw_word(enum tw_what what);
/* Some column of the table, often the one that was written last. */
const struct tw_column *tw_some_column(struct twoway *t, const struct tw_table *table);
/* Now and then somebody takes back what was written: a value that the field of that row or record
 * had before; else NULL. */
const char *tw_earlier(struct twoway *t, const struct tw_edit *like, const struct tw_column *c);
/* The record that was written last, of that entity, half of the time; else "". */
const char *tw_hot_record(struct twoway *t, const char *entity);
/* The record a row stands for, or "". */
const char *tw_local_of(struct twoway *t, const char *remote, const char *tbl, const char *row);

/* twoway_hand.c: what organizers do in the store and the chat. */
void tw_edit_store(struct twoway *t);
void tw_small_edit_store(struct twoway *t);
void tw_organize(struct twoway *t);
/* Answers all questions that are open: lost inserts; conflicts and pauses too. */
void tw_answer(struct twoway *t, bool conflicts, bool pauses);

/* ---------------------------------------------------------------- what must hold */

/* twoway_ask.c: the store asked in SQL; parameters :a, :b, … in the order of the arguments. */
int64_t tw_int(struct twoway *t, const char *sql, const char *a, const char *b, const char *c,
               const char *d);
const char *tw_text(struct twoway *t, const char *sql, const char *a, const char *b, const char *c,
                    const char *d); /* NULL for none */
/* The first column of all rows. */
char **tw_list(struct twoway *t, size_t *ret_n, const char *sql, const char *a, const char *b,
               const char *c);
/* A field of a record as text, "" when it is empty. */
const char *tw_value(struct twoway *t, const char *entity, const char *id, const char *field);
/* A cell as the field's value, "" when empty; refs are resolved. NULL: it has no meaning. */
const char *tw_cell(struct twoway *t, const struct tw_table *table, const struct fake_row *row,
                    const char *field);
/* A record that waits somewhere: paused, in quarantine, in conflict. */
bool tw_held(struct twoway *t, const struct flow *f, const char *local, const char *row);
/* Everything that is known about a record's field, for a person who looks for a mistake. */
void tw_history(struct twoway *t, const char *entity, const char *id, const char *field);

/* twoway_agree.c: all sides say the same; every record has its row, none two. */
void tw_check_agreement(struct twoway *t);
/* twoway_lost.c: nothing that a person did has vanished without a trace. */
void tw_check_edits(struct twoway *t);

#endif
