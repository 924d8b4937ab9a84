#include "sync/config/config.h"

#include "store/base/ini.h"
#include "store/base/utf8.h"
#include "sync/config/config_keys.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_MAX       (1 << 20) /* bytes of a configuration file */
#define NAMES_MAX        64 /* remotes, flows or cycles in one file: as many as a job has steps */
#define DAY_MS           86400000
#define SETTLE_INSERT_MS 600000
#define MARK_GAP_MS      50 /* other programs are told of each mark, one by one */
#define STUCK_MS         900000
#define DISK_MB          500
#define NEAR_ENOUGH      3 /* edits between a typo and the word it stands for */

struct owned { /* what config_free gives back, beside the arena */
    struct config cfg;
    struct arena *arena;
};

/* The reader's own state around struct reading. */
struct parse {
    struct reading r;
    char section[256]; /* the one being read, "" before the first */
    enum section_kind kind;
    bool skip; /* the section is unknown or a duplicate: its keys were reported with it */
    struct seen {
        const char *section, *key;
        int line;
    } * seen;
    size_t n_seen, cap_seen;
};

static bool name_ok(const char *name)
{
    if (!*name || strlen(name) > 60)
        return false;
    for (const char *p = name; *p; p++) {
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-_", *p))
            return false;
    }
    return true;
}

static const struct seen *find_seen(const struct parse *p, const char *section, const char *key)
{
    for (size_t i = 0; i < p->n_seen; i++) {
        if (!strcmp(p->seen[i].section, section) && str_eq(p->seen[i].key, key))
            return &p->seen[i];
    }
    return NULL;
}

static void remember(struct parse *p, const char *section, const char *key, int line)
{
    p->seen = arena_grow(p->r.arena, p->seen, &p->cap_seen, p->n_seen + 1, sizeof *p->seen);
    p->seen[p->n_seen++] =
        (struct seen){arena_strdup(p->r.arena, section), arena_strdup(p->r.arena, key), line};
}

static void *add_named(struct arena *arena, void ***list, size_t *n, size_t size)
{
    if (!*list)
        *list = arena_alloc(arena, NAMES_MAX, sizeof **list);
    void *item = arena_alloc(arena, 1, size);
    (*list)[(*n)++] = item;
    return item;
}

static bool too_many(struct parse *p, size_t n, int line)
{
    if (n < NAMES_MAX)
        return false;
    config_mistake(&p->r, line, "more than %d sections of one kind", NAMES_MAX);
    return true;
}

static void begin_named(struct parse *p, const char *name, int line)
{
    struct config *c = p->r.cfg;
    struct arena *arena = p->r.arena;
    const char *kept = arena_strdup(arena, name);
    if (p->kind == SEC_REMOTE && !too_many(p, c->n_remotes, line)) {
        struct remote_config *r = add_named(arena, (void ***)&c->remotes, &c->n_remotes, sizeof *r);
        r->name = kept;
        r->line = line;
        p->r.remote = r;
    } else if (p->kind == SEC_FLOW && !too_many(p, c->n_flows, line)) {
        struct flow *f = add_named(arena, (void ***)&c->flows, &c->n_flows, sizeof *f);
        *f = (struct flow){.name = kept,
                           .push_name = arena_printf(arena, "%s:push", kept),
                           .line = line,
                           .full_every_ms = DAY_MS,
                           .overlap_ms = -1,
                           .max_delete = 10,
                           .max_update = {100, true},
                           .max_create = 100,
                           .settle_insert_ms = SETTLE_INSERT_MS,
                           .mark_gap_ms = MARK_GAP_MS};
        p->r.flow = f;
    } else if (p->kind == SEC_CYCLE && !too_many(p, c->n_cycles, line)) {
        struct cycle *y = add_named(arena, (void ***)&c->cycles, &c->n_cycles, sizeof *y);
        y->name = kept;
        y->line = line;
        p->r.cycle = y;
    } else {
        p->skip = true;
    }
}

