#include "sync/resolve.h"

#include "store/cascade.h"
#include "store/dict_rows.h"
#include "store/quarantine.h"
#include "store/rows.h"
#include "sync/pull/siblings.h"

#include <string.h>

int resolve_load(struct run_state *s, struct err *err)
{
    s->listed = arena_alloc(s->arena, s->flow->n_maps, sizeof *s->listed);
    for (size_t i = 0; i < s->flow->n_maps; i++) {
        const struct field *f = &s->flow->entity->fields[s->flow->maps[i].field];
        struct cursor *c;
        /* a preview has read the target's table but taken nothing of it in */
        if (!s->flow->maps[i].via || !s->opt->listed_since || s->opt->dry_run)
            continue;
        const struct flow *carrier =
            config_carrier(s->e->cfg, field_target(f), s->flow->maps[i].via);
        if (cursor_get(s->e->db, carrier->name, carrier->remote->name, carrier->table, s->arena, &c,
                       err))
            return -1;
        bool listed = c && c->full_at >= s->opt->listed_since;
        s->listed[i] = listed || remotes_said_same(s->e->remotes, carrier->remote,
                                                   s->opt->listed_since, carrier->name);
        s->any_listed = s->any_listed || listed;
    }
    return 0;
}

static bool was_listed(const struct run_state *s, const struct field *f)
{
    for (size_t i = 0; i < s->flow->n_maps; i++) {
        if (&s->flow->entity->fields[s->flow->maps[i].field] == f)
            return s->listed[i];
    }
    return false;
}

static const char *sentence(const struct field *f)
{
    if (f->type == FT_REFS)
        return f->bad_value;
    return f->bad ? f->bad : f->bad_target ? f->bad_target : "Invalid reference";
}

/* The code of a dictionary's row. One that nobody knows may be too new; in a field that may be
 * empty it holds no row up once the dictionary was read, however long ago: its next change makes
 * the table be read again. */
static int resolve_code(struct run_state *s, const struct field *f, const struct flow *carrier,
                        const char *row_id, char *code, enum resolution *ret,
                        const char **ret_reason, struct err *err)
{
    struct cursor *c = NULL;
    bool may_be_empty = !f->required && !f->bad_value;
    if (links_resolve(s->e->db, field_target(f), carrier->remote->name, carrier->table, row_id,
                      code, err))
        return -1;
    *ret = REF_FOUND;
    if (*code)
        return 0;
    if (may_be_empty && cursor_get(s->e->db, carrier->name, carrier->remote->name, carrier->table,
                                   s->page, &c, err))
        return -1;
    bool read = may_be_empty ? c && c->full_at : was_listed(s, f);
    *ret = read ? REF_INVALID : REF_WAITING;
    *ret_reason = f->bad_value ? f->bad_value : sentence(f);
    return 0;
}

/* Why a target's row in its own table is invalid, in the words of the one that refers to it. */
static const char *of_target(const struct field *f, const char *why)
{
    return f->bad_target_when && !strcmp(why, f->bad_target_when) ? f->bad_target_then
                                                                  : f->bad_target;
}

/* The record is known, and deleted. What it went with says more than what its row looks like since;
 * one that only people deleted is as good as any, unless the field says otherwise. */
static int judge_deleted(struct run_state *s, const struct field *f, const struct flow *carrier,
                         const char *remote_id, const char *local, struct arena *arena,
                         enum resolution *ret, const char **ret_reason, struct err *err)
{
    struct cascade with = {0};
    const char *why = NULL;
    if (f->bad_deleted_too && cascade_of(s->e->db, model_entity(f->ref), local, &with, err))
        return -1;
    if (!with.e && f->bad_target &&
        quarantine_reason(s->e->db, carrier->name, remote_id, arena, &why, err))
        return -1;
    const char *bad = with.e ? f->bad_deleted_too : why ? of_target(f, why) : f->bad_deleted;
    if (bad) {
        *ret = REF_INVALID;
        *ret_reason = bad;
    }
    return 0;
}

