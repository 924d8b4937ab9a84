/* Values that name something which may stand further down the file: resolved once it is read. */
#include "store/dict_rows.h"
#include "sync/config/config_values.h"

#include <string.h>

/* The field that a late key such as "field.role" names; -1 after a mistake. */
static int field_of(struct reading *r, const struct late *l)
{
    const struct entity *e = l->flow->entity; /* NULL: reported with the entity itself */
    return e ? config_field(r, l->line, e, strchr(l->key, '.') + 1) : -1;
}

static void read_as(struct reading *r, const struct late *l, const struct field *field,
                    const char *as)
{
    bool yesno = !strcmp(as, "yesno"), file = !strcmp(as, "attachment");
    if (!yesno && !file && strcmp(as, "text") && strcmp(as, "list"))
        config_mistake(r, l->line,
                       "%s: «as %s» is not known; write as text, as list, as yesno or as "
                       "attachment",
                       l->key, as);
    if (yesno && field->type != FT_BOOL)
        config_mistake(r, l->line, "%s: only what is yes or no can be read as yesno", l->key);
    if (file && field->type != FT_TEXT)
        config_mistake(r, l->line, "%s: an attachment is read as its address, which is a text",
                       l->key);
}

static void read_field(struct reading *r, const struct late *l)
{
    struct flow *f = l->flow;
    int at = field_of(r, l);
    if (at < 0)
        return;
    const struct field *field = &f->entity->fields[at];
    char *text = arena_strdup(r->arena, config_with_year(r, l->line, l->value));
    struct field_map map = {.field = (size_t)at, .line = l->line};
    config_one_line(text);
    config_trim(text);
    /* "a column with via in it" via REMOTE: what is in quotes is the column, whatever it says */
    char *quote = *text == '"' ? strchr(text + 1, '"') : NULL;
    char *tail = quote ? quote + 1 : text;
    map.as = config_cut_tail(r->arena, tail, " as ");
    map.via = config_cut_tail(r->arena, tail, " via ");
    if (!map.as)
        map.as = config_cut_tail(r->arena, tail, " as ");
    if (quote) {
        config_trim(tail);
        if (*tail)
            config_mistake(r, l->line, "%s: «%s» after the quoted column is not known; %s", l->key,
                           tail, "write \"COLUMN\" [via REMOTE] [as TYPE]");
        *quote = '\0';
        text++;
    }
    config_trim(text);
    if (!*text)
        config_mistake(r, l->line, "%s names no column; write %s = COLUMN", l->key, l->key);
    map.column = text;
    if (map.as)
        read_as(r, l, field, map.as);
    if (field->sealed)
        config_mistake(r, l->line, "%s is personal data that only the feeder brings; leave it out",
                       l->key);
    if (model_refers(field) && !map.via)
        config_mistake(
            r, l->line,
            "%s names another record: say whose ids the column holds, %s = %s via REMOTE", l->key,
            l->key, text);
    if (!field_target(field) && map.via)
        config_mistake(r, l->line, "%s is no reference to another record; leave out «via %s»",
                       l->key, map.via);
    if (!f->maps)
        f->maps = arena_alloc(r->arena, MODEL_FIELDS_MAX, sizeof *f->maps);
    f->maps[f->n_maps++] = map;
}

static void read_where(struct reading *r, const struct late *l)
{
    struct flow *f = l->flow;
    int at = field_of(r, l);
    if (at < 0)
        return;
    if (model_refers(&f->entity->fields[at]))
        config_mistake(r, l->line, "%s is a reference to another record; a scope needs a value",
                       l->key);
    char *text = arena_strdup(r->arena, config_with_year(r, l->line, l->value)), *save = NULL;
    /* commas separate values with spaces in them */
    const char *separators = strchr(text, ',') ? ",\n" : " \n";
    const char **values = NULL;
    size_t n = 0, cap = 0;
    for (char *w = strtok_r(text, separators, &save); w; w = strtok_r(NULL, separators, &save)) {
        config_trim(w);
        values = arena_grow(r->arena, values, &cap, n + 1, sizeof *values);
        if (*w)
            values[n++] = w;
    }
    if (!f->wheres)
        f->wheres = arena_alloc(r->arena, MODEL_FIELDS_MAX, sizeof *f->wheres);
    f->wheres[f->n_wheres++] =
        (struct where){.field = (size_t)at, .values = values, .n = n, .line = l->line};
}

