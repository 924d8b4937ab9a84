#include "bot/chat/telegram.h"
#include "bot/cli/cli.h"
#include "bot/daemon.h"
#include "store/base/clock.h"

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
    if (cli->cfg->telegram_token &&
        telegram_open(&(struct telegram_setup){.api_url = cli->cfg->telegram_api_url,
                                               .token = cli->cfg->telegram_token,
                                               .file_url = cli->cfg->telegram_file_url,
                                               .keep_webhook = !cli->cfg->webhook_takeover},
                      &parts.chat, &err)) {
        close(lock);
        return cli_usage(NULL, "%s", err.msg);
    }
    if (daemon_start(&parts, &d, &err)) {
        close(lock);
        return cli_usage(NULL, "%s", err.msg);
    }
    log_event(LOG_INFO, "started", "version", ROSTERD_VERSION, "store", cli->cfg->store, "telegram",
              cli->cfg->telegram_token ? "yes" : "no", NULL);
    while (clock_sleep_ms(1000, cli_stop_flag()))
        ;
    log_event(LOG_INFO, "stopping", NULL);
    daemon_stop(d);
    log_event(LOG_INFO, "stopped", NULL);
    close(lock);
    return EXIT_DONE;
}

const struct subcommand cli_run = {"run", "", "the daemon, in the foreground", true, run_run};