static void unknown_section(struct parse *p, const char *section, int line)
{
    AUTO_BUF known = BUF_INIT(512);
    for (size_t i = 0; i < SEC_KINDS; i++)
        buf_addf(&known, "%s[%s%s]", i ? ", " : "", config_sections[i].name,
                 config_sections[i].named ? " NAME" : "");
    config_mistake(&p->r, line, "there is no section [%s]; write one of %s", section,
                   buf_str(&known));
}

static void begin_section(struct parse *p, const char *section, int line)
{
    char word[256];
    str_copy(p->section, sizeof p->section, section);
    str_copy(word, sizeof word, section);
    char *name = strchr(word, ' ');
    if (name) {
        *name++ = '\0';
        name += strspn(name, " ");
    }
    p->r.remote = NULL;
    p->r.flow = NULL;
    p->r.cycle = NULL;
    p->skip = true;
    size_t kind = 0;
    while (kind < SEC_KINDS && strcmp(config_sections[kind].name, word))
        kind++;
    const struct seen *before = find_seen(p, section, NULL);
    if (before) {
        config_mistake(&p->r, line, "[%s] stands already at line %d; give this one another name",
                       section, before->line);
        return;
    }
    remember(p, section, NULL, line);
    if (kind == SEC_KINDS || (name && !config_sections[kind].named)) {
        unknown_section(p, section, line);
        return;
    }
    if (config_sections[kind].named && (!name || !name_ok(name))) {
        config_mistake(&p->r, line,
                       "[%s] needs a name of small Latin letters, digits, - and _: [%s NAME]",
                       section, word);
        return;
    }
    p->kind = (enum section_kind)kind;
    p->skip = false;
    if (name)
        begin_named(p, name, line);
}

static const struct key_def *find_key(enum section_kind kind, const char *key,
                                      const char **ret_rest)
{
    const struct key_def *k;
    for (size_t i = 0; (k = config_key(i)); i++) {
        size_t n = strlen(k->key);
        bool prefix = k->key[n - 1] == '.';
        if (k->section != kind)
            continue;
        if (!prefix && !strcmp(k->key, key)) {
            *ret_rest = "";
            return k;
        }
        if (prefix && !strncmp(k->key, key, n) && key[n]) {
            *ret_rest = key + n;
            return k;
        }
    }
    return NULL;
}

/* How far what was typed is from a key; of a prefix key only the part before the dot counts. */
static unsigned key_distance(const char *key, const char *typed, bool prefix)
{
    char head[256];
    const char *dot = strchr(typed, '.');
    str_copy(head, sizeof head, typed);
    if (prefix != (dot != NULL))
        return UINT_MAX;
    if (prefix && (size_t)(dot - typed) < sizeof head)
        head[dot - typed] = '\0';
    unsigned d = utf8_distance(key, head);
    return d < utf8_length(key) - 1 ? d : UINT_MAX; /* another word, not a slip */
}

static void unknown_key(struct parse *p, const char *key, int line)
{
    const char *best = NULL;
    unsigned nearest = NEAR_ENOUGH + 1;
    AUTO_BUF known = BUF_INIT(1024);
    const struct key_def *k;
    for (size_t i = 0; (k = config_key(i)); i++) {
        if (k->section != p->kind)
            continue;
        bool prefix = k->key[strlen(k->key) - 1] == '.';
        unsigned d = key_distance(k->key, key, prefix);
        if (d < nearest) {
            nearest = d;
            best = k->key;
        }
        buf_addf(&known, "%s%s%s", known.len ? ", " : "", k->key, prefix ? "NAME" : "");
    }
    if (best)
        config_mistake(&p->r, line, "[%s] has no key «%s»; did you mean %s%s?", p->section, key,
                       best, best[strlen(best) - 1] == '.' ? "NAME" : "");
    else
        config_mistake(&p->r, line, "[%s] has no key «%s»; there are %s", p->section, key,
                       buf_str(&known));
}

