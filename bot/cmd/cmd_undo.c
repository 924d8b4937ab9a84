#include "bot/cmd/csv_asked.h"
#include "bot/cmd/flows_asked.h"
#include "bot/command.h"
#include "bot/confirm.h"
#include "bot/text/run_text.h"
#include "bot/text/undo_text.h"
#include "store/trail.h"

#include <string.h>

/* The chat waits no longer than this for a sync under way. */
#define LANE_MS     3000
#define RUNS_SHOWN  8
#define RUNS_LOOKED 100

/* ---------------------------------------------------------------- which run */

static int list_runs(struct ask *a, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct run *list;
    size_t n, shown = 0;
    if (runs_list(a->db, NULL, 0, RUNS_LOOKED, a->arena, &list, &n, err))
        return -1;
    for (size_t i = 0; i < n && shown < RUNS_SHOWN; i++) {
        char when[TEXT_SHORT];
        AUTO_BUF flow = BUF_INIT(1024);
        if (!run_undoable(a->bot->cfg, &list[i]))
            continue;
        shown++;
        buttons_row(&b);
        run_title(&flow, a->bot->cfg, &list[i], a->lang);
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_UNDO_RUN,
                    arena_printf(a->arena, "undo %lld", (long long)list[i].id),
                    T_ID("id", list[i].id), T_TEXT("flow", buf_str(&flow)),
                    T_TEXT("time", text_clock(when, a->lang, list[i].started_at, a->now)));
    }
    TEXT_ADD(&m, a->lang, shown ? TEXT_UNDO_WHICH : TEXT_UNDO_NO_RUNS);
    return ask_reply(a, &m, &b, NULL, err);
}

/* ---------------------------------------------------------------- what it would do */

static int send_file(struct ask *a, const struct undo_text *t, struct err *err)
{
    AUTO_MSG caption = MSG_INIT;
    TEXT_ADD(&caption, a->lang, t->csv.over ? TEXT_UNDO_FILE_CUT : TEXT_UNDO_FILE,
             T_ID("id", t->plan.run->id), T_INT("n", t->lines));
    return csv_asked_send(a, "undo", t->plan.run->id, &t->csv, &caption, LINK_RUN, err);
}

static int say_nothing_to_do(struct ask *a, int64_t id, const struct undo_plan *plan,
                             struct err *err)
{
    static const enum text_id texts[] = {
        [UNDO_EMPTY] = TEXT_UNDO_EMPTY,         [UNDO_ALREADY] = TEXT_UNDO_ALREADY,
        [UNDO_FORGOTTEN] = TEXT_UNDO_FORGOTTEN, [UNDO_RUNNING] = TEXT_UNDO_RUNNING,
        [UNDO_UNKNOWN] = TEXT_UNDO_UNKNOWN,     [UNDO_MARKS] = TEXT_UNDO_ONLY_MARKS,
    };
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    bool dict = plan->state == UNDO_EMPTY && plan->flow && plan->flow->dict;
    TEXT_ADD(&m, a->lang, dict ? TEXT_UNDO_DICTIONARY : texts[plan->state], T_ID("id", id));
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_RUNS, "runs");
    return ask_reply(a, &m, &b, ask_slot(a, "undo"), err);
}

static const char *what(struct ask *a, enum lang lang, const struct run *run, int64_t size)
{
    AUTO_BUF flow = BUF_INIT(1024), words = BUF_INIT(2048);
    run_title(&flow, a->bot->cfg, run, lang);
    return arena_strdup(a->arena, TEXT_PLAIN(&words, lang, TEXT_UNDO_WHAT, T_ID("id", run->id),
                                             T_TEXT("flow", buf_str(&flow)), T_INT("size", size)));
}

/* note: said before it, or NULL. */
static int preview(struct ask *a, int64_t id, const enum text_id *note, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    AUTO_UNDO_TEXT t;
    const char *slot = ask_slot(a, "undo");
    if (undo_text_make(a, id, &t, err))
        return -1;
    if (t.plan.state != UNDO_READY && t.plan.state != UNDO_ALL_KEPT)
        return say_nothing_to_do(a, id, &t.plan, err);
    if (note) {
        TEXT_ADD(&m, a->lang, *note);
        msg_html(&m, "\n\n");
    }
    undo_text_preview(a, &t, &m);
    if (t.plan.state == UNDO_READY) {
        const struct confirm_question q =
            {.command = arena_printf(a->arena, "undo %lld", (long long)id),
             .what = {[LANG_RU] = what(a, LANG_RU, t.plan.run, t.n_goes),
                      [LANG_EN] = what(a, LANG_EN, t.plan.run, t.n_goes)},
             .size = t.n_goes,
             .yes = TEXT_BTN_UNDO};
        if (confirm_add(a, &q, slot, &m, &b, err))
            return -1;
    } else {
        TEXT_BUTTON(&b, a->lang, TEXT_BTN_RUNS, "runs");
    }
    return ask_reply(a, &m, &b, slot, err) || (!t.all_shown && send_file(a, &t, err)) ? -1 : 0;
}

