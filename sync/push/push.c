#include "store/links.h"
#include "store/names.h"
#include "store/outgoing.h"
#include "store/pauses.h"
#include "store/rows.h"
#include "store/runs.h"
#include "sync/check.h"
#include "sync/dispute.h"
#include "sync/mark.h"
#include "sync/pull/identity.h"
#include "sync/pull/jail.h"
#include "sync/push/push_op.h"

#include <string.h>

#define PAGE 200 /* records looked at before the page's memory is used again */

/* ---------------------------------------------------------------- the table */

/* The columns that are written, asked for once there is something to write. */
static int describe(struct run_state *s, struct err *err)
{
    struct table_info info;
    if (s->described)
        return 0;
    /* no transaction is open while the remote is asked */
    bool view = db_in_transaction(s->e->db);
    if (view)
        db_rollback(s->e->db);
    s->asking = true;
    if (s->remote->ops->describe(s->remote, s->flow->table, s->arena, &info, err))
        return -1;
    s->asking = false;
    if (view && db_begin_read(s->e->db, err))
        return -1;
    if (check_puts(s->flow, &info, err) || put_columns(s->flow, &info, s->put.columns, err) ||
        identity_describe(s, &info, err))
        return -1;
    s->described = true;
    return 0;
}

static int render(struct run_state *s, const struct record *r, struct rendering **ret,
                  struct err *err)
{
    *ret = arena_alloc(s->page, 1, sizeof **ret);
    return describe(s, err) || put_render(&s->put, r, *ret, err) ? -1 : 0;
}

/* ---------------------------------------------------------------- one record */

static uint64_t all_columns(const struct flow *flow)
{
    return flow->n_puts >= 64 ? UINT64_MAX : (1ull << flow->n_puts) - 1;
}

static int judge_unlinked(struct run_state *s, const struct record *r, struct err *err)
{
    struct rendering *now;
    const struct agreed nothing = {.e = r->e};
    if (r->deleted || !s->flow->create || !put_in_scope(s->flow, r->v, s->dicts, s->page))
        return 0;
    if (render(s, r, &now, err))
        return -1;
    if (now->waits)
        push_jail(s, r, true, JAIL_UNLINKED, now->waits);
    else
        push_send(s, OP_SEND_INSERT, r, NULL, now, all_columns(s->flow), &nothing);
    return 0;
}

/* The row's mark goes, and it is there again: the next push looks whether it lacks something of the
 * record, unless that can be told now. */
static int judge_unmarked(struct run_state *s, const struct record *r, const struct link *link,
                          struct err *err)
{
    struct agreed agreed;
    struct rendering *now;
    if (agreed_read(r->e, link->base, s->page, &agreed, err) || render(s, r, &now, err))
        return -1;
    if (!put_due(s->flow, r, now, &agreed, dispute_waiting(s, r->id)))
        s->plan.ops[s->plan.n - 1].link.base_rev = r->rev;
    return 0;
}

/* As push_send, but for the columns of `unread`, of which a person is told. */
static void send_readable(struct run_state *s, enum op_kind kind, const struct record *r,
                          const struct link *link, const struct rendering *now, uint64_t due,
                          uint64_t unread, const struct agreed *agreed)
{
    push_send(s, kind, r, link, now, due & ~unread, agreed);
    if (!(due & unread))
        return;
    const struct push_unread held = push_unread(s, r, agreed, due & unread);
    s->plan.ops[s->plan.n - 1].held = held.columns;
    s->plan.ops[s->plan.n - 1].held_cells = held.cells;
}