static bool on_key(void *ctx, int line, const char *section, const char *key, const char *value)
{
    struct parse *p = ctx;
    const char *rest;
    if (!key) {
        begin_section(p, section, line);
        return true;
    }
    if (!*section) {
        config_mistake(&p->r, line, "«%s» stands before the first [section]", key);
        return true;
    }
    /* a section whose name could not be read was reported: its keys are nobody's */
    if (p->skip || strcmp(section, p->section))
        return true;
    const struct seen *before = find_seen(p, section, key);
    if (before) {
        config_mistake(&p->r, line, "«%s» is set already at line %d; keep one of them", key,
                       before->line);
        return true;
    }
    remember(p, section, key, line);
    const struct key_def *k = find_key(p->kind, key, &rest);
    if (!k) {
        unknown_key(p, key, line);
        return true;
    }
    const char *wrong = k->set(&p->r, line, rest, value);
    if (wrong)
        config_mistake(&p->r, line, "%s: %s", key, wrong);
    return true;
}

static void on_bad_line(void *ctx, int line, const char *what)
{
    struct parse *p = ctx;
    config_mistake(&p->r, line, "%s", what);
}

static char *read_file(const char *path, struct buf *mistakes)
{
    FILE *f = fopen(path, "re");
    if (!f) {
        buf_addf(mistakes, "%s: cannot read it: %s; make one from config.example.ini\n", path,
                 strerror(errno));
        return NULL;
    }
    char *text = xcalloc(CONFIG_MAX + 1, 1);
    size_t n = fread(text, 1, CONFIG_MAX + 1, f);
    fclose(f);
    if (n > CONFIG_MAX || strlen(text) != n || !utf8_valid(text, n)) {
        buf_addf(mistakes, "%s: no text file in UTF-8 of at most 1 MB\n", path);
        free(text);
        return NULL;
    }
    return text;
}

int config_load(const char *path, struct config **ret, struct buf *mistakes)
{
    AUTO_FREE char *text = read_file(path, mistakes);
    if (!text)
        return -1;
    struct arena *arena = arena_new((size_t)64 << 20);
    struct owned *own = arena_alloc(arena, 1, sizeof *own);
    own->arena = arena;
    own->cfg = (struct config){.path = arena_strdup(arena, path),
                               .workers = 4,
                               .backup_keep = 7,
                               .timezone = "Europe/Moscow",
                               .language = "ru",
                               .log_level = LOG_INFO,
                               .telegram_api_url = "https://api.telegram.org",
                               .webhook_takeover = true,
                               .alerts = {.stuck_ms = STUCK_MS, .disk_mb = DISK_MB}};
    struct parse p = {.r = {.cfg = &own->cfg, .arena = arena, .mistakes = mistakes, .path = path}};
    size_t before = mistakes->len;
    ini_read(text, on_key, on_bad_line, &p);
    config_judge(&p.r);
    if (mistakes->len > before) {
        arena_free(arena);
        return -1;
    }
    *ret = &own->cfg;
    return 0;
}

void config_free(struct config *c)
{
    if (!c)
        return;
    struct owned *own = (struct owned *)((char *)c - offsetof(struct owned, cfg));
    arena_free(own->arena);
}

void config_describe(struct buf *out)
{
    for (size_t s = 0; s < SEC_KINDS; s++) {
        buf_addf(out, "%s[%s%s]  %s\n", s ? "\n" : "", config_sections[s].name,
                 config_sections[s].named ? " NAME" : "", config_sections[s].about);
        const struct key_def *k;
        for (size_t i = 0; (k = config_key(i)); i++) {
            if (k->section == s)
                buf_addf(out, "  %s%s = %s\n      %s\n", k->key,
                         k->key[strlen(k->key) - 1] == '.' ? "NAME" : "", k->example, k->about);
        }
    }
}
