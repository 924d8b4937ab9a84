/* cli.h: the subcommands of `rosterd`, one const struct each, one file each; main thread.
 *
 * Exit codes: 0 done, 1 finished with new invalid records or conflicts, 2 usage or configuration,
 * 3 a remote failed, 4 stopped by a brake. */
#ifndef BOT_CLI_H
#define BOT_CLI_H

#include "store/db.h"
#include "sync/config/config.h"

enum exit_code { EXIT_DONE, EXIT_FINDINGS, EXIT_USAGE, EXIT_REMOTE, EXIT_BRAKE };

struct cli {
    const char *config_path;
    struct config *cfg; /* loaded before run() when the command needs it */
    int argc;           /* what follows the subcommand's name */
    char **argv;
};

struct subcommand {
    const char *name;
    const char *args; /* for the usage line */
    const char *help; /* one line */
    bool needs_config;
    int (*run)(struct cli *cli); /* returns an exit code */
};

extern const struct subcommand cli_run, cli_sync, cli_status, cli_check, cli_chat, cli_db, cli_seal,
    cli_undo, cli_user, cli_why, cli_help, cli_version;
extern const struct subcommand *const cli_commands[];
extern const size_t cli_n_commands;

/* The whole program: parses the command line and runs the subcommand. */
int cli_main(int argc, char **argv);

/* ---- cli_tools.c: for the subcommands */

/* Opens the configured store, made or migrated (with a backup before) when need be. Prints the
 * error and returns NULL on failure. */
struct db *cli_open_store(const struct cli *cli);

/* Prints "rosterd: …" with the usage of cmd (NULL: none) to stderr; returns EXIT_USAGE. */
int cli_usage(const struct subcommand *cmd, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Takes --name out of argv when it is there. */
bool cli_flag(struct cli *cli, const char *name);

/* Takes --name VALUE out of argv; NULL when it is not there. */
const char *cli_option(struct cli *cli, const char *name);

/* Set by SIGINT and SIGTERM once cli_catch_signals was called. */
const _Atomic bool *cli_stop_flag(void);
void cli_catch_signals(void);

#endif
