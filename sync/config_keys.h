/* config_keys.h: the table of configuration keys and the parsers of their values. Main thread, at
 * start; only config.c includes it. */
#ifndef SYNC_CONFIG_KEYS_H
#define SYNC_CONFIG_KEYS_H

#include "sync/config.h"

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
extern const struct key_def config_keys[];
extern const size_t config_n_keys;

/* Adds "path:line: text" to the mistakes. */
void config_mistake(struct reading *r, int line, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* "30s", "5m", "2h", "1d" as ms. Returns false when it is none. */
bool config_duration(const char *text, int64_t *ret_ms);

/* The text with {year} and {yy} replaced; a mistake at line when no year is set. */
const char *config_with_year(struct reading *r, int line, const char *text);

/* Once the whole file is read: resolves what was left for late, checks flows as a whole, puts them
 * in the order of their dependence. Everything wrong becomes a mistake. (config_judge.c) */
void config_judge(struct reading *r);

#endif