/* A row that is gone: somebody may want it back. */
static int judge_missing(struct run_state *s, const struct record *r, const struct link *link,
                         struct err *err)
{
    struct rendering *now;
    struct agreed was, nothing = {.e = r->e};
    bool back = s->remote->ops->can_bring_back;
    size_t before = s->plan.n;
    bool marked;
    if (r->deleted || !(str_eq(link->wish, WISH_BACK) || str_eq(link->wish, WISH_RETURN)))
        return 0;
    if (mark_plan_back(s, r, link, &marked, err))
        return -1;
    if (marked)
        return s->plan.n > before ? judge_unmarked(s, r, link, err) : 0;
    if (render(s, r, &now, err) || agreed_read(r->e, link->base, s->page, &was, err))
        return -1;
    /* a page comes back as it was: what could not be read is there again */
    if (back)
        agreed_set_unread(&nothing, was.mask, was.unread, was.unread_text);
    agreed_set(&nothing, nothing.unread, was.v);
    /* of columns that cannot be written only those count that lack something */
    uint64_t unread = put_unread(s->flow, &nothing);
    uint64_t due = all_columns(s->flow) & ~(unread & ~put_due(s->flow, r, now, &nothing, 0));
    if (now->waits)
        push_jail(s, r, true, JAIL_UNLINKED, now->waits);
    else
        send_readable(s, back ? OP_SEND_UPDATE : OP_SEND_INSERT, r, link, now, due, unread,
                      &nothing);
    return 0;
}

static int is_shared(struct run_state *s, const struct link *link, bool *ret, struct err *err)
{
    struct link *links;
    size_t n;
    *ret = false;
    if (!*link->part)
        return 0;
    if (links_of_row(s->e->db, link->remote, link->tbl, link->remote_id, s->page, &links, &n, err))
        return -1;
    *ret = n > 1;
    return 0;
}

/* Where columns are nothing but fields, their values alone tell that a row is as it should be: it
 * need not be rendered. ret_unread: but for these columns, which cannot be written. */
static bool needs_nothing(const struct run_state *s, const struct record *r,
                          const struct link *link, const struct agreed *agreed, uint32_t hold,
                          uint64_t *ret_unread)
{
    *ret_unread = 0;
    for (size_t i = 0; i < s->flow->n_puts; i++) {
        if (s->flow->puts[i].kind != PUT_FIELD)
            return false;
    }
    uint64_t due = put_due(s->flow, r, NULL, agreed, hold);
    *ret_unread = due & put_unread(s->flow, agreed);
    return !identity_lacks(s, link->remote_key, link->part) && due == *ret_unread;
}

/* What is left of the record to be written would be written over something that nobody could read.
 * A person is told; once it can be read, or is gone, the pull makes the push look again. */
static void leave_unread(struct run_state *s, const struct record *r, const struct link *link,
                         const struct agreed *agreed, uint64_t columns)
{
    if (!columns)
        return;
    const struct push_unread unread = push_unread(s, r, agreed, columns);
    push_jail_unread(s, r, &unread);
    if (!link->base_rev)
        push_seen(s, r, link);
}

/* A record that leaves the scope is written once more, so that the row tells it left. */
static bool is_outside(const struct run_state *s, const struct record *r,
                       const struct agreed *agreed)
{
    struct value base[MODEL_FIELDS_MAX];
    agreed_base(agreed, base);
    return !put_in_scope(s->flow, r->v, s->dicts, s->page) &&
           !put_in_scope(s->flow, base, s->dicts, s->page);
}

static int judge_linked(struct run_state *s, const struct record *r, const struct link *link,
                        struct err *err)
{
    struct agreed agreed;
    struct rendering *now;
    uint32_t hold = dispute_waiting(s, r->id);
    uint64_t unread;
    bool shared;
    if (agreed_read(r->e, link->base, s->page, &agreed, err))
        return err_wrap(err, "link %lld", (long long)link->id);
    bool nothing = needs_nothing(s, r, link, &agreed, hold, &unread);
    if ((nothing && !unread) || is_outside(s, r, &agreed))
        return 0;
    if (nothing) {
        leave_unread(s, r, link, &agreed, unread);
        return 0;
    }
    if (render(s, r, &now, err))
        return -1;
    uint64_t due = put_due(s->flow, r, now, &agreed, hold);
    unread = due & put_unread(s->flow, &agreed);
    due &= ~unread;
    if (!due && !identity_due(s, r, link)) {
        leave_unread(s, r, link, &agreed, unread);
        return 0;
    }
    if (is_shared(s, link, &shared, err))
        return -1;
    if (shared)
        push_jail(s, r, false, JAIL_SHARED, NULL);
    else if (now->waiting & due)
        push_jail(s, r, true, JAIL_UNLINKED, now->waits);
    else
        send_readable(s, OP_SEND_UPDATE, r, link, now, due | unread, unread, &agreed);
    return 0;
}

