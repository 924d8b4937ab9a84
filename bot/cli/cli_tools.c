#include "bot/cli/cli.h"

#include "store/dict.h"
#include "store/schema.h"

#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* One of the program's few atomics: a signal handler can reach nothing else. */
static _Atomic bool stop_flag;

static void on_signal(int sig)
{
    /* a second Ctrl-C means it */
    if (atomic_exchange(&stop_flag, true) && sig == SIGINT)
        _exit(130);
}

const _Atomic bool *cli_stop_flag(void)
{
    return &stop_flag;
}

void cli_catch_signals(void)
{
    struct sigaction sa = {.sa_handler = on_signal};
    sigemptyset(&sa.sa_mask);
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file may grow no more: the write says so */
}

int cli_usage(const struct subcommand *cmd, const char *fmt, ...)
{
    va_list ap;
    fputs("rosterd: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    if (cmd)
        fprintf(stderr, "usage: rosterd -c FILE %s %s\n", cmd->name, cmd->args);
    return EXIT_USAGE;
}

/* Takes n words out of argv at i. */
static void take(struct cli *cli, int i, int n)
{
    memmove(&cli->argv[i], &cli->argv[i + n], (size_t)(cli->argc - i - n) * sizeof *cli->argv);
    cli->argc -= n;
}

bool cli_flag(struct cli *cli, const char *name)
{
    for (int i = 0; i < cli->argc; i++) {
        if (!strcmp(cli->argv[i], name)) {
            take(cli, i, 1);
            return true;
        }
    }
    return false;
}

const char *cli_option(struct cli *cli, const char *name)
{
    for (int i = 0; i + 1 < cli->argc; i++) {
        if (!strcmp(cli->argv[i], name)) {
            const char *value = cli->argv[i + 1];
            take(cli, i, 2);
            return value;
        }
    }
    return NULL;
}

struct db *cli_open_store(const struct cli *cli)
{
    struct db *db = NULL;
    struct err err = {0};
    int applied;
    if (db_open(cli->cfg->store, DB_CREATE, &db, &err) || schema_migrate(db, &applied, &err) ||
        dict_fold_names(db, &err)) {
        fprintf(stderr, "rosterd: %s\n", err.msg);
        db_close(db);
        return NULL;
    }
    return db;
}
