#include "bot/cli/cli.h"
#include "bot/run_csv.h"
#include "bot/status.h"
#include "store/base/clock.h"
#include "store/base/json.h"
#include "store/schema.h"

#include <inttypes.h>
#include <stdio.h>

#define RUN_CSV_MAX ((size_t)1 << 30)

static void add_json_text(struct buf *b, const char *key, const char *text)
{
    buf_addf(b, ",\"%s\":", key);
    if (text)
        json_quote(b, text);
    else
        buf_add(b, "null");
}

static void print_json(const struct config *cfg, const struct status *s)
{
    AUTO_BUF b = BUF_INIT(1 << 18);
    buf_addf(&b,
             "{\"version\":\"%s\",\"rev\":%" PRId64 ",\"store_bytes\":%" PRId64
             ",\"queued\":%" PRId64 ",\"to_say\":%" PRId64 ",\"conflicts\":%" PRId64
             ",\"paused\":%" PRId64 ",\"unheard\":%" PRId64 ",\"remotes\":[",
             ROSTERD_VERSION, s->rev, s->store_bytes, s->queued, s->to_say, s->conflicts, s->paused,
             s->unheard);
    for (size_t i = 0; i < cfg->n_remotes; i++) {
        buf_add(&b, i ? ",{\"name\":" : "{\"name\":");
        json_quote(&b, cfg->remotes[i]->name);
        buf_addf(&b, ",\"ok_at\":%" PRId64, s->remotes[i].ok_at);
        add_json_text(&b, "error", s->remotes[i].error);
        buf_addc(&b, '}');
    }
    buf_add(&b, "],\"flows\":[");
    for (size_t i = 0; i < s->n_steps; i++) {
        const struct step_status *f = &s->steps[i];
        buf_add(&b, i ? ",{\"name\":" : "{\"name\":");
        json_quote(&b, step_name(&f->step));
        buf_addf(&b,
                 ",\"checked_at\":%" PRId64 ",\"known\":%" PRId64 ",\"waiting\":%" PRId64
                 ",\"invalid\":%" PRId64,
                 f->state.checked_at, f->known, f->waiting, f->invalid);
        add_json_text(&b, "cursor", f->cursor);
        add_json_text(&b, "error", f->state.error);
        buf_addc(&b, '}');
    }
    buf_add(&b, "]}");
    puts(buf_str(&b));
}

static void print_table(const struct config *cfg, const struct status *s)
{
    int64_t now = clock_now_ms();
    for (size_t i = 0; i < cfg->n_remotes; i++) {
        const struct remote_state *r = &s->remotes[i];
        if (r->error)
            printf("%-24s FAIL   %s\n", cfg->remotes[i]->name, r->error);
        else if (r->ok_at)
            printf("%-24s ok     %" PRId64 " s ago\n", cfg->remotes[i]->name,
                   (now - r->ok_at) / 1000);
        else
            printf("%-24s -      not asked yet\n", cfg->remotes[i]->name);
    }
    for (size_t i = 0; i < s->n_steps; i++) {
        const struct step_status *f = &s->steps[i];
        printf("  %-22s %" PRId64 " known, %" PRId64 " invalid, %" PRId64 " waiting",
               step_name(&f->step), f->known, f->invalid, f->waiting);
        if (!f->step.push)
            printf(", cursor %s", *f->cursor ? f->cursor : "-");
        puts("");
        if (f->state.error)
            printf("  %-22s %s\n", "", f->state.error);
    }
    if (s->conflicts || s->paused || s->unheard)
        printf("%" PRId64 " fields in conflict, %" PRId64 " records on hold, %" PRId64
               " unknown whether created\n",
               s->conflicts, s->paused, s->unheard);
    printf("%" PRId64 " people, %" PRId64 " teams, %" PRId64 " participations, %" PRId64
           " badges, %" PRId64 " arrivals; rev %" PRId64 ", %" PRId64 " KB; %" PRId64
           " jobs open\n",
           s->people, s->teams, s->participations, s->badges, s->arrivals, s->rev,
           s->store_bytes >> 10, s->queued);
}

/* What a run changed, as CSV. */
static int print_run(struct db *db, int64_t id, struct arena *arena)
{
    AUTO_BUF csv = BUF_INIT(RUN_CSV_MAX);
    struct err err = {0};
    struct run *r = NULL;
    int64_t lines;
    if (runs_get(db, id, arena, &r, &err) || (r && run_csv(db, r, &csv, &lines, &err)))
        return cli_usage(NULL, "%s", err.msg);
    if (!r)
        return cli_usage(NULL, "there is no run %" PRId64 "; /runs in the chat lists them", id);
    fwrite(csv.data, 1, csv.len, stdout);
    return EXIT_DONE;
}

static int status_run(struct cli *cli)
{
    AUTO_ARENA *arena = arena_new((size_t)16 << 20);
    struct err err = {0};
    struct db *db = NULL;
    struct status s;
    int64_t run = 0;
    bool json = cli_flag(cli, "--json");
    const char *number = cli_option(cli, "--run");
    if (number && !base_parse_i64(number, 1, INT64_MAX, &run))
        return cli_usage(&cli_status, "«%s» is no run's number", number);
    int bad = db_open(cli->cfg->store, DB_READ, &db, &err) || schema_check(db, &err) ||
              (!run && status_read(db, cli->cfg, arena, &s, &err));
    if (bad) {
        db_close(db);
        return cli_usage(NULL, "%s (has anything been synced yet? rosterd sync all)", err.msg);
    }
    if (run) {
        int code = print_run(db, run, arena);
        db_close(db);
        return code;
    }
    if (json)
        print_json(cli->cfg, &s);
    else
        print_table(cli->cfg, &s);
    db_close(db);
    return EXIT_DONE;
}

const struct subcommand cli_status =
    {"status", "[--json] [--run N]",
     "remotes, flows and the store at a glance; what run N changed, as CSV", true, status_run};