/* A record that has another id, one of whose rows elsewhere has this one as its own UUID. */
static int find_by_key(struct run_state *s, const struct entity *target, const char *remote_id,
                       char *local, bool *ret_deleted, struct err *err)
{
    char uuid[UUID_LEN + 1];
    struct link *links;
    bool there;
    size_t n = 0;
    if (uuid_read(remote_id, uuid) &&
        links_by_key(s->e->db, target->name, uuid, s->page, &links, &n, err))
        return -1;
    if (!n)
        return 0;
    str_copy(local, UUID_LEN + 1, links[0].local_id);
    return rows_deleted(s->e->db, target, local, &there, ret_deleted, err);
}

/* A record by the link of its row; or, ids being fixed at birth, one that was born there has that
 * very id, whichever flow brought it here. "" in local: none. */
static int find_target(struct run_state *s, const struct field *f, const char *via,
                       const char *table, const char *remote_id, char *local, bool *ret_deleted,
                       struct err *err)
{
    const struct entity *target = model_entity(f->ref);
    bool same_id = false;
    if (links_target(s->e->db, f->ref, via, table, remote_id, local, ret_deleted, err))
        return -1;
    if (*local || !target->id_from_remote)
        return 0;
    if (rows_deleted(s->e->db, target, remote_id, &same_id, ret_deleted, err))
        return -1;
    if (same_id)
        str_copy(local, UUID_LEN + 1, remote_id);
    return same_id ? 0 : find_by_key(s, target, remote_id, local, ret_deleted, err);
}

/* A row that nobody knows: it may come yet, unless its whole table was read. */
static int judge_unknown(struct run_state *s, const struct field *f, const struct flow *carrier,
                         const char *remote_id, struct arena *arena, enum resolution *ret,
                         const char **ret_reason, struct err *err)
{
    const char *why;
    struct jailed *itself;
    *ret = REF_WAITING;
    *ret_reason = sentence(f);
    if (!was_listed(s, f))
        return 0;
    if (quarantine_reason(s->e->db, carrier->name, remote_id, arena, &why, err) ||
        quarantine_get(s->e->db, carrier->name, remote_id, "", arena, &itself, err))
        return -1;
    if (itself && itself->waiting) /* it is there, and may come in yet */
        return 0;
    *ret = REF_INVALID;
    if (why && f->bad_target)
        *ret_reason = of_target(f, why);
    return 0;
}

int resolve_reference(void *ctx, const struct field *f, const char *via, const char *remote_id,
                      struct arena *arena, char *local, enum resolution *ret,
                      const char **ret_reason, struct err *err)
{
    struct run_state *s = ctx;
    const struct flow *carrier = config_carrier(s->e->cfg, field_target(f), via);
    bool deleted = false;
    if (f->type == FT_DICT)
        return resolve_code(s, f, carrier, remote_id, local, ret, ret_reason, err);
    if (!siblings_planned(s, f, carrier, remote_id, local, &deleted) &&
        find_target(s, f, via, carrier->table, remote_id, local, &deleted, err))
        return -1;
    if (!*local && siblings_unknown(s, f, carrier)) {
        *ret = REF_WAITING;
        *ret_reason = sentence(f);
        return 0;
    }
    if (!*local)
        return judge_unknown(s, f, carrier, remote_id, arena, ret, ret_reason, err);
    *ret = REF_FOUND;
    return deleted ? judge_deleted(s, f, carrier, remote_id, local, arena, ret, ret_reason, err)
                   : 0;
}

int resolve_cascaded(struct run_state *s, const struct record *r, struct arena *arena,
                     const char **ret, struct err *err)
{
    struct cascade with = {0};
    *ret = NULL;
    if (cascade_of(s->e->db, r->e, r->id, &with, err))
        return -1;
    for (size_t i = 0; i < s->flow->n_maps && with.e; i++) {
        const struct field_map *m = &s->flow->maps[i];
        const struct field *f = &r->e->fields[m->field];
        const struct flow *carrier =
            m->via && f->cascade ? config_carrier(s->e->cfg, f->ref, m->via) : NULL;
        enum resolution found = REF_FOUND;
        struct link *links;
        size_t n;
        if (!carrier || r->v[m->field].kind != VAL_TEXT || strcmp(r->v[m->field].s, with.id) != 0)
            continue;
        if (links_of_record(s->e->db, f->ref, with.id, m->via, carrier->table, arena, &links, &n,
                            err))
            return -1;
        return judge_deleted(s, f, carrier, n ? links[0].remote_id : "", with.id, arena, &found,
                             ret, err);
    }
    return 0;
}