/* ---------------------------------------------------------------- doing it */

/* Said again it is the same to the letter, so a second press changes nothing. */
static int say_done(struct ask *a, int64_t id, int64_t undo, const struct choice *pushes,
                    struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT;
    struct run *run, *undone;
    if (runs_get(a->db, undo, a->arena, &run, err) || runs_get(a->db, id, a->arena, &undone, err))
        return -1;
    undo_text_done(a, id, run, undone && !strcmp(undone->kind, "push"), &m);
    if (pushes->n) {
        msg_html(&m, "\n");
        TEXT_ADD(&m, a->lang, TEXT_UNDO_DONE_SENDING);
    }
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_RUN, arena_printf(a->arena, "run %lld", (long long)undo),
                T_ID("n", undo));
    TEXT_BUTTON(&b, a->lang, TEXT_BTN_UNDO_UNDO,
                arena_printf(a->arena, "undo %lld", (long long)undo));
    return ask_reply(a, &m, &b, ask_slot(a, "undo"), err);
}

/* The undo is over, its message is said and its pushes are queued, all at once. */
static int finish(struct ask *a, int64_t id, const struct undo_done *done, struct err *err)
{
    struct choice pushes;
    const struct job_options options = {0};
    if (!done->run)
        return preview(a, id, NULL, err);
    undo_pushes(a->bot->cfg, done->entities, &pushes);
    if (undo_finish(a->db, done, a->now, err) || say_done(a, id, done->run, &pushes, err))
        return -1;
    const char *key = arena_printf(a->arena, "undo-%lld", (long long)done->run);
    return pushes.n ? flows_start(a, &pushes, key, &options, err) : 0;
}

/* The command's own transaction is given up for those of the undo: thousands of records are not
 * changed in one. Until finish, the update counts as not dealt with, so that after a crash it is
 * asked again, and the undo goes on where it stopped. */
static int apply(struct ask *a, int64_t id, struct err *err)
{
    static const enum text_id busy = TEXT_UNDO_BUSY;
    const struct undo_request q = {.run = id,
                                   .actor = ask_actor(a),
                                   .at = a->now,
                                   .wait_ms = LANE_MS,
                                   .cancel = a->bot->stop};
    struct undo_done done;
    if (db_commit(a->db, err))
        return -1;
    struct err why = {0};
    int bad = undo_apply(a->db, a->bot->cfg, &q, &done, &why);
    if (bad && why.kind != ERR_TEMP) {
        *err = why;
        if (why.kind == ERR_CANCELED) /* the process stops: asked again at its next start */
            err->kind = ERR_TEMP;
        return -1;
    }
    if (db_begin(a->db, err))
        return -1;
    return bad ? preview(a, id, &busy, err) : finish(a, id, &done, err);
}

/* What the button under this preview has led to: the run, or NULL. */
static int find_done(struct ask *a, int64_t id, int64_t shown_at, struct run **ret, struct err *err)
{
    int64_t undo;
    *ret = NULL;
    if (trail_undone_by(a->db, id, &undo, err) ||
        (undo && runs_get(a->db, undo, a->arena, ret, err)))
        return -1;
    if (*ret && (*ret)->started_at < shown_at)
        *ret = NULL;
    return 0;
}

static int confirmed(struct ask *a, int64_t id, int64_t shown_at, struct err *err)
{
    struct undo_plan plan;
    struct choice pushes;
    struct run *before;
    if (find_done(a, id, shown_at, &before, err) ||
        undo_plan(a->db, a->bot->cfg, id, NULL, NULL, a->arena, &plan, err))
        return -1;
    undo_pushes(a->bot->cfg, plan.entities, &pushes);
    if (before && strcmp(before->state, "partial") != 0)
        return say_done(a, id, before->id, &pushes, err);
    if (!before && plan.state != UNDO_READY)
        return preview(a, id, NULL, err);
    return apply(a, id, err);
}

static int run(struct ask *a, struct err *err)
{
    static const enum text_id stale = TEXT_UNDO_STALE;
    const char *args = a->args, *number = ask_word(a, &args);
    int64_t id;
    if (!number || !base_parse_i64(number, 1, INT64_MAX, &id))
        return list_runs(a, err);
    if (confirm_given(a))
        return confirmed(a, id, a->confirmed->asked_at, err);
    return preview(a, id, confirm_late(a) ? &stale : NULL, err);
}

const struct command cmd_undo = {"undo", "N", TEXT_CMD_UNDO, ROLE_ADMIN, false, run};
