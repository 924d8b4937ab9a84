#include "bot/cli/cli.h"
#include "store/base/clock.h"
#include "store/base/json.h"
#include "sync/choose.h"
#include "sync/engine.h"
#include "sync/http.h"
#include "sync/lane.h"
#include "sync/remotes.h"
#include "sync/steps.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WAIT_FOR_LANE_MS 600000
#define PLANNED_SHOWN    20

struct shell {
    struct cli *cli;
    const struct step *step;
    bool json, tty;
    int planned;
    int64_t drawn_ms;
    bool said_stopping;
};

/* A read ends by itself; what was sent is waited for. */
static void say_stopping(struct shell *sh, const struct progress *p)
{
    if (p->phase != PROGRESS_SEND || sh->said_stopping)
        return;
    sh->said_stopping = true;
    fprintf(stderr,
            "%s%s: stopping, waiting for the answer of %s to what was sent; Ctrl-C once more does "
            "not wait\n",
            sh->tty ? "\r\033[K" : "", step_name(sh->step), sh->step->flow->remote->name);
}

static bool draw_progress(void *ctx, const struct progress *p)
{
    static const char *const phases[] = {"reading", "judging", "looking for missing rows",
                                         "writing", "sending"};
    struct shell *sh = ctx;
    int64_t now = clock_mono_ms();
    if (sh->tty && now - sh->drawn_ms >= 100) {
        sh->drawn_ms = now;
        fprintf(stderr, "\r\033[K%-22s %s %" PRId64, step_name(sh->step), phases[p->phase],
                p->done);
        if (p->total)
            fprintf(stderr, " of %" PRId64 " (%d %%)", p->total,
                    (int)(p->done * 100 / (p->total > p->done ? p->total : p->done)));
    }
    bool stop = atomic_load(cli_stop_flag());
    if (stop)
        say_stopping(sh, p);
    return !stop;
}

/* One line a change: the first ones on the screen, all of them with --json. */
static void print_planned(void *ctx, const struct saved_op *op)
{
    struct shell *sh = ctx;
    if (sh->json) {
        AUTO_BUF b = BUF_INIT(4 << 20);
        buf_add(&b, "{\"op\":");
        json_quote(&b, op->op);
        buf_add(&b, ",\"entity\":");
        json_quote(&b, op->entity);
        buf_add(&b, ",\"name\":");
        json_quote(&b, op->name);
        buf_addf(&b, ",\"changes\":%s,\"reason\":", op->changes);
        json_quote(&b, op->reason);
        buf_addc(&b, '}');
        puts(buf_str(&b));
        return;
    }
    if (sh->planned++ == 0 && sh->tty)
        fputs("\r\033[K", stderr);
    if (sh->planned <= PLANNED_SHOWN)
        printf("  %-8s %s: %s  (%s)\n", op->op, op->name,
               strcmp(op->op, "insert") ? op->changes : "new", op->reason);
    else if (sh->planned == PLANNED_SHOWN + 1)
        puts("  … more; --json shows all");
}

static void say_waiting(void *ctx)
{
    const struct shell *sh = ctx;
    fprintf(stderr, "%s: another sync with %s is under way, waiting for it\n", step_name(sh->step),
            sh->step->flow->remote->name);
}

static void add_count(struct buf *b, int64_t n, const char *what)
{
    if (n)
        buf_addf(b, "%" PRId64 " %s   ", n, what);
}

static void print_report(const struct shell *sh, const struct report *r)
{
    AUTO_BUF b = BUF_INIT(4096);
    if (sh->tty)
        fputs("\r\033[K", stderr);
    if (sh->json) {
        report_to_json(r, &b);
        puts(buf_str(&b));
        fflush(stdout);
        return;
    }
    add_count(&b, r->read, "read");
    add_count(&b, r->counts.inserted, r->push ? "added" : "new");
    add_count(&b, r->counts.updated, "changed");
    add_count(&b, r->counts.ids, "ids filled in");
    add_count(&b, r->counts.deleted, r->marks ? "marked as deleted" : "deleted");
    add_count(&b, r->counts.conflicts, "conflicts");
    add_count(&b, r->counts.unchanged, "same");
    add_count(&b, r->counts.invalid, r->push ? "not sent" : "new invalid");
    add_count(&b, r->waiting, "waiting");
    add_count(&b, r->unread, "not readable there");
    printf("%-22s %-60s %6.1f s\n", r->flow, buf_str(&b), (double)r->took_ms / 1000);
    for (size_t i = 0; i < r->n_samples; i++) {
        const struct sample *s = &r->samples[i];
        printf("  %5" PRId64 " × %s%s%s%s%s   first: %s\n", s->n, s->waiting ? "waiting: " : "",
               s->reason, s->detail ? ": «" : "", s->detail ? s->detail : "", s->detail ? "»" : "",
               s->remote_id);
    }
    if (r->unnamed)
        printf("  %5" PRId64 " no longer named there, left as they are: %s\n", r->unnamed,
               r->unnamed_names ? r->unnamed_names : "");
    if (r->future)
        printf("  %5" PRId64 " dated in the future; correct the time of their change   first: %s\n",
               r->future, r->future_row ? r->future_row : "");
    if (r->error)
        printf("  %s: %s\n", r->state, r->error);
    AUTO_BUF name = BUF_INIT(512);
    if (r->error_kind == ERR_LIMIT)
        printf("  nothing was changed. Look at the %s; if it is right as it is:\n"
               "  rosterd -c %s sync %s --approve\n",
               r->push ? "records (sync … --dry-run)" : "table", sh->cli->config_path,
               choose_name(sh->step, &name));
    fflush(stdout);
}

