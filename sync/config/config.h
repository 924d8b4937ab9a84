/* config.h: one INI file, read once at start into const structs that live as long as the process.
 *
 * Every mistake is reported at once, as `file:line: what is wrong, and what to write instead`;
 * unknown keys are mistakes. The keys are a table (config_keys.c) that `rosterd help config` prints
 * and a test holds config.example.ini against. Read by every thread after config_load, changed by
 * none. */
#ifndef SYNC_CONFIG_H
#define SYNC_CONFIG_H

#include "store/base/arena.h"
#include "store/base/buf.h"
#include "store/base/err.h"
#include "store/base/log.h"
#include "store/model.h"
#include "sync/brakes.h"
#include "sync/remote.h"

enum direction { DIR_PULL, DIR_PUSH, DIR_BOTH };
/* What a row that vanished from a complete listing does to its record. */
enum missing_policy {
    MISSING_DELETE,
    MISSING_IGNORE,
    MISSING_CANCEL,
    MISSING_REPORT, /* it stays as it is; the absence is told, once */
};
/* Who wins when both sides changed a field differently. */
enum conflict_policy {
    WIN_DEFAULT, /* by home.ENTITY */
    WIN_REMOTE,
    WIN_STORE,
    WIN_NEWEST, /* the later edit; a tie goes to the entity's home */
    WIN_ASK,    /* a person says */
};
/* What a deletion in the store does to the row. */
enum deletion_policy { DELETION_IGNORE, DELETION_ARCHIVE, DELETION_MARK };

/* field.NAME = COLUMN [via REMOTE] [as TYPE] */
struct field_map {
    size_t field;       /* index in the entity */
    const char *column; /* name or id in the remote's table */
    const char *via;    /* the column holds the id that the record has in this remote, or NULL */
    bool via_uuid;      /* that remote's ids are UUIDs, spelled with or without dashes */
    const char *as;     /* "list", "text", "yesno", "attachment": how the cell is read, or NULL */
    int line;
};

/* where.NAME = VALUES: rows outside are out of the flow's scope. */
struct where {
    size_t field;
    const char *const *values; /* as written: codes, spellings or numbers */
    size_t n;
    int line;
};

/* A value that no column says.
 *   set.NAME = VALUE    every record of the flow has it
 *   new.NAME = VALUE    a record that comes in new begins with it; what becomes of it is not the
 *                       flow's business */
struct constant {
    size_t field;
    const char *text; /* as written: read like a cell of text */
    int line;
};

/* What one column gets when a record is written.
 *   put.COLUMN = FIELD [via REMOTE]     PUT_FIELD: the field, in the form the column wants
 *   put.COLUMN = {a.b} — {c}            PUT_TEXT: pieces, one after another; "quoted" = one literal
 *   put.COLUMN = none                   PUT_NOTHING: this column of a mapped field is not written
 * A mapped field that no put mentions is written to the column it is read from. */
enum put_kind { PUT_FIELD, PUT_TEXT, PUT_NOTHING };
struct put_piece {
    const char *text; /* a literal; NULL: a value */
    size_t field;     /* of the flow's entity */
    int of_target; /* field is a reference: this field of the record it names; -1: field itself */
};
struct put {
    enum put_kind kind;
    const char *column;
    size_t field;    /* PUT_FIELD */
    const char *via; /* PUT_FIELD of a reference: the remote whose id of that record is written */
    const struct put_piece *pieces; /* PUT_TEXT */
    size_t n_pieces;
    int line; /* 0: made from field.NAME */
};

struct flow {
    const char *name;
    const char *title;     /* what people call it, or NULL */
    const char *push_name; /* of its push: "people:push"; the plain name where it only pushes */
    int line;
    const struct remote_config *remote;
    const char *table;
    const struct entity *entity;
    const char *dict; /* the dictionary that the table holds; then entity is dict_entity(dict),
                         which is none of model_entities. NULL: the flow keeps records */
    enum direction direction;
    int64_t every_ms;      /* 0: only when asked */
    int64_t full_every_ms; /* a whole listing at least so often */
    int64_t overlap_ms;    /* -1: the remote's own default */
    enum missing_policy missing;
    enum conflict_policy conflict, conflict_field[MODEL_FIELDS_MAX];
    unsigned max_delete; /* percent of the rows in scope */
    struct brake_limit max_update;
    int64_t max_create;   /* rows that one push may make in the remote */
    const char *key;      /* a column with the rows' own UUIDs, or NULL */
    const char *sentinel; /* a row id that a whole listing must have, or NULL */
    /* Rows may say of themselves that they are deleted: the column that holds when (epoch seconds),
     * or NULL, and the one that holds why, or NULL. The push writes them, one at a time. */
    const char *mark, *mark_reason;
    int64_t mark_gap_ms; /* at least so long between two of them */
    struct field_map *maps;
    size_t n_maps;
    struct where *wheres;
    size_t n_wheres;
    struct constant *sets, *news;
    size_t n_sets, n_news;
    /* A row makes a record only where the store has none with the same values in these fields, in
     * the order in which they name it (sync/pull/unique.h); empty: every row is a record's own. */
    const size_t *unique;
    size_t n_unique;
    int unique_line;
    const char *mapping; /* hash of all of the above that decides what a row means */