/* Has the flow read the row since the record is as it is, and held nothing of it back? */
static int was_read(struct run_state *s, const struct record *r, const struct link *link, bool *ret,
                    struct err *err)
{
    struct jailed *held = NULL;
    *ret = s->flow->direction != DIR_BOTH;
    if (*ret)
        return 0;
    if (quarantine_get(s->e->db, s->flow->name, link->remote_id, link->part, s->page, &held, err))
        return -1;
    *ret = s->read_rev >= r->rev && !held;
    return 0;
}

/* A record with a row that is there. */
static int judge_there(struct run_state *s, const struct record *r, const struct link *link,
                       struct err *err)
{
    struct agreed agreed;
    size_t before = s->plan.n;
    bool read, marked = false, gone = str_eq(link->wish, WISH_GONE);
    bool archive = r->deleted && s->flow->on_delete == DELETION_ARCHIVE;
    if ((gone || r->deleted) && mark_plan_deleted(s, r, link, &marked, err))
        return -1;
    if (marked && s->plan.n > before) {
        /* for what the row breaks: the deletion is told when that is over */
        if (s->plan.ops[before].mark->by == MARK_RULE)
            push_unseen(s, r, link);
        return 0;
    }
    if ((gone || archive) && !marked) {
        if (agreed_read(r->e, link->base, s->page, &agreed, err))
            return err_wrap(err, "link %lld", (long long)link->id);
        push_send(s, OP_SEND_ARCHIVE, r, link, NULL, 0, &agreed);
        return 0;
    }
    if (r->deleted) {
        /* known here from now on, if the table was read since: an edit of the row that comes later
         * is another matter */
        if (was_read(s, r, link, &read, err))
            return -1;
        if (read)
            push_seen(s, r, link);
        else
            push_unseen(s, r, link);
        return 0;
    }
    if (judge_linked(s, r, link, err))
        return -1;
    if (s->plan.n == before && !link->base_rev)
        push_seen(s, r, link);
    return 0;
}

/* Its new row was to be written over one that stands for another record (send.c), and still does: a
 * person has to part them. */
static int is_barred(struct run_state *s, const char *id, bool *ret, struct err *err)
{
    const struct jailed *j = jail_peek(s, id, "");
    struct link *links;
    size_t n = 0;
    if (j && !j->waiting && j->detail && !strcmp(j->reason, JAIL_SHARED) &&
        links_of_row(s->e->db, s->flow->remote->name, s->flow->table, j->detail, s->page, &links,
                     &n, err))
        return -1;
    *ret = n && strcmp(links[0].local_id, id) != 0;
    return 0;
}

static int judge_record(struct run_state *s, const char *id, struct err *err)
{
    struct record *r;
    struct link *links;
    size_t n;
    bool paused, barred;
    if (rows_get(s->e->db, s->flow->entity, id, s->page, &r, err) ||
        is_barred(s, id, &barred, err) ||
        links_of_record(s->e->db, s->flow->entity->name, id, s->flow->remote->name, s->flow->table,
                        s->page, &links, &n, err) ||
        pauses_has(s->e->db, s->flow->entity->name, id, &paused, err))
        return -1;
    if (r && (barred || recover_insert_of(s, id))) {
        jail_find(s, id, ""); /* it stays there until it is found, or free */
        return 0;
    }
    if (r && paused) {
        if (n || (!r->deleted && s->flow->create))
            push_jail(s, r, true, JAIL_PAUSED, NULL);
        return 0;
    }
    if (r && (!n                       ? judge_unlinked(s, r, err)
              : links[0].missing_since ? judge_missing(s, r, &links[0], err)
                                       : judge_there(s, r, &links[0], err)))
        return -1;
    return 0;
}