static const struct remote_config *remote_named(struct reading *r, const struct late *l)
{
    const struct remote_config *found = config_remote(r->cfg, l->value);
    AUTO_BUF known = BUF_INIT(1024);
    for (size_t i = 0; i < r->cfg->n_remotes; i++)
        buf_addf(&known, "%s%s", i ? ", " : "", r->cfg->remotes[i]->name);
    if (!found)
        config_mistake(r, l->line, "there is no [remote %s]; there are: %s", l->value,
                       known.len ? buf_str(&known) : "none yet");
    return found;
}

static void read_late(struct reading *r, const struct late *l)
{
    if (!strncmp(l->key, "home.", 5)) {
        const struct entity *e = model_entity(l->key + 5);
        r->cfg->home[e - model_entities] = remote_named(r, l);
    } else if (!strcmp(l->key, "remote")) {
        l->flow->remote = remote_named(r, l);
    } else if (!strcmp(l->key, "table")) {
        l->flow->table = config_with_year(r, l->line, l->value);
    } else if (!strcmp(l->key, "steps")) {
        config_steps_read(r, l);
    } else if (!strncmp(l->key, "field.", 6)) {
        read_field(r, l);
    } else if (!strncmp(l->key, "where.", 6)) {
        read_where(r, l);
    } else if (!strncmp(l->key, "set.", 4) || !strncmp(l->key, "new.", 4)) {
        config_constant_read(r, l);
    } else if (!strcmp(l->key, "unique")) {
        config_unique_read(r, l);
    } else if (!strncmp(l->key, "put.", 4)) {
        config_put_read(r, l);
    } else if (!strcmp(l->key, "marker")) {
        l->flow->marker = config_with_year(r, l->line, l->value);
    } else if (!strcmp(l->key, "mark")) {
        l->flow->mark = config_with_year(r, l->line, l->value);
    } else if (!strcmp(l->key, "mark_reason")) {
        l->flow->mark_reason = config_with_year(r, l->line, l->value);
    } else if (!strcmp(l->key, "create")) {
        l->flow->create = !strcmp(l->value, "yes");
    } else if (!strncmp(l->key, "conflict.", 9)) {
        int at = field_of(r, l);
        if (at >= 0)
            take_policy(r, l->value, &l->flow->conflict_field[at]);
    }
}

static bool is_among(const char *key, const char *const *keys)
{
    for (; *keys; keys++) {
        size_t n = strlen(*keys);
        bool prefix = (*keys)[n - 1] == '.';
        if (prefix ? !strncmp(key, *keys, n) : !strcmp(key, *keys))
            return true;
    }
    return false;
}

/* A key that means nothing to a dictionary: its table is read whole, wins, and takes no entry away.
 */
static bool not_of_dictionary(struct reading *r, const struct late *l)
{
    static const char *const records[] = {"where.", "put.",          "create",     "on_delete",
                                          "marker", "missing",       "conflict",   "conflict.",
                                          "settle", "settle_insert", "max_create", "overlap",
                                          "mark",   "mark_reason",   "mark_gap",   "set.",
                                          "new.",   "unique",        NULL};
    if (!l->flow || !l->flow->dict || !is_among(l->key, records))
        return false;
    config_mistake(r, l->line, "%s: flow %s keeps a dictionary up with its table; leave this out",
                   l->key, l->flow->name);
    return true;
}

/* A key that means nothing to a flow that goes one way only. */
static bool wrong_way(struct reading *r, const struct late *l)
{
    static const char *const writing[] = {"put.",          "create",     "on_delete", "marker",
                                          "settle_insert", "max_create", "mark",      "mark_reason",
                                          "mark_gap",      NULL};
    static const char *const reading[] = {"overlap",  "missing",   "sentinel", "settle",
                                          "conflict", "conflict.", "mark",     "mark_reason",
                                          "mark_gap", "set.",      "new.",     "unique",
                                          NULL};
    const struct flow *f = l->flow;
    if (!f || f->direction == DIR_BOTH)
        return false;
    const char *const *keys = f->direction == DIR_PULL ? writing : reading;
    if (!is_among(l->key, keys))
        return false;
    config_mistake(r, l->line, "%s: flow %s only %s; write direction = both, or leave this out",
                   l->key, f->name, f->direction == DIR_PULL ? "reads" : "writes");
    return true;
}

void config_late_read(struct reading *r)
{
    for (size_t i = 0; i < r->n_late; i++) {
        if (!not_of_dictionary(r, &r->late[i]) && !wrong_way(r, &r->late[i]))
            read_late(r, &r->late[i]);
    }
}
