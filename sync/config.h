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
#include "sync/remote.h"

enum direction { DIR_PULL };
/* What a row that vanished from a complete listing does to its record. */
enum missing_policy { MISSING_DELETE, MISSING_IGNORE, MISSING_CANCEL };
/* Who wins when both sides changed a field differently. */
enum conflict_policy { WIN_DEFAULT /* by home.ENTITY */, WIN_REMOTE, WIN_STORE };

/* field.NAME = COLUMN [via REMOTE] [as TYPE] */
struct field_map {
    size_t field;       /* index in the entity */
    const char *column; /* name or id in the remote's table */
    const char *via;    /* the column holds the id that the record has in this remote, or NULL */
    bool via_uuid;      /* that remote's ids are UUIDs, spelled with or without dashes */
    const char *as;     /* "list", "text", … overrides how the cell is read, or NULL */
    int line;
};

/* where.NAME = VALUES: rows outside are out of the flow's scope. */
struct where {
    size_t field;
    const char *const *values; /* as written: codes, spellings or numbers */
    size_t n;
    int line;
};

struct flow {
    const char *name;
    int line;
    const struct remote_config *remote;
    const char *table;
    const struct entity *entity;
    enum direction direction;
    int64_t every_ms;      /* 0: only when asked */
    int64_t full_every_ms; /* a whole listing at least so often */
    int64_t overlap_ms;    /* -1: the remote's own default */
    enum missing_policy missing;
    enum conflict_policy conflict, conflict_field[MODEL_FIELDS_MAX];
    unsigned max_delete, max_update; /* percent of the rows in scope */
    const char *sentinel;            /* a row id that a whole listing must have, or NULL */
    struct field_map *maps;
    size_t n_maps;
    struct where *wheres;
    size_t n_wheres;
    const char *mapping; /* hash of all of the above that decides what a row means */
};

struct cycle {
    const char *name;
    int line;
    const struct flow **steps;
    size_t n;
    int64_t every_ms;
};

struct config {
    const char *path;
    const char *store;
    const char *key_file; /* or NULL */
    int workers;
    int year;
    const char *timezone;
    const char *language; /* "ru" or "en": for people whose own is unknown */
    enum log_level log_level;
    const struct remote_config
        *home[16]; /* by the entity's index in model_entities; NULL: see below */

    const char *telegram_token; /* NULL: no Telegram */
    const char *telegram_api_url;
    const int64_t *admins;
    size_t n_admins;

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
const struct cycle *config_cycle(const struct config *c, const char *name);
const struct remote_config *config_remote(const struct config *c, const char *name);

/* The flow that carries an entity on a remote: references `via` that remote resolve through its
 * table. */
const struct flow *config_carrier(const struct config *c, const char *entity, const char *remote);

/* The remote that wins conflicts of an entity: home.ENTITY, else the remote of its only flow. */
const struct remote_config *config_home(const struct config *c, const struct entity *e);

/* The name most like `typed` among flows, cycles and "all"; NULL when none is near. */
const char *config_suggest(const struct config *c, const char *typed);

/* Prints every key with its meaning, section by section. */
void config_describe(struct buf *out);

#endif
