#include "bot/cli/cli.h"
#include "store/base/clock.h"
#include "store/base/json.h"
#include "sync/undo/undo.h"

#include <inttypes.h>
#include <stdio.h>

#define WAIT_FOR_LANE_MS 600000
#define LINES_SHOWN      20

struct shell {
    struct cli *cli;
    int64_t run;
    bool json;
    int64_t lines;
};

/* ---------------------------------------------------------------- lines */

static void add_pair(struct buf *b, const char *key, const char *text)
{
    if (!text)
        return;
    buf_addf(b, "%s\"%s\":", b->len > 1 ? "," : "", key);
    json_quote(b, text);
}

static void print_json(const struct undo_op *op)
{
    AUTO_BUF b = BUF_INIT(4 << 20);
    buf_addc(&b, '{');
    add_pair(&b, "op", undo_word(op->what));
    add_pair(&b, "entity", op->entity);
    add_pair(&b, "id", op->local_id);
    add_pair(&b, "name", op->name);
    add_pair(&b, "field", op->field);
    add_pair(&b, "now", op->now);
    add_pair(&b, "before", op->back);
    add_pair(&b, "row", op->row);
    if (op->keep)
        add_pair(&b, "reason", undo_keep_word(op->keep));
    add_pair(&b, "by", op->by);
    if (op->at)
        buf_addf(&b, ",\"at\":%" PRId64, op->at);
    buf_addc(&b, '}');
    puts(buf_str(&b));
}

static const char *quoted(const char *text)
{
    return text ? text : "";
}

static void print_line(const struct undo_op *op)
{
    printf("  %-9s %s", undo_word(op->what), op->name);
    if (op->what == UNDO_SET)
        printf(": %s «%s» → «%s»", op->field, quoted(op->now), quoted(op->back));
    else if (op->field)
        printf(": %s", op->field);
    if (op->row)
        printf(": %s", op->row);
    if (op->keep)
        printf("  (%s%s%s)", undo_keep_word(op->keep), op->by ? ": " : "", op->by ? op->by : "");
    putchar('\n');
}

static int tell(void *ctx, const struct undo_op *op, struct err *err)
{
    struct shell *sh = ctx;
    (void)err;
    if (sh->json)
        print_json(op);
    else if (sh->lines < LINES_SHOWN)
        print_line(op);
    sh->lines++;
    return 0;
}

/* ---------------------------------------------------------------- the end */

struct outcome {
    const char *word;     /* for programs */
    const char *sentence; /* for people, after "run 12 " */
};
static const struct outcome outcomes[] = {
    [UNDO_READY] = {"ready", "would be undone"},
    [UNDO_EMPTY] = {"empty", "changed no records"},
    [UNDO_ALREADY] = {"already", "is undone already"},
    [UNDO_ALL_KEPT] = {"all kept", "cannot be undone any more"},
    [UNDO_MARKS] = {"marks", "only marked rows, or took marks away; they follow from the rows and "
                             "from the store, so nothing is undone of them"},
    [UNDO_FORGOTTEN] = {"forgotten", "is too old, what it changed is not kept any more"},
};
static const struct outcome undone = {"done", "is undone"};

static void print_sum(const struct shell *sh, const struct outcome *o, int64_t undo,
                      const struct undo_counts *c)
{
    if (sh->json)
        printf("{\"run\":%" PRId64 ",\"undo\":%" PRId64 ",\"state\":\"%s\",\"records\":%" PRId64
               ",\"fields\":%" PRId64 ",\"deleted\":%" PRId64 ",\"restored\":%" PRId64
               ",\"rows_gone\":%" PRId64 ",\"rows_back\":%" PRId64 ",\"kept\":%" PRId64
               ",\"already\":%" PRId64 ",\"marks\":%" PRId64 "}\n",
               sh->run, undo, o->word, c->records, c->fields, c->deleted, c->restored, c->rows_gone,
               c->rows_back, c->kept, c->already, c->marks);
    else
        printf("run %" PRId64 " %s: %" PRId64 " set back, %" PRId64 " deleted, %" PRId64
               " restored, %" PRId64 " rows to go, %" PRId64 " rows to come back, %" PRId64
               " left as they are, %" PRId64 " marks that follow from their rows\n",
               sh->run, o->sentence, c->records, c->deleted, c->restored, c->rows_gone,
               c->rows_back, c->kept, c->marks);
}

