#include "store/chat/handover.h"

#include "store/chat/bindings.h"
#include "store/chat/grants.h"
#include "store/pauses.h"

#include <string.h>

#define MEMORY ((size_t)4 << 20)

struct handing {
    struct db *db;
    const char *entity, *from, *into, *by;
    int64_t at;
    struct arena *arena;
};

/* ---------------------------------------------------------------- who is tied to a person */

static int move_binding(const struct handing *h, const char *via, struct err *err)
{
    struct binding *gone, *kept;
    bool ignored;
    if (bindings_of_person(h->db, via, h->from, h->arena, &gone, err) ||
        bindings_of_person(h->db, via, h->into, h->arena, &kept, err))
        return -1;
    if (!gone)
        return 0;
    if (kept)
        return bindings_clear(h->db, via, gone->user_id, h->by, h->at, &ignored, err);
    const struct binding now = {.via = via,
                                .user_id = gone->user_id,
                                .person_id = h->into,
                                .how = gone->how};
    return bindings_set(h->db, &now, h->by, h->at, &ignored, err);
}

static int move_bindings(const struct handing *h, struct err *err)
{
    AUTO_QUERY *q = NULL;
    const char *via[8];
    size_t n = 0;
    int more;
    if (DB_QUERY(h->db, &q, err, "SELECT via FROM binding WHERE person_id = :id",
                 B_TEXT(":id", h->from)))
        return -1;
    while (n < ARRAY_LEN(via) && (more = query_next(q, err)) != 0) {
        if (more < 0)
            return -1;
        via[n++] = query_dup(q, 0, h->arena);
    }
    for (size_t i = 0; i < n; i++) {
        if (move_binding(h, via[i], err))
            return -1;
    }
    return 0;
}

/* ---------------------------------------------------------------- roles for a team */

/* 0 is for ever. */
static bool is_longer(int64_t until, int64_t than)
{
    return than && (!until || until > than);
}

static int move_grant(const struct handing *h, const struct grant *g, struct err *err)
{
    struct grant *list;
    size_t n;
    int64_t id;
    bool ignored, needed = true;
    if (grants_of(h->db, g->via, g->user_id, h->at, h->arena, &list, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (list[i].role == g->role && str_eq(list[i].team_id, h->into))
            needed = is_longer(g->until, list[i].until);
    }
    const struct grant now = {.via = g->via,
                              .user_id = g->user_id,
                              .role = g->role,
                              .team_id = h->into,
                              .until = g->until,
                              .given_by = h->by,
                              .given_at = h->at};
    return grants_take(h->db, g->id, h->by, h->at, &ignored, err) ||
                   (needed && grants_give(h->db, &now, &id, &ignored, err))
               ? -1
               : 0;
}

static int move_grants(const struct handing *h, struct err *err)
{
    struct grant *list;
    size_t n = 1;
    while (n) { /* those that were moved are no longer for that team */
        if (grants_for_team(h->db, h->from, h->at, h->arena, &list, &n, err))
            return -1;
        for (size_t i = 0; i < n; i++) {
            if (move_grant(h, &list[i], err))
                return -1;
        }
    }
    return 0;
}

/* ---------------------------------------------------------------- pauses, work lists */

static int move_pause(const struct handing *h, struct err *err)
{
    struct pause *p;
    bool ignored;
    if (pauses_get(h->db, h->entity, h->from, h->arena, &p, err))
        return -1;
    return p && (pauses_set(h->db, h->entity, h->into, p->by, p->at, &ignored, err) ||
                 pauses_clear(h->db, h->entity, h->from, &ignored, err))
               ? -1
               : 0;
}

/* Of records that could not be sent: what stands in quarantine under a record's id without a row's
 * cells. The line of the one that goes leaves by itself. */
static int move_tasks(const struct handing *h, struct err *err)
{
    return DB_RUN(h->db, err,
                  "UPDATE OR IGNORE task SET item = :into WHERE kind = 'invalid' AND item = :from"
                  " AND part = '' AND EXISTS (SELECT 1 FROM quarantine q WHERE q.flow = task.flow"
                  " AND q.remote_id = :into AND q.part = '' AND q.raw = '{}')",
                  B_TEXT(":from", h->from), B_TEXT(":into", h->into));
}

int handover_record(struct db *db, const char *entity, const char *from, const char *into,
                    const char *by, int64_t at, struct err *err)
{
    AUTO_ARENA *arena = arena_new(MEMORY);
    const struct handing h = {db, entity, from, into, by, at, arena};
    if ((!strcmp(entity, "person") && move_bindings(&h, err)) ||
        (!strcmp(entity, "team") && move_grants(&h, err)))
        return -1;
    return move_pause(&h, err) || move_tasks(&h, err) ? -1 : 0;
}
