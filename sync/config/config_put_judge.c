/* What a flow writes as a whole: its puts, and the fields that no put speaks of. */
#include "store/base/secret.h"
#include "sync/agreed.h"
#include "sync/config/config_values.h"

#include <string.h>

/* Holds files, and is read as the address of one: never written. */
static bool holds_files(const struct field_map *map)
{
    return str_eq(map->as, "attachment");
}

static const struct field_map *map_of_column(const struct flow *f, const char *column)
{
    for (size_t i = 0; i < f->n_maps; i++) {
        if (!strcmp(f->maps[i].column, column))
            return &f->maps[i];
    }
    return NULL;
}

static void judge_reference(struct reading *r, const struct flow *f, struct put *put)
{
    const struct field *field = &f->entity->fields[put->field];
    const struct field_map *map = map_of_column(f, put->column);
    bool uuid;
    /* the column that a dictionary's row is read from takes one too */
    if (field->type == FT_DICT && !put->via && map && map->field == put->field)
        put->via = map->via;
    if ((!model_refers(field) && !put->via) || !f->remote)
        return;
    if (put->via) {
        config_check_via(r, put->line, field, put->via, &uuid);
        return;
    }
    put->via = f->remote->name;
    if (config_carrier(r->cfg, field->ref, put->via))
        return;
    if (field->type == FT_REFS) {
        config_mistake(r, put->line,
                       "put.%s: no flow reads %s from %s, so its rows there are not known; say "
                       "whose ids the column takes: %s via REMOTE",
                       put->column, field->ref, put->via, field->name);
        return;
    }
    config_mistake(r, put->line,
                   "put.%s: no flow reads %s from %s, so its rows there are not known; write a "
                   "text such as {%.*s.name}, or say whose id the column takes: %s via REMOTE",
                   put->column, field->ref, put->via, (int)config_stem(field->name), field->name,
                   field->name);
}

static void judge_written(struct reading *r, struct flow *f)
{
    for (size_t i = 0; i < f->n_puts; i++) {
        struct put *put = &f->puts[i];
        const struct field_map *map = map_of_column(f, put->column);
        if (put->kind == PUT_FIELD)
            judge_reference(r, f, put);
        if (put->kind != PUT_NOTHING && map && holds_files(map))
            config_mistake(r, put->line,
                           "put.%s: attachments are only read; leave this out, or name another "
                           "column",
                           put->column);
        if (put->kind == PUT_NOTHING && !map_of_column(f, put->column))
            config_mistake(r, put->line,
                           "put.%s: no field.NAME reads «%s», so nothing would be written there; "
                           "leave this out, or spell the column as field.NAME does",
                           put->column, put->column);
        for (size_t j = 0; j < i; j++) {
            if (!strcmp(f->puts[j].column, put->column)) {
                config_mistake(r, put->line, "put.%s: the column stands already at line %d; %s",
                               put->column, f->puts[j].line, "keep one of them");
                break;
            }
        }
    }
}

/* The fields that a put speaks of. */
static uint32_t mentions(const struct flow *f, const struct put *put)
{
    uint32_t mask = 0;
    const struct field_map *map = map_of_column(f, put->column);
    if (put->kind == PUT_FIELD)
        mask = 1u << put->field;
    if (put->kind == PUT_NOTHING && map)
        mask = 1u << map->field;
    for (size_t i = 0; put->kind == PUT_TEXT && i < put->n_pieces; i++)
        mask |= put->pieces[i].text ? 0 : 1u << put->pieces[i].field;
    return mask;
}

/* A mapped field would be written where something else is: which of them is meant? */
static bool judge_implied(struct reading *r, const struct flow *f, const struct put *puts, size_t n,
                          const struct field_map *map)
{
    const char *name = f->entity->fields[map->field].name;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(puts[i].column, map->column))
            continue;
        if (puts[i].line) {
            config_mistake(r, puts[i].line,
                           "put.%s: field.%s (line %d) is written there too; leave one of them "
                           "out, or write put.COLUMN = %s for another column",
                           map->column, name, map->line, name);
        } else {
            const char *other = f->entity->fields[puts[i].field].name;
            config_mistake(r, map->line,
                           "field.%s: «%s» is what field.%s is written to; say what it gets: "
                           "put.%s = {%s} {%s}",
                           name, map->column, other, map->column, other, name);
        }
        return false;
    }
    return true;
}