/* What is left to be done by hand: the remotes do not know yet. */
static void print_pushes(const struct shell *sh, uint32_t entities)
{
    struct choice pushes;
    undo_pushes(sh->cli->cfg, entities, &pushes);
    if (sh->json || !pushes.n)
        return;
    printf("to send it to the tables now:\n  rosterd -c %s sync", sh->cli->config_path);
    for (size_t i = 0; i < pushes.n; i++)
        printf(" %s", step_name(&pushes.steps[i]));
    putchar('\n');
}

static void print_pull_only(const struct shell *sh, const struct undo_plan *p)
{
    if (!sh->json && p->flow && p->flow->direction == DIR_PULL)
        printf("%s only reads: %s itself stays as it is\n", p->flow->name, p->flow->remote->name);
}

static int say(const struct err *err)
{
    fprintf(stderr, "rosterd: %s\n", err->msg);
    return err->kind == ERR_TEMP ? EXIT_REMOTE : EXIT_USAGE;
}

/* ---------------------------------------------------------------- the command */

static int apply(struct shell *sh, struct db *db)
{
    struct err err = {0};
    struct undo_done done;
    const struct undo_request q = {.run = sh->run,
                                   .actor = "shell",
                                   .at = clock_now_ms(),
                                   .wait_ms = WAIT_FOR_LANE_MS,
                                   .cancel = cli_stop_flag()};
    if (undo_apply(db, sh->cli->cfg, &q, &done, &err) || db_begin(db, &err))
        return say(&err);
    if (undo_finish(db, &done, clock_now_ms(), &err) || db_commit(db, &err)) {
        db_rollback(db);
        return say(&err);
    }
    print_sum(sh, &undone, done.run, &done.counts);
    if (!sh->json && done.run)
        printf("that was run %" PRId64 "; to take it back: rosterd -c %s undo %" PRId64 "\n",
               done.run, sh->cli->config_path, done.run);
    print_pushes(sh, done.entities);
    return done.counts.kept ? EXIT_FINDINGS : EXIT_DONE;
}

static int plan_and_apply(struct shell *sh, struct db *db, bool dry_run)
{
    AUTO_ARENA *arena = arena_new(16 << 20);
    struct err err = {0};
    struct undo_plan plan;
    if (undo_plan(db, sh->cli->cfg, sh->run, tell, sh, arena, &plan, &err))
        return say(&err);
    if (plan.state == UNDO_UNKNOWN)
        return cli_usage(&cli_undo, "there is no run %" PRId64, sh->run);
    if (plan.state == UNDO_RUNNING)
        return cli_usage(&cli_undo, "run %" PRId64 " is still under way", sh->run);
    if (!sh->json && sh->lines > LINES_SHOWN)
        printf("  … %" PRId64 " more; --json shows all\n", sh->lines - LINES_SHOWN);
    if (plan.state != UNDO_READY || dry_run) {
        print_sum(sh, &outcomes[plan.state], 0, &plan.counts);
        return plan.counts.kept ? EXIT_FINDINGS : EXIT_DONE;
    }
    print_pull_only(sh, &plan);
    return apply(sh, db);
}

static int undo_run(struct cli *cli)
{
    struct shell sh = {.cli = cli, .json = cli_flag(cli, "--json")};
    bool dry_run = cli_flag(cli, "--dry-run");
    if (cli->argc != 1 || !base_parse_i64(cli->argv[0], 1, INT64_MAX, &sh.run))
        return cli_usage(&cli_undo, "name the run to undo by its number");
    struct db *db = cli_open_store(cli);
    if (!db)
        return EXIT_USAGE;
    cli_catch_signals();
    int code = plan_and_apply(&sh, db, dry_run);
    db_close(db);
    return code;
}

const struct subcommand cli_undo = {"undo", "RUN [--dry-run] [--json]",
                                    "set back what a run changed, where nobody changed it since",
                                    true, undo_run};