/* ---------------------------------------------------------------- all of them */

static uint32_t followed(const struct flow *flow)
{
    uint32_t mask = 0;
    for (size_t i = 0; i < flow->n_puts; i++)
        mask |= put_follows(&flow->puts[i]);
    return mask;
}

static bool full_is_due(const struct run_state *s)
{
    const struct cursor *c = s->cursor;
    return s->opt->full || !c || strcmp(c->mapping, s->flow->push_mapping) ||
           c->dict_rev != s->dict_rev || s->now_ms - c->full_at >= s->flow->full_every_ms;
}

/* Is this op about that record's being written: then its row in quarantine leaves only when that is
 * done (send.c). */
static bool is_sent(const struct run_state *s, size_t from, const char *id)
{
    for (size_t i = from; i < s->plan.n; i++) {
        if (op_sends(&s->plan.ops[i]) && !strcmp(s->plan.ops[i].rec->id, id))
            return true;
    }
    return false;
}

int push_plan(struct run_state *s, struct err *err)
{
    struct outgoing_query want = {.entity = s->flow->entity,
                                  .flow = s->name,
                                  .remote = s->flow->remote->name,
                                  .tbl = s->flow->table,
                                  .refs = followed(s->flow)};
    char after[UUID_LEN + 1] = "";
    s->full = full_is_due(s);
    want.all = s->full;
    want.since = s->cursor ? s->cursor->judged_rev : 0;
    s->put = (struct put_ctx){.db = s->e->db,
                              .cfg = s->e->cfg,
                              .flow = s->flow,
                              .dicts = s->dicts,
                              .columns = arena_alloc(s->arena, PUTS_MAX, sizeof *s->put.columns),
                              .arena = s->page};
    if (jail_load(s, err))
        return -1;
    for (;;) {
        struct outgoing_id *ids;
        size_t n;
        AUTO_ARENA *list = arena_new(1 << 20);
        if (outgoing_list(s->e->db, &want, after, PAGE, list, &ids, &n, err))
            return -1;
        /* one view for the page's many small questions, instead of a lock for each of them */
        if (db_begin_read(s->e->db, err))
            return -1;
        for (size_t i = 0; i < n; i++) {
            size_t before = s->plan.n;
            arena_reset(s->page);
            if (judge_record(s, ids[i].id, err))
                return -1; /* the run rolls back */
            if (!is_sent(s, before, ids[i].id))
                jail_free_row(s, ids[i].id);
        }
        db_rollback(s->e->db);
        s->rep->read += (int64_t)n;
        if (n < PAGE)
            return mark_plan(s, err);
        str_copy(after, sizeof after, ids[n - 1].id);
        if (run_progress(s, PROGRESS_JUDGE, s->rep->read, 0, err))
            return -1;
    }
}

int push_has_read(struct run_state *s, bool *ret, struct err *err)
{
    struct cursor *read;
    *ret = s->flow->direction != DIR_BOTH;
    if (*ret)
        return 0;
    if (cursor_get(s->e->db, s->flow->name, s->flow->remote->name, s->flow->table, s->arena, &read,
                   err))
        return -1;
    s->read_rev = read ? read->judged_rev : 0;
    *ret = read && read->full_at && !strcmp(read->mapping, s->flow->mapping);
    return 0;
}

int push_count(struct run_state *s, struct err *err)
{
    const struct counts *c = &s->plan.counts;
    s->facts.push = true;
    s->facts.creates = c->inserted;
    s->facts.updates = c->updated;
    s->facts.deletes = c->deleted;
    s->facts.first = !s->cursor || strcmp(s->cursor->mapping, s->flow->push_mapping) != 0;
    return links_there(s->e->db, s->flow->name, s->flow->remote->name, s->flow->table,
                       &s->facts.known, err);
}