static void judge_marker(struct reading *r, const struct flow *f)
{
    int line = f->line;
    for (size_t i = 0; i < r->n_late; i++) {
        if (r->late[i].flow == f && !strcmp(r->late[i].key, "marker"))
            line = r->late[i].line;
    }
    for (size_t i = 0; f->marker && i < f->n_puts; i++) {
        if (!strcmp(f->puts[i].column, f->marker))
            config_mistake(r, line,
                           "marker: «%s» takes the record's own id, and %s%s writes something else "
                           "into it; leave that out, or name another column here",
                           f->marker, f->puts[i].line ? "put." : "field.",
                           f->puts[i].line ? f->puts[i].column
                                           : f->entity->fields[f->puts[i].field].name);
    }
}

void config_put_judge(struct reading *r, struct flow *f)
{
    struct put *puts = arena_alloc(r->arena, f->n_puts + f->n_maps + 1, sizeof *puts);
    size_t n = 0, read = f->n_puts;
    uint32_t mentioned = 0;
    judge_written(r, f);
    for (size_t i = 0; i < f->n_puts; i++) {
        mentioned |= mentions(f, &f->puts[i]);
        if (f->puts[i].kind == PUT_NOTHING)
            continue;
        f->put_fields |= mentions(f, &f->puts[i]);
        puts[n++] = f->puts[i];
    }
    for (size_t i = 0; i < f->n_maps; i++) {
        const struct field_map *map = &f->maps[i];
        if (holds_files(map))
            continue;
        if ((mentioned & 1u << map->field) || !judge_implied(r, f, puts, n, map))
            continue;
        f->put_fields |= 1u << map->field;
        puts[n++] = (struct put){.kind = PUT_FIELD,
                                 .column = map->column,
                                 .field = map->field,
                                 .via = map->via};
    }
    f->puts = puts;
    f->n_puts = n;
    judge_marker(r, f);
    if (n > AGREED_PUTS_MAX)
        config_mistake(r, f->line, "[flow %s] writes %zu columns; at most %d can be kept in step",
                       f->name, n, AGREED_PUTS_MAX);
    /* lines that could not be read were reported one by one */
    if (!n && read == config_count_lines(r, f, "put.") &&
        f->n_maps == config_count_lines(r, f, "field."))
        config_mistake(r, f->line,
                       "[flow %s] writes no column; add field.NAME = COLUMN or put.COLUMN = FIELD",
                       f->name);
}

void config_put_hash(struct reading *r, struct flow *f)
{
    AUTO_BUF b = BUF_INIT(1 << 20);
    char hex[33];
    buf_addf(&b, "%s\n%s\nmarker %s\ncreate %d\non_delete %d\n", f->entity->name, f->table,
             f->marker ? f->marker : "", f->create, (int)f->on_delete);
    if (f->mark)
        buf_addf(&b, "mark %s %s\n", f->mark, f->mark_reason ? f->mark_reason : "");
    if (f->key)
        buf_addf(&b, "key %s\n", f->key);
    for (size_t i = 0; i < f->n_puts; i++) {
        const struct put *put = &f->puts[i];
        buf_addf(&b, "put %s\n", put->column);
        if (put->kind == PUT_FIELD)
            buf_addf(&b, " %s via %s\n", f->entity->fields[put->field].name,
                     put->via ? put->via : "");
        for (size_t j = 0; j < put->n_pieces; j++) {
            const struct put_piece *piece = &put->pieces[j];
            if (piece->text)
                buf_addf(&b, " \"%s\"\n", piece->text);
            else
                buf_addf(&b, " %s.%d\n", f->entity->fields[piece->field].name, piece->of_target);
        }
    }
    config_hash_scope(f, &b);
    hash_hex(buf_str(&b), hex);
    f->push_mapping = arena_strdup(r->arena, hex);
}
