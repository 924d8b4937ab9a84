#include "sync/gone.h"

#include "store/base/json.h"
#include "store/rows.h"

#include <string.h>

/* Beside the agreed values in link.base: the state that a cancelled record had. */
#define BEFORE_KEY "before_cancel"

static int cancel_field(const struct run_state *s)
{
    return s->flow->missing == MISSING_CANCEL
               ? model_field(s->flow->entity, s->flow->entity->cancel_field)
               : -1;
}

static bool is_cancelled(const struct run_state *s, const struct record *r, int field)
{
    return r->v[field].kind == VAL_TEXT && !strcmp(r->v[field].s, s->flow->entity->cancel_code);
}

/* base with the state before added. */
static int remember(struct run_state *s, const struct link *link, const struct value *before,
                    const char **ret, struct err *err)
{
    AUTO_JSON *tree = NULL;
    char num[24];
    if (json_parse(link->base, strlen(link->base), &tree, err))
        return err_wrap(err, "link %lld", (long long)link->id);
    cJSON_DeleteItemFromObjectCaseSensitive(tree, BEFORE_KEY);
    cJSON_AddStringToObject(tree, BEFORE_KEY, value_show(before, num));
    AUTO_FREE char *text = cJSON_PrintUnformatted(tree);
    *ret = arena_strdup(s->arena, text);
    return 0;
}

static int plan_cancel(struct run_state *s, const struct link *link, const struct record *ours,
                       int field, struct err *err)
{
    struct op op = {.kind = OP_CANCEL, .link = *link};
    if (is_cancelled(s, ours, field))
        return 0; /* somebody did it already: nothing to take back later */
    op.old = record_keep(ours, s->arena);
    op.rec = record_keep(ours, s->arena);
    op.rec->v[field] = V_TEXT(s->flow->entity->cancel_code);
    op.link.missing_since = s->now_ms;
    op.link.remote_id = arena_strdup(s->arena, link->remote_id);
    if (remember(s, link, &ours->v[field], &op.link.base, err))
        return -1;
    plan_add(&s->plan, &op);
    return 0;
}

int gone_record(struct run_state *s, const struct link *link, struct err *err)
{
    struct record *ours = NULL;
    int field = cancel_field(s);
    if (s->flow->missing == MISSING_IGNORE)
        return 0;
    if (rows_get(s->e->db, s->flow->entity, link->local_id, s->page, &ours, err))
        return -1;
    if (!ours || ours->deleted)
        return 0;
    if (field >= 0)
        return plan_cancel(s, link, ours, field, err);
    struct op op = {.kind = OP_DELETE, .rec = record_keep(ours, s->arena)};
    op.old = op.rec;
    op.link = (struct link){.id = link->id, .missing_since = s->now_ms};
    plan_add(&s->plan, &op);
    return 0;
}

int gone_parts(struct run_state *s, const char *remote_id, const struct candidate *named,
               size_t n_named, struct err *err)
{
    struct link *links;
    size_t n;
    if (s->flow->missing == MISSING_IGNORE)
        return 0;
    if (links_of_row(s->e->db, s->flow->remote->name, s->flow->table, remote_id, s->page, &links,
                     &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < n_named && strcmp(named[k].part, links[i].part))
            k++;
        if (k == n_named && gone_record(s, &links[i], err))
            return -1;
    }
    return 0;
}

bool gone_undo(struct run_state *s, const struct link *link, struct record *r)
{
    AUTO_JSON *tree = NULL;
    struct err ignored = {0}; /* a damaged base remembers nothing */
    int field = cancel_field(s);
    if (field < 0 || !is_cancelled(s, r, field) ||
        json_parse(link->base, strlen(link->base), &tree, &ignored))
        return false;
    const char *before = json_text(tree, BEFORE_KEY);
    if (!before)
        return false;
    r->v[field] = *before ? V_TEXT(arena_strdup(s->arena, before)) : V_NULL;
    return true;
}
