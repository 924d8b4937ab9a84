#include "sync/rejudge.h"

#include "store/fallen.h"
#include "sync/identity.h"
#include "sync/mark.h"

#include <string.h>

#define ROWS_MAX 500

static bool same_key(const char *a, const char *b)
{
    char x[UUID_LEN + 1], y[UUID_LEN + 1];
    return uuid_read(a, x) && uuid_read(b, y) ? !strcmp(x, y) : !strcmp(a, b);
}

/* Reads the row as a listing would. *ret_there: it can be judged. One that is gone is for the next
 * complete listing to miss; so is one whose id is another row's by now. */
static int read_again(struct run_state *s, const struct fallen *f, struct staged_row *row,
                      bool *ret_there, struct err *err)
{
    AUTO_BUF raw = BUF_INIT(4 << 20);
    const char **columns = arena_alloc(s->page, s->n_columns + 1, sizeof *columns);
    size_t n = s->n_columns;
    struct remote_row now = {0};
    enum presence there = ROW_UNKNOWN;
    memcpy(columns, s->columns, n * sizeof *columns);
    if (s->flow->key)
        columns[n++] = s->flow->key;
    *ret_there = false;
    s->asking = true;
    if (s->remote->ops->peek(s->remote, s->flow->table, f->remote_id, columns, n, s->page, &there,
                             &now, err))
        return -1;
    s->asking = false;
    if (there != ROW_THERE)
        return 0;
    const char *key = s->flow->key ? identity_key(&now.cells[n - 1]) : NULL;
    if (key && f->remote_key && !same_key(key, f->remote_key))
        return 0;
    cells_to_json(s->columns, now.cells, s->flow->n_maps, &raw);
    *row = (struct staged_row){.remote_id = f->remote_id,
                               .remote_key = f->remote_key,
                               .edited_at = now.edited_ms ? now.edited_ms : f->remote_at,
                               .raw = arena_strdup(s->page, buf_str(&raw))};
    mark_stage(s->flow, now.cells + s->flow->n_maps, s->page, row);
    *ret_there = !raw.over;
    return 0;
}

/* All of them, each once. */
struct rows {
    struct fallen list[ROWS_MAX];
    size_t n;
};

static void add_once(struct rows *all, const struct fallen *f)
{
    for (size_t i = 0; i < all->n; i++) {
        if (!strcmp(all->list[i].remote_id, f->remote_id))
            return;
    }
    if (all->n < ROWS_MAX)
        all->list[all->n++] = *f;
}

/* By one reference. */
static int collect(struct run_state *s, const struct field_map *m, struct rows *all,
                   struct err *err)
{
    const struct field *f = &s->flow->entity->fields[m->field];
    struct fallen *found;
    size_t n;
    if (!m->via || f->type != FT_REF || !f->bad_target || f->cascade)
        return 0;
    const struct flow *carrier = config_carrier(s->e->cfg, f->ref, m->via);
    if (!carrier)
        return 0;
    const struct fallen_query want = {.entity = s->flow->entity,
                                      .ref = f,
                                      .flow = s->name,
                                      .remote = s->flow->remote->name,
                                      .tbl = s->flow->table,
                                      .target_flow = carrier->name,
                                      .target_remote = carrier->remote->name,
                                      .target_tbl = carrier->table,
                                      .since = s->cursor->judged_rev};
    if (fallen_rows(s->e->db, &want, ROWS_MAX, s->arena, &found, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++)
        add_once(all, &found[i]);
    return 0;
}

int rejudge_rows(struct run_state *s, rejudge_fn *judge, struct err *err)
{
    struct rows *all;
    if (!s->cursor || s->end.complete || s->cursor->judged_rev == s->store_rev ||
        !s->remote->ops->peek)
        return 0;
    all = arena_alloc(s->arena, 1, sizeof *all);
    for (size_t i = 0; i < s->flow->n_maps; i++) {
        if (collect(s, &s->flow->maps[i], all, err))
            return -1;
    }
    for (size_t i = 0; i < all->n; i++) {
        struct staged_row row;
        bool there;
        arena_reset(s->page);
        if (read_again(s, &all->list[i], &row, &there, err) || (there && judge(s, &row, err)) ||
            run_progress(s, PROGRESS_LOOK, (int64_t)i + 1, (int64_t)all->n, err))
            return -1;
    }
    s->rejudged = all->n;
    return 0;
}
