#include "sync/pull/rejudge.h"

#include "store/fallen.h"
#include "sync/mark.h"
#include "sync/pull/identity.h"

#include <string.h>

#define ROWS_MAX 500

static bool same_key(const char *a, const char *b)
{
    char x[UUID_LEN + 1], y[UUID_LEN + 1];
    return uuid_read(a, x) && uuid_read(b, y) ? !strcmp(x, y) : !strcmp(a, b);
}

/* A row as a listing would bring it. false: it cannot be judged. One that is gone is for the next
 * complete listing to miss; so is one whose id is another row's by now. */
static bool as_listed(struct run_state *s, const struct fallen *f, const struct remote_row *now,
                      struct staged_row *row)
{
    AUTO_BUF raw = BUF_INIT(4 << 20);
    const char *key = s->flow->key ? identity_key(&now->cells[s->n_columns]) : NULL;
    if (key && f->remote_key && !same_key(key, f->remote_key))
        return false;
    cells_to_json(s->columns, now->cells, s->flow->n_maps, &raw);
    *row = (struct staged_row){.remote_id = f->remote_id,
                               .remote_key = f->remote_key,
                               .edited_at = now->edited_ms ? now->edited_ms : f->remote_at,
                               .raw = arena_strdup(s->page, buf_str(&raw))};
    mark_stage(s->flow, now->cells + s->flow->n_maps, s->page, row);
    return !raw.over;
}

/* Reads up to PEEK_MAX rows. *ret_n: those that can be judged. */
static int read_again(struct run_state *s, const struct fallen *list, size_t n,
                      struct staged_row *ret, size_t *ret_n, struct err *err)
{
    const char **columns = arena_alloc(s->page, s->n_columns + 1, sizeof *columns);
    const char *row_ids[PEEK_MAX];
    enum presence there[PEEK_MAX];
    struct remote_row now[PEEK_MAX] = {0};
    size_t n_columns = s->n_columns;
    memcpy(columns, s->columns, n_columns * sizeof *columns);
    if (s->flow->key)
        columns[n_columns++] = s->flow->key;
    for (size_t i = 0; i < n; i++) {
        row_ids[i] = list[i].remote_id;
        there[i] = ROW_UNKNOWN;
    }
    s->asking = true;
    if (remote_peek_rows(s->remote, s->flow->table, row_ids, n, columns, n_columns, s->page, there,
                         now, err))
        return -1;
    s->asking = false;
    *ret_n = 0;
    for (size_t i = 0; i < n; i++)
        *ret_n += there[i] == ROW_THERE && as_listed(s, &list[i], &now[i], &ret[*ret_n]);
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
    size_t most = s->remote->ops->peek_many ? PEEK_MAX : 1; /* between two chances to stop */
    for (size_t at = 0; at < all->n; at += most) {
        size_t n = all->n - at < most ? all->n - at : most, k;
        struct staged_row rows[PEEK_MAX];
        arena_reset(s->page);
        if (read_again(s, &all->list[at], n, rows, &k, err))
            return -1;
        for (size_t i = 0; i < k; i++) {
            if (judge(s, &rows[i], err))
                return -1;
        }
        if (run_progress(s, PROGRESS_LOOK, (int64_t)(at + n), (int64_t)all->n, err))
            return -1;
    }
    s->rejudged = all->n;
    return 0;
}
