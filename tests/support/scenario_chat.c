#include "store/base/clock.h"
#include "store/conflicts.h"
#include "store/journal.h"
#include "store/pauses.h"
#include "store/runs.h"
#include "sync/push/settle.h"
#include "sync/restore.h"
#include "sync/undo/undo.h"
#include "tests/support/scenario.h"

#include <stdlib.h>
#include <string.h>

#define CONFLICTS_MAX 100
#define BY            "hand"

/* One thing that somebody asked for: the words of the step, and what came of it. */
struct asked {
    struct world *w;
    const struct line *l;
    char **word;
    size_t n;
};

typedef int deed(const struct asked *a, struct err *err);

/* Within one transaction, as a command of the chat does it. */
static void in_store(const struct asked *a, deed *what)
{
    struct err err = {0};
    if (db_begin(a->w->db, &err) || what(a, &err) || db_commit(a->w->db, &err))
        world_broken(a->w, a->l->at, "%s", err.msg);
}

/* ---------------------------------------------------------------- pauses */

/* pause ENTITY ID */
static int do_pause(const struct asked *a, struct err *err)
{
    bool fresh;
    if (pauses_set(a->w->db, a->word[1], scenario_ids(a->word[2], a->w->arena), BY, clock_now_ms(),
                   &fresh, err))
        return -1;
    if (!fresh)
        world_fail(a->w, a->l->at, "it was paused before");
    return 0;
}

/* resume ENTITY ID */
static int do_resume(const struct asked *a, struct err *err)
{
    bool was;
    if (pauses_clear(a->w->db, a->word[1], scenario_ids(a->word[2], a->w->arena), &was, err))
        return -1;
    if (!was)
        world_fail(a->w, a->l->at, "it was not paused");
    return 0;
}

/* ---------------------------------------------------------------- conflicts */

/* Does the step mean this one? "settle theirs" means all. */
static bool is_meant(const struct asked *a, const struct conflict *c)
{
    return a->n < 5 || (!strcmp(a->word[2], c->entity) && !strcmp(a->word[4], c->field) &&
                        !strcmp(scenario_ids(a->word[3], a->w->arena), c->local_id));
}

static int settle_one(const struct asked *a, const struct conflict *c, struct err *err)
{
    bool done, nothing = !strcmp(a->word[a->n - 1], "nothing");
    if (settle_conflict(a->w->db, a->w->cfg, c->id, a->word[1], BY, clock_now_ms(), &done, err))
        return -1;
    if (done == nothing)
        world_fail(a->w, a->l->at, done ? "that changed something" : "that changed nothing");
    return 0;
}

/* settle ours|theirs [ENTITY ID FIELD] [nothing]: what is open; of one field, else what a policy
 * settled last. */
static int do_settle(const struct asked *a, struct err *err)
{
    struct conflict *list;
    size_t n, meant = 0;
    int64_t total;
    if (conflicts_list_open(a->w->db, 0, CONFLICTS_MAX, a->w->arena, &list, &n, &total, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (is_meant(a, &list[i]) && ++meant && settle_one(a, &list[i], err))
            return -1;
    }
    if (meant || a->n < 5)
        return meant ? 0 : err_set(err, ERR_DATA, "there is no open conflict");
    if (conflicts_history(a->w->db, a->word[2], scenario_ids(a->word[3], a->w->arena), 0, INT64_MAX,
                          CONFLICTS_MAX, a->w->arena, &list, &n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (is_meant(a, &list[i]))
            return settle_one(a, &list[i], err);
    }
    return err_set(err, ERR_DATA, "there is no such conflict");
}

/* ---------------------------------------------------------------- lost inserts */

/* say there|again STEP ID: the lost row is there; it is not, make another */
static int do_say(const struct asked *a, struct err *err)
{
    struct step step;
    struct intent *lost;
    const char *id = scenario_ids(a->word[3], a->w->arena);
    bool there = !strcmp(a->word[1], "there");
    if (!config_step(a->w->cfg, a->word[2], &step) || !step.push)
        return err_set(err, ERR_DATA, "«%s» is no push", a->word[2]);
    const struct flow *f = step.flow;
    if (journal_unheard_insert(a->w->db, f->remote->name, f->table, f->entity->name, id,
                               a->w->arena, &lost, err))
        return -1;
    if (!lost)
        return err_set(err, ERR_DATA, "no insert of it is unheard of");
    bool done;
    if (settle_insert(a->w->db, lost->id, there, clock_now_ms(), &done, err))
        return -1;
    return done ? 0 : err_set(err, ERR_DATA, "nobody waits for that word");
}

/* ---------------------------------------------------------------- what is deleted */

/* revive ENTITY ID [nothing]: a person wants it back; `nothing`: it may not come back */
static int do_revive(const struct asked *a, struct err *err)
{
    struct restore_look look;
    uint32_t entities;
    bool nothing = !strcmp(a->word[a->n - 1], "nothing");
    if (restore_look(a->w->db, a->w->cfg, a->word[1], scenario_ids(a->word[2], a->w->arena),
                     a->w->arena, &look, err))
        return -1;
    if ((look.can == RESTORE_CAN) == nothing)
        world_fail(a->w, a->l->at, nothing ? "it may come back" : "it may not come back");
    return look.can == RESTORE_CAN
               ? restore_record(a->w->db, a->w->cfg, &look, BY, clock_now_ms(), &entities, err)
               : 0;
}

/* ---------------------------------------------------------------- undo */

/* The newest run of the step (NULL: of any) that is no undo. */
static int64_t last_run(const struct asked *a, const char *step)
{
    struct err err = {0};
    struct run *list;
    size_t n;
    if (runs_list(a->w->db, step, 0, 20, a->w->arena, &list, &n, &err))
        world_broken(a->w, a->l->at, "%s", err.msg);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i].kind, "undo"))
            return list[i].id;
    }
    world_broken(a->w, a->l->at, "no run so far");
}

/* undo last [STEP], undo RUN: a run of its own, so it has transactions of its own. */
static void do_undo(const struct asked *a)
{
    struct err err = {0};
    struct undo_done done = {0};
    struct undo_request q = {.actor = BY, .at = clock_now_ms()};
    if (!strcmp(a->word[1], "last"))
        q.run = last_run(a, a->n > 2 ? a->word[2] : NULL);
    else
        q.run = atoll(a->word[1]);
    if (undo_apply(a->w->db, a->w->cfg, &q, &done, &err) || db_begin(a->w->db, &err) ||
        undo_finish(a->w->db, &done, clock_now_ms(), &err) || db_commit(a->w->db, &err))
        world_broken(a->w, a->l->at, "%s", err.msg);
    clock_test_advance(1000);
}

bool scenario_do_chat(struct world *w, const struct line *l, char **word, size_t n)
{
    static const struct {
        const char *verb;
        size_t words;
        deed *what;
    } known[] = {
        {"pause", 3, do_pause}, {"resume", 3, do_resume}, {"settle", 2, do_settle},
        {"say", 4, do_say},     {"revive", 3, do_revive},
    };
    const struct asked a = {w, l, word, n};
    if (!strcmp(word[0], "undo") && n > 1) {
        do_undo(&a);
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (!strcmp(known[i].verb, word[0]) && n >= known[i].words) {
            in_store(&a, known[i].what);
            return true;
        }
    }
    return false;
}