    /* writing; n_puts is 0 where the flow only pulls */
    bool create;                    /* a record that has no row there gets one */
    enum deletion_policy on_delete; /* what a deletion in the store does there */
    const char *marker;             /* a column that holds the record's own id, or NULL */
    int64_t settle_ms;              /* an edit younger than this waits for the next run */
    int64_t settle_insert_ms;       /* how long a new row may stay invisible in the remote */
    struct put *puts;               /* every column that is written, none of them PUT_NOTHING */
    size_t n_puts;
    uint32_t put_fields;      /* fields that reach the remote in any of them */
    const char *push_mapping; /* hash of what decides how a record is written */
};

/* One thing to run: a flow in one of its directions. */
struct step {
    const struct flow *flow;
    bool push;
};

struct cycle {
    const char *name;
    const char *title; /* what people call it, or NULL */
    int line;
    struct step *steps;
    size_t n;
    int64_t every_ms;
    bool go_on; /* a failed step does not keep the later ones from running */
};

/* Where and when admins are told of trouble ([telegram]). */
struct alert_place {
    int64_t chat, thread; /* chat 0: none; thread 0: no topic */
};
struct alert_settings {
    struct alert_place all;      /* a group for everything … */
    struct alert_place topic[4]; /* … but for what has a place of its own, by enum severity */
    bool groups_only;            /* not into the admins' own chats as well */
    bool quiet, digest;
    int quiet_from, quiet_to, digest_at; /* minutes of the festival's day */
    const char *heartbeat;               /* what is asked every minute while all is well, or NULL */
    int64_t stuck_ms;                    /* what waits longer has got stuck */
    int64_t disk_mb;                     /* less than this is left: nearly full */
};

struct config {
    const char *path;
    const char *store;
    const char *key_file;   /* or NULL */
    const char *backup_dir; /* or NULL: beside the store */
    int backup_keep;
    int workers;
    int year;
    const char *timezone;
    const char *language; /* "ru" or "en": for people whose own is unknown */
    enum log_level log_level;
    const struct remote_config
        *home[16]; /* by the entity's index in model_entities; NULL: see below */

    const char *telegram_token; /* NULL: no Telegram */
    const char *telegram_api_url;
    const char *telegram_file_url; /* NULL: under the api_url; "local": paths of this machine */
    bool webhook_takeover;         /* a webhook that another program set is taken away */
    const int64_t *groups;         /* group chats where personal data may be shown */
    size_t n_groups;
    const int64_t *admins;
    size_t n_admins;
    bool leads_are_organizers;  /* of their teams, this year */
    int64_t second_admin_above; /* so many changes at once take two admins; 0: never */
    struct alert_settings alerts;

    struct remote_config **remotes;
    size_t n_remotes;
    struct flow **flows; /* in the order in which they depend on each other */
    size_t n_flows;
    struct cycle **cycles;
    size_t n_cycles;
};

/* Reads and checks path. On mistakes returns -1, *ret stays untouched, and every one is a line of
 * `mistakes`. The config is freed with config_free. */
int config_load(const char *path, struct config **ret, struct buf *mistakes);
void config_free(struct config *c); /* takes NULL */

/* By name; NULL when there is none. */
const struct flow *config_flow(const struct config *c, const char *name);
/* A step is asked for and remembered by its name: flow->name for a pull, flow->push_name for a
 * push. Finds "people", "people:pull", "people:push"; a flow that only pushes by its plain name
 * too. Returns false when there is none. */
bool config_step(const struct config *c, const char *name, struct step *ret);
const char *step_name(const struct step *s);
const struct cycle *config_cycle(const struct config *c, const char *name);
const struct remote_config *config_remote(const struct config *c, const char *name);

/* The flow that reads an entity (or, by field_target, a dictionary) from a remote: references `via`
 * that remote resolve through its table. NULL when none does; one that only writes there is none.
 */
const struct flow *config_carrier(const struct config *c, const char *entity, const char *remote);

/* The remote that wins conflicts of an entity: home.ENTITY, else the only one it is read from. */
const struct remote_config *config_home(const struct config *c, const struct entity *e);

/* The constant for that field, or NULL. */
const struct constant *config_constant(const struct constant *list, size_t n, size_t field);

/* Appends what a put writes, as the configuration says it: "{person.name} — {team.name}". */
void config_show_put(const struct flow *flow, const struct put *put, struct buf *out);

/* The name most like `typed` among flows, cycles and "all"; NULL when none is near. */
const char *config_suggest(const struct config *c, const char *typed);

/* Prints every key with its meaning, section by section. */
void config_describe(struct buf *out);

#endif
