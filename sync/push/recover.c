#include "store/base/json.h"
#include "store/base/log.h"
#include "store/links.h"
#include "store/quarantine.h"
#include "sync/pull/jail.h"
#include "sync/run_state.h"

#include <string.h>

#define FOUND_MAX      8
#define SECOND_LOOK_MS 60000 /* between two looks that find nothing */
#define LOOKS          2     /* so often, and it surely was not made */

const struct intent *recover_insert_of(const struct run_state *s, const char *local_id)
{
    for (size_t i = 0; i < s->n_unheard; i++) {
        if (!strcmp(s->unheard[i].local_id, local_id) &&
            !strcmp(s->unheard[i].entity, s->flow->entity->name))
            return &s->unheard[i];
    }
    return NULL;
}

int recover_sent(struct run_state *s, const struct intent *in, const char **ret, struct err *err)
{
    AUTO_JSON *tree = NULL;
    if (json_parse(in->payload, strlen(in->payload), &tree, err))
        return err_wrap(err, "intent %lld", (long long)in->id);
    AUTO_FREE char *text = cJSON_PrintUnformatted(json_at(tree, "base"));
    *ret = arena_strdup(s->arena, text ? text : "{}");
    return 0;
}

/* ---------------------------------------------------------------- looking for it */

/* What was sent: all columns, in the order of *ret_columns. */
struct sent {
    const char **columns;
    struct cell *cells;
    size_t n;
};

static int read_sent(struct run_state *s, const struct intent *in, struct sent *ret,
                     struct err *err)
{
    AUTO_JSON *tree = NULL;
    if (json_parse(in->payload, strlen(in->payload), &tree, err))
        return err_wrap(err, "intent %lld", (long long)in->id);
    const cJSON *cells = json_at(tree, "cells");
    AUTO_FREE char *text = cJSON_PrintUnformatted(cells);
    size_t n = (size_t)cJSON_GetArraySize(cells);
    *ret = (struct sent){.columns = arena_alloc(s->arena, n + 1, sizeof *ret->columns),
                         .cells = arena_alloc(s->arena, n + 1, sizeof *ret->cells)};
    for (const cJSON *c = cells ? cells->child : NULL; c; c = c->next)
        ret->columns[ret->n++] = arena_strdup(s->arena, c->string);
    return cells_from_json(text ? text : "{}", ret->columns, ret->n, s->arena, ret->cells, err);
}

/* Of what was sent, the columns that tell records apart. */
static struct sent natural_part(struct run_state *s, const struct sent *all)
{
    struct sent some = {.columns = arena_alloc(s->arena, all->n + 1, sizeof *some.columns),
                        .cells = arena_alloc(s->arena, all->n + 1, sizeof *some.cells)};
    for (size_t i = 0; i < all->n; i++) {
        bool natural = false;
        for (size_t k = 0; k < s->flow->n_puts; k++) {
            const struct put *p = &s->flow->puts[k];
            for (size_t f = 0; f < s->flow->entity->n && !strcmp(p->column, all->columns[i]); f++)
                natural =
                    natural || ((put_reads(p) >> f & 1) &&
                                model_is_natural(s->flow->entity, s->flow->entity->fields[f].name));
        }
        if (!natural)
            continue;
        some.columns[some.n] = all->columns[i];
        some.cells[some.n++] = all->cells[i];
    }
    return some;
}

/* The rows without a link that hold these cells. */
static int find_free(struct run_state *s, const struct sent *like, struct found_row *ret,
                     size_t *ret_n, struct err *err)
{
    struct found_row found[FOUND_MAX];
    size_t n = 0;
    const struct remote_write row = {.cells = like->cells};
    const struct write_batch batch = {.table = s->flow->table,
                                      .columns = like->columns,
                                      .n_columns = like->n,
                                      .rows = &row,
                                      .n_rows = 1};
    *ret_n = 0;
    if (!like->n)
        return 0;
    s->asking = true;
    if (s->remote->ops->find(s->remote, &batch, s->arena, found, FOUND_MAX, &n, err))
        return -1;
    s->asking = false;
    for (size_t i = 0; i < n; i++) {
        struct link *links;
        size_t n_links;
        if (links_of_row(s->e->db, s->flow->remote->name, s->flow->table, found[i].row_id, s->arena,
                         &links, &n_links, err))
            return -1;
        if (!n_links)
            ret[(*ret_n)++] = found[i];
    }
    return 0;
}

/* ---------------------------------------------------------------- what is made of it */

/* One transaction for what was learnt of one intent. */
static int commit(struct run_state *s, int bad, struct err *err)
{
    if (bad || db_commit(s->e->db, err)) {
        db_rollback(s->e->db);
        return -1;
    }
    return 0;
}

