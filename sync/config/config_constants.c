/* set.NAME, new.NAME and unique: what a flow's records have that no column says. */
#include "sync/config/config_values.h"
#include "sync/normalise.h"

#include <string.h>

/* Dictionaries are data: their words are looked up when the flow runs. */
static bool is_readable(struct reading *r, const struct field *f, const char *text)
{
    const struct cell cell = {.kind = CELL_TEXT, .text = text};
    struct value v;
    if (f->type == FT_DICT)
        return true;
    return normalise_cell(f, &cell, NULL, NULL, r->arena, &v) && v.kind != VAL_NULL;
}

static const char *shape_of(const struct field *f)
{
    switch (f->type) {
    case FT_INT:
        return "a number";
    case FT_BOOL:
        return "yes or no";
    case FT_YEAR:
        return "a year such as 2026";
    case FT_DATE:
        return "a date such as 2026-07-15";
    default:
        return "a text";
    }
}

void config_constant_read(struct reading *r, const struct late *l)
{
    struct flow *f = l->flow;
    bool always = !strncmp(l->key, "set.", 4);
    if (!f->entity || !*l->value)
        return; /* reported already */
    int at = config_field(r, l->line, f->entity, l->key + 4);
    if (at < 0)
        return;
    const struct field *field = &f->entity->fields[at];
    char *text = arena_strdup(r->arena, config_with_year(r, l->line, l->value));
    config_one_line(text);
    config_trim(text);
    if (model_refers(field)) {
        config_mistake(r, l->line,
                       "%s names another record; write a column, field.%s = COLUMN via REMOTE",
                       l->key, field->name);
        return;
    }
    if (field->sealed) {
        config_mistake(r, l->line, "%s is personal data that only the feeder brings; leave it out",
                       l->key);
        return;
    }
    bool no_year = !r->cfg->year && strstr(l->value, "{y"); /* reported with the year */
    if (!no_year && !is_readable(r, field, text)) {
        config_mistake(r, l->line, "%s: «%s» is no such value; write %s", l->key, text,
                       shape_of(field));
        return;
    }
    struct constant **list = always ? &f->sets : &f->news;
    size_t *n = always ? &f->n_sets : &f->n_news;
    if (!*list)
        *list = arena_alloc(r->arena, MODEL_FIELDS_MAX, sizeof **list);
    (*list)[(*n)++] = (struct constant){.field = (size_t)at, .text = text, .line = l->line};
}

void config_unique_read(struct reading *r, const struct late *l)
{
    struct flow *f = l->flow;
    char *text = arena_strdup(r->arena, l->value), *save = NULL;
    size_t *fields = arena_alloc(r->arena, MODEL_FIELDS_MAX, sizeof *fields);
    f->unique_line = l->line;
    for (char *w = strtok_r(text, " ,\n", &save); f->entity && w;
         w = strtok_r(NULL, " ,\n", &save)) {
        int at = config_field(r, l->line, f->entity, w);
        bool twice = false;
        for (size_t i = 0; i < f->n_unique; i++)
            twice = twice || (int)fields[i] == at;
        if (at < 0)
            continue;
        if (twice)
            config_mistake(r, l->line, "unique: %s stands there twice; keep one of them", w);
        else if (f->entity->fields[at].type == FT_REFS)
            config_mistake(r, l->line, "unique: %s is a set of records; name fields with one value",
                           w);
        else
            fields[f->n_unique++] = (size_t)at;
    }
    f->unique = fields;
}

static const struct field_map *map_of(const struct flow *f, size_t field)
{
    for (size_t i = 0; i < f->n_maps; i++) {
        if (f->maps[i].field == field)
            return &f->maps[i];
    }
    return NULL;
}

const struct constant *config_constant(const struct constant *list, size_t n, size_t field)
{
    for (size_t i = 0; i < n; i++) {
        if (list[i].field == field)
            return &list[i];
    }
    return NULL;
}

static void judge_unique(struct reading *r, struct flow *f)
{
    bool said = config_count_lines(r, f, "missing") > 0;
    if (!said)
        f->missing = MISSING_REPORT;
    if (f->missing == MISSING_DELETE || f->missing == MISSING_CANCEL)
        config_mistake(r, f->unique_line,
                       "unique: a row of flow %s only names its record; write missing = report or "
                       "ignore",
                       f->name);
    if (f->direction == DIR_BOTH)
        config_mistake(r, f->unique_line,
                       "unique: flow %s writes its rows too, and each is a record's own; write "
                       "direction = pull, or leave this out",
                       f->name);
    for (size_t i = 0; i < f->n_unique; i++) {
        const char *name = f->entity->fields[f->unique[i]].name;
        if (!map_of(f, f->unique[i]) && !config_constant(f->sets, f->n_sets, f->unique[i]))
            config_mistake(r, f->unique_line,
                           "unique: no row says its %s; add field.%s = COLUMN or set.%s = VALUE",
                           name, name, name);
    }
}

void config_constants_judge(struct reading *r, struct flow *f)
{
    for (size_t i = 0; i < f->n_sets; i++) {
        const struct field_map *map = map_of(f, f->sets[i].field);
        const char *name = f->entity->fields[f->sets[i].field].name;
        if (map)
            config_mistake(
                r, f->sets[i].line,
                "set.%s: field.%s (line %d) reads it from a column; leave one of them out", name,
                name, map->line);
    }
    for (size_t i = 0; i < f->n_news; i++) {
        const struct field_map *map = map_of(f, f->news[i].field);
        const struct constant *set = config_constant(f->sets, f->n_sets, f->news[i].field);
        const char *name = f->entity->fields[f->news[i].field].name;
        if (map || set)
            config_mistake(
                r, f->news[i].line,
                "new.%s: %s.%s (line %d) gives every record its %s; leave one of them out", name,
                map ? "field" : "set", name, map ? map->line : set->line, name);
    }
    if (f->n_unique)
        judge_unique(r, f);
    if (f->missing == MISSING_REPORT && f->direction == DIR_BOTH)
        config_mistake(r, f->line,
                       "[flow %s] missing = report: what a flow writes it also keeps up; write "
                       "delete, cancel or ignore, or direction = pull",
                       f->name);
}

void config_hash_constants(const struct flow *f, struct buf *out)
{
    for (size_t i = 0; i < f->n_sets; i++)
        buf_addf(out, "set %s=%s\n", f->entity->fields[f->sets[i].field].name, f->sets[i].text);
    for (size_t i = 0; i < f->n_unique; i++)
        buf_addf(out, "unique %s\n", f->entity->fields[f->unique[i]].name);
}
