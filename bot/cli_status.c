#include "bot/cli.h"
#include "bot/status.h"
#include "store/base/clock.h"
#include "store/base/json.h"
#include "store/schema.h"

#include <inttypes.h>
#include <stdio.h>

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
             ",\"queued\":%" PRId64 ",\"to_say\":%" PRId64 ",\"remotes\":[",
             ROSTERD_VERSION, s->rev, s->store_bytes, s->queued, s->to_say);
    for (size_t i = 0; i < cfg->n_remotes; i++) {
        buf_add(&b, i ? ",{\"name\":" : "{\"name\":");
        json_quote(&b, cfg->remotes[i]->name);
        buf_addf(&b, ",\"ok_at\":%" PRId64, s->remotes[i].ok_at);
        add_json_text(&b, "error", s->remotes[i].error);
        buf_addc(&b, '}');
    }
    buf_add(&b, "],\"flows\":[");
    for (size_t i = 0; i < cfg->n_flows; i++) {
        const struct flow_status *f = &s->flows[i];
        buf_add(&b, i ? ",{\"name\":" : "{\"name\":");
        json_quote(&b, f->flow->name);
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
    for (size_t i = 0; i < cfg->n_flows; i++) {
        const struct flow_status *f = &s->flows[i];
        printf("  %-22s %" PRId64 " known, %" PRId64 " invalid, %" PRId64 " waiting, cursor %s\n",
               f->flow->name, f->known, f->invalid, f->waiting, *f->cursor ? f->cursor : "-");
        if (f->state.error)
            printf("  %-22s %s\n", "", f->state.error);
    }
    printf("%" PRId64 " people, %" PRId64 " teams, %" PRId64 " participations; rev %" PRId64
           ", %" PRId64 " KB; %" PRId64 " jobs open\n",
           s->people, s->teams, s->participations, s->rev, s->store_bytes >> 10, s->queued);
}

static int status_run(struct cli *cli)
{
    AUTO_ARENA *arena = arena_new((size_t)16 << 20);
    struct err err = {0};
    struct db *db = NULL;
    struct status s;
    bool json = cli_flag(cli, "--json");
    int bad = db_open(cli->cfg->store, DB_READ, &db, &err) || schema_check(db, &err) ||
              status_read(db, cli->cfg, arena, &s, &err);
    if (bad) {
        db_close(db);
        return cli_usage(NULL, "%s (has anything been synced yet? rosterd sync all)", err.msg);
    }
    if (json)
        print_json(cli->cfg, &s);
    else
        print_table(cli->cfg, &s);
    db_close(db);
    return EXIT_DONE;
}

const struct subcommand cli_status = {"status", "[--json]",
                                      "remotes, flows and the store at a glance", true, status_run};