/* The row is there: it stands for the record, which holds what was sent. exact: all of it was
 * compared, else what else it holds is compared by the next push. */
static int adopt(struct run_state *s, const struct intent *in, const char *row_id, bool exact,
                 struct err *err)
{
    struct db *db = s->e->db;
    const char *base;
    struct agreed sent;
    if (recover_sent(s, in, &base, err) || agreed_read(s->flow->entity, base, s->arena, &sent, err))
        return -1;
    if (!exact)
        sent = (struct agreed){.e = s->flow->entity};
    struct link link = {.entity = in->entity,
                        .local_id = in->local_id,
                        .flow = s->flow->name,
                        .remote = in->remote,
                        .tbl = in->tbl,
                        .remote_id = row_id,
                        .part = in->part,
                        .base = agreed_text(&sent, s->arena),
                        .seen_at = s->now_ms,
                        .wrote_at = in->sent_at};
    struct counts one = {.inserted = 1};
    struct run *run = NULL;
    struct link *old;
    size_t n;
    /* the run that sent it has made it, whether or not it is over */
    if ((in->run && runs_get(db, in->run, s->arena, &run, err)) ||
        links_of_record(db, in->entity, in->local_id, in->remote, in->tbl, s->arena, &old, &n, err))
        return -1;
    link.id = n ? old[0].id : 0; /* of a row that is gone, and was to come back */
    if (db_begin(db, err))
        return -1;
    log_event(LOG_INFO, "a row whose answer was lost is found", "flow", s->name, "row", row_id,
              NULL);
    return commit(s,
                  (n ? links_move(db, &link, err) : links_insert(db, &link, err)) ||
                      journal_done(db, in->id, row_id, s->now_ms, err) ||
                      quarantine_free(db, in->flow, in->local_id, "", err) ||
                      (run && runs_add(db, run->id, &one, err)),
                  err);
}

static int set_jail(struct run_state *s, const struct intent *in, bool waiting, const char *reason,
                    const char *detail, struct err *err)
{
    struct jailed j = {.flow = in->flow,
                       .remote_id = in->local_id,
                       .part = "",
                       .waiting = waiting,
                       .reason = reason,
                       .detail = detail,
                       .raw = "{}",
                       .edited_at = in->sent_at,
                       .last_seen = s->now_ms};
    struct jailed *old;
    if (quarantine_get(s->e->db, in->flow, in->local_id, "", s->arena, &old, err))
        return -1;
    if (old && old->waiting == waiting && !strcmp(old->reason, reason) &&
        str_eq(old->detail, detail))
        return 0;
    return quarantine_put(s->e->db, &j, err);
}

/* Not found. Once it must have shown and was looked for often enough it is given up, and the push
 * makes it anew. Not before, even where a second writing would meet the first by its marker: given
 * up, a row that shows late would look like somebody else's to a pull that comes between. */
static int not_found(struct run_state *s, const struct intent *in, struct err *err)
{
    struct db *db = s->e->db;
    int64_t settled = in->sent_at + s->flow->settle_insert_ms;
    bool over = s->now_ms >= settled && in->attempts + 1 >= LOOKS;
    if (in->ref) {
        if (db_begin(db, err))
            return -1;
        return commit(s,
                      journal_set_ref(db, in->id, NULL, err) ||
                          set_jail(s, in, false, JAIL_UNKNOWN, "0", err),
                      err);
    }
    if (db_begin(db, err))
        return -1;
    if (over)
        return commit(s,
                      journal_drop(db, in->id, "not made: looked for and not found", s->now_ms,
                                   err) ||
                          set_jail(s, in, true, JAIL_UNCONFIRMED, NULL, err),
                      err);
    /* before it has settled a look proves nothing: it is not counted */
    int64_t next = s->now_ms < settled ? settled : s->now_ms + SECOND_LOOK_MS;
    return commit(s,
                  (s->now_ms < settled
                       ? journal_wait(db, in->id, next, err)
                       : journal_look_later(db, in->id, next, "not found yet", err)) ||
                      set_jail(s, in, true, JAIL_UNCONFIRMED, NULL, err),
                  err);
}

/* Several rows look like it: only a person can tell. */
static int several(struct run_state *s, const struct intent *in, size_t n, struct err *err)
{
    if (db_begin(s->e->db, err))
        return -1;
    return commit(s, set_jail(s, in, false, JAIL_UNKNOWN, STR_I64((int64_t)n), err), err);
}

