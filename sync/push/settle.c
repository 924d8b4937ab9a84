#include "sync/push/settle.h"

#include "store/journal.h"
#include "store/links.h"
#include "store/quarantine.h"
#include "store/rows.h"
#include "sync/agreed.h"
#include "sync/normalise.h"
#include "sync/pull/jail.h"
#include "sync/pull/merge.h"

#include <string.h>

#define MEMORY ((size_t)32 << 20)

/* One conflict with what it is about. */
struct matter {
    struct db *db;
    struct arena *arena;
    const struct conflict *c;
    struct record *rec; /* NULL: gone */
    struct link *link;  /* the record's row in the flow's table, or NULL */
    int field;          /* -1: the record as a whole ("deleted") */
    bool takes_theirs;
    const char *choice, *by;
    int64_t at;
};

/* From the words of the audit. */
static int read_value(const struct field *f, const char *text, struct value *ret, struct err *err)
{
    int64_t n;
    if (!text)
        *ret = V_NULL;
    else if (f->type != FT_INT && f->type != FT_BOOL && f->type != FT_YEAR)
        *ret = V_TEXT(text);
    else if (base_parse_i64(text, INT64_MIN, INT64_MAX, &n))
        *ret = V_INT(n);
    else
        return err_set(err, ERR_DATA, "%s of a conflict is no number: %.60s", f->name, text);
    return 0;
}

/* Leaves rec, link NULL when they are not to be had. */
static int look_up(struct matter *m, const struct config *cfg, struct err *err)
{
    struct step step;
    struct link *links;
    size_t n;
    const struct entity *e = model_entity(m->c->entity);
    m->field = e ? model_field(e, m->c->field) : -1;
    if (!e || (m->field < 0 && strcmp(m->c->field, "deleted")))
        return 0;
    if (rows_get(m->db, e, m->c->local_id, m->arena, &m->rec, err))
        return -1;
    if (!config_step(cfg, m->c->flow, &step))
        return 0;
    if (links_of_record(m->db, e->name, m->c->local_id, step.flow->remote->name, step.flow->table,
                        m->arena, &links, &n, err))
        return -1;
    m->link = n ? &links[0] : NULL;
    return 0;
}

/* A field as one side has it. */
static int side(const struct matter *m, bool theirs, struct value *ret, struct err *err)
{
    return read_value(&m->rec->e->fields[m->field], theirs ? m->c->theirs : m->c->ours, ret, err);
}

/* Writes a value into the store; *ret is the record as it then stands. */
static int edit(struct matter *m, const struct value *v, struct record **ret, struct err *err)
{
    const struct change by = {.source = m->by, .at = m->at};
    *ret = record_copy(m->rec, m->arena);
    (*ret)->v[m->field] = *v;
    return rows_update(m->db, m->rec, *ret, &by, err);
}

/* What the remote has counts as agreed, and nothing else of the link changes. */
static int agree(struct matter *m, const struct value *theirs, int64_t base_rev, struct err *err)
{
    struct agreed agreed;
    struct link link = *m->link;
    if (agreed_read(m->rec->e, link.base, m->arena, &agreed, err))
        return -1;
    agreed.v[m->field] = *theirs;
    agreed.mask |= 1u << m->field;
    link.base = agreed_text(&agreed, m->arena);
    link.base_rev = base_rev;
    if (links_agree(m->db, &link, err))
        return -1;
    /* that the fields agree says nothing about whether the row is there */
    if (link.missing_since && links_set_missing(m->db, link.id, link.missing_since, err))
        return -1;
    return link.wish ? links_set_wish(m->db, link.id, link.wish, err) : 0;
}

static int settle_open(struct matter *m, bool *ret_done, struct err *err)
{
    struct value ours, theirs;
    struct record *now;
    if (m->field < 0 || !m->rec || m->rec->deleted || !m->link)
        return conflicts_settle(m->db, m->c->id, m->by, NULL, m->at, err);
    if (side(m, false, &ours, err) || side(m, true, &theirs, err))
        return -1;
    const struct field *f = &m->rec->e->fields[m->field];
    const struct value *held = &m->rec->v[m->field];
    if (m->takes_theirs) {
        /* an edit that nobody has weighed is not written over: the question is asked anew */
        if (!normalise_same(f, held, &ours) && !normalise_same(f, held, &theirs)) {
            struct conflict anew = *m->c;
            char num[24];
            anew.ours = value_or_null(held, num);
            return conflicts_open(m->db, &anew, err);
        }
        int64_t was = m->rec->rev;
        if (edit(m, &theirs, &now, err) ||
            agree(m, &theirs, m->link->base_rev == was ? now->rev : m->link->base_rev, err))
            return -1;
    } else if (agree(m, &theirs, m->link->base_rev, err) ||
               links_recheck(m->db, m->link->id, err)) {
        return -1;
    }
    *ret_done = true;
    return conflicts_settle(m->db, m->c->id, m->by, m->choice, m->at, err);
}

