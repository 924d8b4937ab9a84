#include "sync/row_name.h"

#include "store/base/uuid.h"
#include "store/links.h"
#include "store/names.h"
#include "store/traces.h"
#include "sync/cell.h"

#include <string.h>

/* An arrival names a badge, which may be in quarantine too, and that a person. Deeper there is
 * nothing. */
#define DEPTH_MAX 2

struct naming {
    struct db *db;
    const struct config *cfg;
    struct arena *arena;
};

static const char *name_of(const struct naming *n, const struct flow *flow, const char *remote_id,
                           int depth);

static bool is_blank(const char *text)
{
    return !text || !text[strspn(text, " \t\r\n")];
}

/* What the table itself shows of it. */
static const char *shown(const struct cell *c)
{
    if (c->kind == CELL_LIST && c->n == 1)
        return shown(&c->items[0]);
    return c->kind == CELL_REF ? c->name : c->kind == CELL_TEXT ? c->text : NULL;
}

/* The id that it holds, of one row; a UUID as links have it, dashes and all. */
static const char *id_in(const struct cell *c, struct arena *arena)
{
    char uuid[UUID_LEN + 1];
    if (c->kind == CELL_LIST && c->n == 1)
        return id_in(&c->items[0], arena);
    const char *id = c->kind == CELL_REF || c->kind == CELL_TEXT ? c->text : NULL;
    return id && uuid_read(id, uuid) ? arena_strdup(arena, uuid) : id;
}

/* The record that the cell names, or the row that is to become it. */
static const char *target_name(const struct naming *n, const struct field_map *map,
                               const struct field *f, const struct cell *c, int depth)
{
    char local[UUID_LEN + 1];
    bool deleted;
    struct err ignored = {0}; /* then it is not named by this */
    const char *id = id_in(c, n->arena);
    const struct flow *carrier = map->via ? config_carrier(n->cfg, f->ref, map->via) : NULL;
    if (is_blank(id) || !carrier ||
        links_target(n->db, f->ref, carrier->remote->name, carrier->table, id, local, &deleted,
                     &ignored))
        return NULL;
    if (*local)
        return record_name_of(n->db, f->ref, local, n->arena);
    return depth < DEPTH_MAX ? name_of(n, carrier, id, depth + 1) : NULL;
}

static const char *reference(const struct naming *n, const struct field_map *map,
                             const struct field *f, const struct cell *c, int depth)
{
    const char *text = c->kind == CELL_TEXT ? NULL : shown(c); /* an id says nothing to people */
    return is_blank(text) ? target_name(n, map, f, c, depth) : text;
}

/* By its name, else by the references that a record of two others is called by. */
static const char *from_cells(const struct naming *n, const struct flow *flow,
                              const struct jailed *j, int depth)
{
    const char *columns[MODEL_FIELDS_MAX] = {NULL}, *name = NULL;
    struct cell cells[MODEL_FIELDS_MAX];
    struct err ignored = {0};
    size_t maps = flow->n_maps < MODEL_FIELDS_MAX ? flow->n_maps : MODEL_FIELDS_MAX;
    for (size_t i = 0; i < maps; i++)
        columns[i] = flow->maps[i].column;
    if (cells_from_json(j->raw, columns, maps, n->arena, cells, &ignored))
        return "";
    for (size_t i = 0; i < maps; i++) {
        const struct field *f = &flow->entity->fields[flow->maps[i].field];
        const char *text = shown(&cells[i]);
        if (!strcmp(f->name, "name") && !is_blank(text))
            return text;
    }
    for (size_t i = 0; i < maps; i++) {
        const struct field *f = &flow->entity->fields[flow->maps[i].field];
        if (f->type != FT_REF)
            continue;
        const char *part = reference(n, &flow->maps[i], f, &cells[i], depth);
        if (!is_blank(part))
            name = name ? arena_printf(n->arena, "%s, %s", name, part) : part;
    }
    return name ? name : "";
}

static const char *name_of(const struct naming *n, const struct flow *flow, const char *remote_id,
                           int depth)
{
    struct jailed *list;
    size_t count;
    struct err ignored = {0};
    if (traces_jailed_in(n->db, flow->name, remote_id, n->arena, &list, &count, &ignored))
        return NULL;
    return count ? from_cells(n, flow, &list[0], depth) : NULL;
}

const char *row_name(struct db *db, const struct config *cfg, const struct flow *flow,
                     const struct jailed *j, struct arena *arena)
{
    return from_cells(&(struct naming){db, cfg, arena}, flow, j, 0);
}

const char *row_name_of(struct db *db, const struct config *cfg, const struct flow *flow,
                        const char *remote_id, struct arena *arena)
{
    return name_of(&(struct naming){db, cfg, arena}, flow, remote_id, 0);
}