/* The remote told where the row is, but not that all is well with it. */
static int try_hint(struct run_state *s, const struct intent *in, bool *ret_done, struct err *err)
{
    enum presence there = ROW_UNKNOWN;
    struct link *links;
    size_t n;
    *ret_done = false;
    if (!in->remote_id)
        return 0;
    if (links_of_row(s->e->db, in->remote, in->tbl, in->remote_id, s->arena, &links, &n, err))
        return -1;
    s->asking = true;
    if (n || s->remote->ops->look(s->remote, in->tbl, in->remote_id, &there, err))
        return n ? 0 : -1;
    s->asking = false;
    *ret_done = there == ROW_THERE;
    return *ret_done ? adopt(s, in, in->remote_id, false, err) : 0;
}

static int look_for(struct run_state *s, const struct intent *in, struct err *err)
{
    struct found_row found[FOUND_MAX];
    struct sent all, some;
    bool done, exact = true;
    size_t n = 0;
    if (in->not_before > s->now_ms)
        return 0;
    /* several rows looked like it: nothing is tried before a person has said which */
    struct jailed *asked;
    if (quarantine_get(s->e->db, in->flow, in->local_id, "", s->arena, &asked, err))
        return -1;
    if (asked && !strcmp(asked->reason, JAIL_UNKNOWN) && !in->ref)
        return 0;
    if (try_hint(s, in, &done, err) || done)
        return done ? 0 : -1;
    /* the remote said which row it is: while that may still come to light, no other is it */
    if (in->remote_id && s->now_ms < in->sent_at + s->flow->settle_insert_ms)
        return not_found(s, in, err);
    if (read_sent(s, in, &all, err))
        return -1;
    if (s->flow->marker) {
        size_t at = 0;
        while (at < all.n && strcmp(all.columns[at], s->flow->marker))
            at++;
        if (at < all.n) {
            some = (struct sent){&all.columns[at], &all.cells[at], 1};
            if (find_free(s, &some, found, &n, err))
                return -1;
        }
    } else {
        some = natural_part(s, &all);
        if (find_free(s, &all, found, &n, err))
            return -1;
        exact = n > 0;
        if (!n && find_free(s, &some, found, &n, err))
            return -1;
    }
    if (!n)
        return not_found(s, in, err);
    if (n > 1 && !in->ref)
        return several(s, in, n, err);
    /* a person says that it is there: the first that is no older than the writing */
    size_t pick = 0;
    while (pick + 1 < n && found[pick].created_ms && found[pick].created_ms < in->sent_at)
        pick++;
    return adopt(s, in, found[pick].row_id, exact, err);
}

/* The row may hold what was sent, or what it held before. */
static int doubt(struct run_state *s, const struct intent *in, struct err *err)
{
    struct sent all;
    struct link *link;
    struct agreed agreed, after;
    const char *base;
    uint64_t columns = 0;
    if (strcmp(in->op, "update"))
        return 0;
    if (links_get(s->e->db, in->remote, in->tbl, in->remote_id, in->part, s->arena, &link, err) ||
        read_sent(s, in, &all, err) || recover_sent(s, in, &base, err) ||
        agreed_read(s->flow->entity, base, s->arena, &after, err))
        return -1;
    if (!link)
        return 0;
    if (agreed_read(s->flow->entity, link->base, s->arena, &agreed, err))
        return -1;
    for (size_t i = 0; i < s->flow->n_puts; i++) {
        for (size_t k = 0; k < all.n; k++)
            columns |= !strcmp(s->flow->puts[i].column, all.columns[k]) ? 1ull << i : 0;
    }
    put_doubt(s->flow, columns, after.v, &agreed);
    return links_set_base(s->e->db, link->id, agreed_text(&agreed, s->arena), err);
}

static int recover_one(struct run_state *s, const struct intent *in, struct err *err)
{
    struct db *db = s->e->db;
    struct link *links;
    size_t n;
    if (!strcmp(in->op, "insert")) {
        if (links_of_record(db, in->entity, in->local_id, in->remote, in->tbl, s->arena, &links, &n,
                            err))
            return -1;
        if (!n || links[0].missing_since)
            return look_for(s, in, err);
    }
    /* updates and archives are safe to repeat: the push compares again and repeats what is left */
    if (db_begin(db, err))
        return -1;
    return commit(s,
                  journal_drop(db, in->id, "the answer was lost", s->now_ms, err) ||
                      doubt(s, in, err),
                  err);
}

int recover_unheard(struct run_state *s, struct err *err)
{
    struct intent *list;
    size_t n;
    if (s->flow->direction == DIR_PULL)
        return 0;
    if (journal_unheard(s->e->db, s->flow->push_name, s->arena, &list, &n, err))
        return -1;
    for (size_t i = 0; i < n && !s->opt->dry_run; i++) {
        if (recover_one(s, &list[i], err))
            return -1;
    }
    return journal_unheard_inserts(s->e->db, s->flow->remote->name, s->flow->table, s->arena,
                                   &s->unheard, &s->n_unheard, err);
}