/* "Deleted here, edited there", the other way round: the record goes after all, or comes back. */
static int restore_whole(struct matter *m, bool *ret_done, struct err *err)
{
    const struct change by = {.source = m->by, .at = m->at};
    bool loser = str_eq(m->takes_theirs ? m->c->theirs : m->c->ours, "1");
    bool winner = str_eq(m->takes_theirs ? m->c->ours : m->c->theirs, "1");
    if (m->rec->deleted != winner || loser == winner)
        return 0;
    struct record *now = record_copy(m->rec, m->arena);
    now->deleted = loser;
    bool row_is_gone = m->link && m->link->missing_since;
    const char *wish = !row_is_gone ? NULL : loser ? WISH_RETURN : WISH_BACK;
    if (rows_update(m->db, m->rec, now, &by, err) ||
        (m->link && links_set_wish(m->db, m->link->id, wish, err)))
        return -1;
    *ret_done = true;
    return 0;
}

static int restore_field(struct matter *m, bool *ret_done, struct err *err)
{
    struct value loser, winner;
    struct record *now;
    if (side(m, m->takes_theirs, &loser, err) || side(m, !m->takes_theirs, &winner, err))
        return -1;
    const struct field *f = &m->rec->e->fields[m->field];
    if (m->rec->deleted || !normalise_same(f, &m->rec->v[m->field], &winner))
        return 0;
    if (edit(m, &loser, &now, err))
        return -1;
    *ret_done = true;
    return 0;
}

static int restore(struct matter *m, bool *ret_done, struct err *err)
{
    if (!m->rec || !m->c->choice || !strcmp(m->c->choice, m->choice))
        return 0;
    if (m->field < 0 ? restore_whole(m, ret_done, err) : restore_field(m, ret_done, err))
        return -1;
    return *ret_done ? conflicts_settle(m->db, m->c->id, m->by, m->choice, m->at, err) : 0;
}

int settle_conflict(struct db *db, const struct config *cfg, int64_t id, const char *choice,
                    const char *by, int64_t at, bool *ret_done, struct err *err)
{
    AUTO_ARENA *arena = arena_new(MEMORY);
    struct conflict *c;
    struct matter m = {.db = db, .arena = arena, .choice = choice, .by = by, .at = at};
    bool done = false;
    m.takes_theirs = !strcmp(choice, "theirs");
    if (!m.takes_theirs && strcmp(choice, "ours"))
        return err_set(err, ERR_DATA, "a conflict is settled as ours or theirs, not as %.40s",
                       choice);
    if (conflicts_get(db, id, arena, &c, err))
        return -1;
    if (!c)
        return err_set(err, ERR_DATA, "there is no conflict %lld", (long long)id);
    m.c = c;
    if (!strcmp(c->field, "id"))
        return merge_settle(db, c, m.takes_theirs, &(struct change){.source = by, .at = at},
                            ret_done, err);
    if (look_up(&m, cfg, err) || (c->open ? settle_open(&m, &done, err) : restore(&m, &done, err)))
        return -1;
    *ret_done = done;
    return 0;
}

int settle_insert(struct db *db, int64_t intent, bool there, int64_t at, bool *ret_done,
                  struct err *err)
{
    AUTO_ARENA *arena = arena_new(MEMORY);
    struct intent *in;
    if (journal_get(db, intent, arena, &in, err))
        return -1;
    if (!in || strcmp(in->op, "insert") || strcmp(in->state, "sent")) {
        *ret_done = false;
        return 0;
    }
    /* a push looks only at what has changed, and at what waits: the record waits */
    const struct jailed waits = {.flow = in->flow,
                                 .remote_id = in->local_id,
                                 .part = "",
                                 .waiting = true,
                                 .reason = JAIL_UNCONFIRMED,
                                 .raw = "{}",
                                 .edited_at = in->sent_at,
                                 .last_seen = at};
    if (there ? journal_set_ref(db, in->id, "adopt", err)
              : journal_drop(db, in->id, "a person says that it was not made", at, err))
        return -1;
    if (quarantine_put(db, &waits, err))
        return -1;
    *ret_done = true;
    return 0;
}
