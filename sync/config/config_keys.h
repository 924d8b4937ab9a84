/* config_keys.h: the table of configuration keys, and what the files that read a configuration
 * share. Main thread, at start; only sync/config*.c include it. */
#ifndef SYNC_CONFIG_KEYS_H
#define SYNC_CONFIG_KEYS_H

#include "sync/config/config.h"

/* What is being read: everything found so far and the mistakes. */
struct reading {
    struct config *cfg;
    struct arena *arena;
    struct buf *mistakes;
    const char *path;
    /* the section being read; exactly one of the three is set for the named kinds */
    struct remote_config *remote;
    struct flow *flow;
    struct cycle *cycle;
    /* what can be resolved only when the whole file was read */
    struct late *late;
    size_t n_late, cap_late;
};

/* A value that names something which may stand further down. */
struct late {
    int line;
    struct flow *flow;
    struct cycle *cycle;
    const char *key, *value;
};

enum section_kind { SEC_ROSTERD, SEC_TELEGRAM, SEC_REMOTE, SEC_FLOW, SEC_CYCLE, SEC_KINDS };

struct section_def {
    const char *name;
    bool named; /* [flow NAME] */
    const char *about;
};
extern const struct section_def config_sections[SEC_KINDS];

struct key_def {
    enum section_kind section;
    const char *key; /* ends in '.' when a name follows: field.NAME */
    const char *about;
    const char *example;
    /* Parses value into r; rest is what follows the dot of a prefix key. Returns what is wrong and
     * what to write instead (in r's arena), or NULL. */
    const char *(*set)(struct reading *r, int line, const char *rest, const char *value);
};
/* The keys in the order in which they are told; NULL past the last. */
const struct key_def *config_key(size_t i);
extern const struct key_def config_flow_keys[]; /* those of [flow] and [cycle] */
extern const size_t config_n_flow_keys;
extern const struct key_def
    config_alert_keys[]; /* those of [telegram] that say how admins are told */
extern const size_t config_n_alert_keys;

/* ---- config_reading.c: for all who read */

/* Adds "path:line: text" to the mistakes. */
void config_mistake(struct reading *r, int line, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Leaves a value of the section being read for config_judge. */
void config_later(struct reading *r, int line, const char *key, const char *value);

/* Lines of a flow whose key begins with this, whether they could be read or not. */
size_t config_count_lines(const struct reading *r, const struct flow *f, const char *prefix);

/* How much of a reference's name stands in a template: person of person_id. */
size_t config_stem(const char *field);

/* The index of a field, or -1 after a mistake that lists those there are. */
int config_field(struct reading *r, int line, const struct entity *e, const char *name);

/* Appends where.*, for a hash. */
void config_hash_scope(const struct flow *f, struct buf *out);

/* References through `via` need a flow that reads that entity there; else a mistake. Sets
 * *ret_uuid: that remote's row ids are UUIDs. */
void config_check_via(struct reading *r, int line, const struct field *field, const char *via,
                      bool *ret_uuid);

/* ---- config_judge.c and its parts */

/* Once the whole file is read: resolves what was left for late, checks flows as a whole, puts them
 * in the order of their dependence. Everything wrong becomes a mistake. */
void config_judge(struct reading *r);

/* The first part of it: gives the late values to what they belong to. (config_late.c) */
void config_late_read(struct reading *r);

/* Adds the put that l stands for to its flow, as it is written. */
void config_put_read(struct reading *r, const struct late *l);

/* Once all puts and fields of a flow are read: the columns that it really writes, implied ones too;
 * and what is wrong with them as a whole. */
void config_put_judge(struct reading *r, struct flow *f);

void config_put_hash(struct reading *r, struct flow *f); /* sets push_mapping */

void config_steps_read(struct reading *r, const struct late *l); /* config_steps.c */

/* ---- config_constants.c: set.NAME and new.NAME; unique; and both with the flow as a whole */
void config_constant_read(struct reading *r, const struct late *l);
void config_unique_read(struct reading *r, const struct late *l);
void config_constants_judge(struct reading *r, struct flow *f);
void config_hash_constants(const struct flow *f, struct buf *out);

#endif
