/* Rows of tables that no record stands for: the part of why.h that begins with a row's id. */
#include "store/base/json.h"
#include "sync/cell.h"
#include "sync/why.h"

#include <string.h>

struct finding {
    struct why_found *list;
    size_t n;
};

static bool is_wanted(const struct flow *f, const struct remote_config *remote,
                      const struct flow *only)
{
    return f->direction != DIR_PUSH && !f->dict && (!remote || f->remote == remote) &&
           (!only || (f->remote == only->remote && !strcmp(f->table, only->table)));
}

/* A row stands once, though two flows may read its table. */
static void add_found(struct finding *found, const struct flow *f, const char *remote_id,
                      const struct link *l)
{
    for (size_t i = 0; i < found->n; i++) {
        const struct why_found *x = &found->list[i];
        if (x->flow->remote == f->remote && !strcmp(x->flow->table, f->table) &&
            str_eq(x->local_id, l ? l->local_id : NULL))
            return;
    }
    if (found->n < WHY_FOUND_MAX)
        found->list[found->n++] =
            (struct why_found){f, remote_id, l ? l->entity : NULL, l ? l->local_id : NULL};
}

/* Anything at all known of a row without a record? */
static int is_known(struct db *db, const struct flow *f, const char *remote_id, struct arena *arena,
                    bool *ret, struct err *err)
{
    struct why_jailed *jailed;
    struct mark *mark;
    size_t n;
    if (why_row_jailed(db, f, remote_id, arena, &jailed, &n, &mark, err))
        return -1;
    *ret = n || mark;
    return 0;
}

int why_find_rows(struct db *db, const struct config *cfg, const struct remote_config *remote,
                  const struct flow *flow, const char *remote_id, struct arena *arena,
                  struct why_found **ret, size_t *ret_n, struct err *err)
{
    struct finding found = {arena_alloc(arena, WHY_FOUND_MAX, sizeof *found.list), 0};
    const char *id = arena_strdup(arena, remote_id);
    struct link *links;
    size_t n;
    if (traces_links_of_row(db, id, arena, &links, &n, err))
        return -1;
    for (size_t i = 0; i < cfg->n_flows; i++) {
        const struct flow *f = cfg->flows[i];
        bool linked = false, known;
        if (!is_wanted(f, remote, flow))
            continue;
        for (size_t k = 0; k < n; k++) {
            if (strcmp(links[k].remote, f->remote->name) || strcmp(links[k].tbl, f->table))
                continue;
            linked = true;
            add_found(&found, f, id, &links[k]);
        }
        if (!linked && is_known(db, f, id, arena, &known, err))
            return -1;
        if (!linked && known)
            add_found(&found, f, id, NULL);
    }
    *ret = found.list;
    *ret_n = found.n;
    return 0;
}

int why_row_jailed(struct db *db, const struct flow *flow, const char *remote_id,
                   struct arena *arena, struct why_jailed **ret, size_t *ret_n, struct mark **mark,
                   struct err *err)
{
    struct jailed *list;
    size_t n;
    if (traces_jailed(db, remote_id, arena, &list, &n, err) ||
        marks_get(db, flow->remote->name, flow->table, remote_id, arena, mark, err))
        return -1;
    if (*mark && !(*mark)->at)
        *mark = NULL;
    *ret = arena_alloc(arena, n ? n : 1, sizeof **ret);
    *ret_n = 0;
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(list[i].flow, flow->name))
            (*ret)[(*ret_n)++] = (struct why_jailed){list[i], flow, false};
    }
    return 0;
}

/* ---------------------------------------------------------------- its values */

static bool says(const struct field *f, const char *reason)
{
    return str_eq(f->bad, reason) || str_eq(f->bad_value, reason) ||
           str_eq(f->bad_target, reason) || str_eq(f->bad_target_then, reason);
}

static int read_cells(const struct flow *flow, const struct jailed *j, struct arena *arena,
                      struct cell **ret, struct err *err)
{
    const char **columns = arena_alloc(arena, flow->n_maps ? flow->n_maps : 1, sizeof *columns);
    *ret = arena_alloc(arena, flow->n_maps ? flow->n_maps : 1, sizeof **ret);
    for (size_t i = 0; i < flow->n_maps; i++)
        columns[i] = flow->maps[i].column;
    return cells_from_json(j->raw, columns, flow->n_maps, arena, *ret, err);
}

int why_cells(const struct flow *flow, const struct jailed *j, struct arena *arena,
              struct why_cell **ret, size_t *ret_n, struct err *err)
{
    struct cell *cells;
    bool any = false;
    if (read_cells(flow, j, arena, &cells, err))
        return -1;
    for (size_t i = 0; i < flow->n_maps; i++)
        any = any || says(&flow->entity->fields[flow->maps[i].field], j->reason);
    *ret = arena_alloc(arena, flow->n_maps ? flow->n_maps : 1, sizeof **ret);
    *ret_n = 0;
    for (size_t i = 0; i < flow->n_maps; i++) {
        const struct field *f = &flow->entity->fields[flow->maps[i].field];
        if (!f->sealed && (!any || says(f, j->reason)))
            (*ret)[(*ret_n)++] =
                (struct why_cell){flow->maps[i].column, cell_show(&cells[i], arena), f};
    }
    return 0;
}

/* The field that is read from the column, or written into it; or NULL. */
static const struct field *field_in(const struct flow *flow, const char *column)
{
    for (size_t i = 0; i < flow->n_maps; i++) {
        if (!strcmp(flow->maps[i].column, column))
            return &flow->entity->fields[flow->maps[i].field];
    }
    for (size_t i = 0; i < flow->n_puts; i++) {
        if (flow->puts[i].kind == PUT_FIELD && !strcmp(flow->puts[i].column, column))
            return &flow->entity->fields[flow->puts[i].field];
    }
    return NULL;
}

void why_unread(const struct flow *flow, const struct jailed *j, struct arena *arena,
                struct why_cell **ret, size_t *ret_n)
{
    AUTO_JSON *tree = NULL;
    struct err ignored = {0};
    bool bad = json_parse(j->raw, strlen(j->raw), &tree, &ignored) || !cJSON_IsObject(tree);
    *ret = arena_alloc(arena, bad ? 1 : (size_t)cJSON_GetArraySize(tree) + 1, sizeof **ret);
    *ret_n = 0;
    for (const cJSON *c = bad ? NULL : tree->child; c; c = c->next)
        (*ret)[(*ret_n)++] = (struct why_cell){arena_strdup(arena, c->string),
                                               arena_strdup(arena, cJSON_GetStringValue(c)),
                                               field_in(flow, c->string)};
}