static int code_of(const struct report *r)
{
    if (r->error)
        return r->error_kind == ERR_LIMIT ? EXIT_BRAKE : EXIT_REMOTE;
    return r->counts.invalid || r->counts.conflicts ? EXIT_FINDINGS : EXIT_DONE;
}

static struct report run_step(struct shell *sh, struct engine *e, struct run_options *opt,
                              struct arena *arena)
{
    struct report r = {.flow = step_name(sh->step), .push = sh->step->push, .state = "failed"};
    struct err err = {0};
    int lane = -1;
    if (lane_take(sh->cli->cfg->store, sh->step->flow->remote->name, WAIT_FOR_LANE_MS,
                  cli_stop_flag(), say_waiting, sh, &lane, &err)) {
        r.error = arena_strdup(arena, err.msg);
        r.error_kind = err.kind;
    } else {
        engine_run(e, sh->step, opt, arena, &r);
    }
    lane_release(lane);
    return r;
}

/* Runs the chosen steps one after another; what a failed one keeps from running, steps.h says. */
static int sync_all(struct shell *sh, struct engine *e, const struct choice *c,
                    struct run_options *opt)
{
    enum err_kind ended[CHOICE_MAX];
    int worst = EXIT_DONE;
    for (size_t i = 0; i < c->n; i++) {
        if (atomic_load(cli_stop_flag())) {
            if (!sh->json)
                printf("%-22s not begun, stopped on request\n", step_name(&c->steps[i]));
            return worst > EXIT_REMOTE ? worst : EXIT_REMOTE;
        }
        AUTO_ARENA *arena = arena_new(1 << 20);
        enum step_fate fate = steps_fate(c->steps, i, ended, c->cycle && !c->cycle->go_on);
        if (fate == STEP_END) {
            if (!sh->json)
                printf("%-22s not run, because a step before it failed\n", step_name(&c->steps[i]));
            break;
        }
        sh->step = &c->steps[i];
        sh->planned = 0;
        struct report r =
            fate == STEP_RUN ? run_step(sh, e, opt, arena) : steps_skipped(sh->step, fate);
        print_report(sh, &r);
        ended[i] = r.error ? r.error_kind : ERR_NONE;
        int code = code_of(&r);
        worst = code > worst ? code : worst;
    }
    return worst;
}

static int sync_run(struct cli *cli)
{
    struct shell sh = {.cli = cli, .tty = isatty(STDERR_FILENO) == 1};
    struct run_options opt = {.full = cli_flag(cli, "--full"),
                              .dry_run = cli_flag(cli, "--dry-run"),
                              .approve = cli_flag(cli, "--approve"),
                              .interactive = true,
                              .actor = "shell",
                              .listed_since = clock_now_ms(),
                              .planned = print_planned,
                              .progress = draw_progress,
                              .ctx = &sh};
    struct choice choice;
    size_t bad;
    sh.json = cli_flag(cli, "--json");
    if (!cli->argc)
        return cli_usage(&cli_sync, "name the flows, or all");
    if (choose_flows(cli->cfg, (const char *const *)cli->argv, (size_t)cli->argc, &choice, &bad)) {
        const char *near = config_suggest(cli->cfg, cli->argv[bad]);
        return cli_usage(&cli_sync, "there is no flow or cycle «%s»%s%s%s", cli->argv[bad],
                         near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    }
    struct db *db = cli_open_store(cli);
    if (!db)
        return EXIT_USAGE;
    cli_catch_signals();
    struct limiters *limiters = limiters_new(cli->cfg);
    struct engine e = {.db = db,
                       .cfg = cli->cfg,
                       /* stopped by draw_progress, which lets a write get its answer */
                       .remotes = remotes_new(cli->cfg, limiters, NULL)};
    int code = sync_all(&sh, &e, &choice, &opt);
    remotes_free(e.remotes);
    limiters_free(limiters);
    db_close(db);
    return code;
}

const struct subcommand cli_sync = {"sync",
                                    "FLOW|CYCLE|all… [--full] [--dry-run] [--json] [--approve]",
                                    "run flows now, from this shell", true, sync_run};
