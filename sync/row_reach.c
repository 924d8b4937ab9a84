#include "sync/row_reach.h"

#include "store/base/uuid.h"
#include "store/links.h"
#include "store/reach.h"
#include "store/rows.h"
#include "store/traces.h"
#include "sync/cell.h"
#include "sync/normalise.h"

#include <string.h>

/* An arrival names a badge, which may be in quarantine too. Deeper there is nothing. */
#define DEPTH_MAX 1

struct placing {
    struct db *db;
    const struct config *cfg;
    struct arena *arena;
    const char **teams;
    size_t n, cap;
};

static void add_team(struct placing *p, const char *id)
{
    p->teams = arena_grow(p->arena, p->teams, &p->cap, p->n + 1, sizeof *p->teams);
    p->teams[p->n++] = id;
}

static int add_record(struct placing *p, const char *entity, const char *id, struct err *err)
{
    const char **teams;
    size_t n;
    if (reach_teams(p->db, entity, id, p->arena, &teams, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++)
        add_team(p, teams[i]);
    return 0;
}

/* ---------------------------------------------------------------- what the row names */

static int add_row(struct placing *p, const struct flow *f, const struct jailed *j, int depth,
                   struct err *err);

/* The record that has this id in the carrier's table, or is called so there; "" for none. */
static int find_record(struct placing *p, const struct field *f, const struct flow *carrier,
                       const char *id, char local[UUID_LEN + 1], struct err *err)
{
    char uuid[UUID_LEN + 1];
    struct link *links;
    bool there;
    size_t n;
    if (links_resolve(p->db, f->ref, carrier->remote->name, carrier->table, id, local, err))
        return -1;
    if (*local || !uuid_read(id, uuid))
        return 0;
    if (rows_exists(p->db, model_entity(f->ref), uuid, &there, err) ||
        links_by_key(p->db, f->ref, uuid, p->arena, &links, &n, err))
        return -1;
    if (there)
        str_copy(local, UUID_LEN + 1, uuid);
    else if (n)
        str_copy(local, UUID_LEN + 1, links[0].local_id);
    return 0;
}

static int add_target(struct placing *p, const struct field *f, const struct flow *carrier,
                      const char *id, int depth, struct err *err)
{
    char local[UUID_LEN + 1] = "";
    struct jailed *list;
    size_t n;
    if (find_record(p, f, carrier, id, local, err))
        return -1;
    if (*local)
        return add_record(p, f->ref, arena_strdup(p->arena, local), err);
    if (depth >= DEPTH_MAX)
        return 0;
    if (traces_jailed_in(p->db, carrier->name, id, p->arena, &list, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (add_row(p, carrier, &list[i], depth + 1, err))
            return -1;
    }
    return 0;
}

static int add_cell(struct placing *p, const struct flow *f, const struct field_map *map,
                    const struct cell *cell, int depth, struct err *err)
{
    const struct field *field = &f->entity->fields[map->field];
    const struct flow *carrier = map->via ? config_carrier(p->cfg, field->ref, map->via) : NULL;
    const char **ids = NULL;
    size_t n = 0;
    /* what is no id names no team: of a list the others count */
    if (carrier)
        normalise_ref_set(cell, map->via_uuid, p->arena, &ids, &n);
    for (size_t i = 0; i < n; i++) {
        if (add_target(p, field, carrier, ids[i], depth, err))
            return -1;
    }
    return 0;
}

static int add_row(struct placing *p, const struct flow *f, const struct jailed *j, int depth,
                   struct err *err)
{
    const char *columns[MODEL_FIELDS_MAX];
    struct cell cells[MODEL_FIELDS_MAX];
    size_t used[MODEL_FIELDS_MAX], n = 0;
    struct err damaged = {0};
    for (size_t i = 0; i < f->n_maps && n < MODEL_FIELDS_MAX && !f->dict; i++) {
        if (reach_through(f->entity, &f->entity->fields[f->maps[i].field])) {
            columns[n] = f->maps[i].column;
            used[n++] = i;
        }
    }
    if (!n || cells_from_json(j->raw, columns, n, p->arena, cells, &damaged))
        return 0;
    for (size_t i = 0; i < n; i++) {
        if (add_cell(p, f, &f->maps[used[i]], &cells[i], depth, err))
            return -1;
    }
    return 0;
}

/* ---------------------------------------------------------------- what it stands for */

/* A page whose parts are records of their own: a part in quarantine is that record's business. */
static int add_links(struct placing *p, const struct flow *f, const struct jailed *j,
                     struct err *err)
{
    struct link *links;
    size_t n;
    if (links_of_row(p->db, f->remote->name, f->table, j->remote_id, p->arena, &links, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        bool same = !*j->part || !strcmp(links[i].part, j->part);
        if (same && add_record(p, links[i].entity, links[i].local_id, err))
            return -1;
    }
    return 0;
}

int row_reach(struct db *db, const struct config *cfg, const struct jailed *j, struct arena *arena,
              const char ***ret, size_t *ret_n, struct err *err)
{
    struct placing p = {.db = db, .cfg = cfg, .arena = arena};
    struct step step;
    int bad = 0;
    if (config_step(cfg, j->flow, &step))
        bad = step.push ? add_record(&p, step.flow->entity->name, j->remote_id, err)
                        : add_links(&p, step.flow, j, err) || add_row(&p, step.flow, j, 0, err);
    *ret = p.teams;
    *ret_n = p.n;
    return bad ? -1 : 0;
}
