#include "bot/chat/telegram.h"
#include "bot/cli/cli.h"
#include "bot/daemon.h"
#include "store/base/clock.h"
#include "sync/clocks.h"

#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

static int run_run(struct cli *cli)
{
    struct err err = {0};
    struct daemon *d = NULL;
    int lock = -1;
    struct daemon_parts parts = {.cfg = cli->cfg, .workers = true, .schedule = true};
    if (daemon_lock(cli->cfg->store, &lock, &err))
        return cli_usage(NULL, "%s", err.msg);
    struct db *db = cli_open_store(cli);
    if (!db) {
        close(lock);
        return EXIT_USAGE;
    }
    db_close(db);
    cli_catch_signals();
    parts.clocks = clocks_new();
    const struct telegram_setup telegram = {.api_url = cli->cfg->telegram_api_url,
                                            .token = cli->cfg->telegram_token,
                                            .file_url = cli->cfg->telegram_file_url,
                                            .clocks = parts.clocks,
                                            .keep_webhook = !cli->cfg->webhook_takeover};
    if ((telegram.token && telegram_open(&telegram, &parts.chat, &err)) ||
        daemon_start(&parts, &d, &err)) {
        clocks_free(parts.clocks);
        close(lock);
        return cli_usage(NULL, "%s", err.msg);
    }
    log_event(LOG_INFO, "started", "version", ROSTERD_VERSION, "store", cli->cfg->store, "telegram",
              cli->cfg->telegram_token ? "yes" : "no", NULL);
    while (clock_sleep_ms(1000, cli_stop_flag()))
        ;
    log_event(LOG_INFO, "stopping", NULL);
    daemon_stop(d);
    clocks_free(parts.clocks);
    log_event(LOG_INFO, "stopped", NULL);
    close(lock);
    return EXIT_DONE;
}

const struct subcommand cli_run = {"run", "", "the daemon, in the foreground", true, run_run};
