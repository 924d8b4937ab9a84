#include "bot/cli/cli.h"

#include "store/base/clock.h"
#include "store/base/secret.h"
#include "store/schema.h"
#include "sync/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const struct subcommand *const cli_commands[] = {&cli_run,  &cli_sync, &cli_status, &cli_check,
                                                 &cli_chat, &cli_db,   &cli_why,    &cli_undo,
                                                 &cli_user, &cli_seal, &cli_help,   &cli_version};
const size_t cli_n_commands = ARRAY_LEN(cli_commands);

static int help_run(struct cli *cli)
{
    if (cli->argc && !strcmp(cli->argv[0], "config")) {
        AUTO_BUF b = BUF_INIT(1 << 16);
        config_describe(&b);
        fputs(buf_str(&b), stdout);
        return EXIT_DONE;
    }
    puts(
        "rosterd keeps a festival's records in step between Coda, Notion, Grist and its own store,\n"
        "and is run from a Telegram chat.\n\nusage: rosterd -c FILE COMMAND …\n");
    for (size_t i = 0; i < cli_n_commands; i++)
        printf("  %-8s %-34s %s\n", cli_commands[i]->name, cli_commands[i]->args,
               cli_commands[i]->help);
    puts("\n-c FILE may be left out when ROSTERD_CONFIG names it.\n"
         "Exit codes: 0 done, 1 new invalid records or conflicts, 2 usage or configuration,\n"
         "3 a remote failed, 4 stopped by a brake.");
    return EXIT_DONE;
}

static int version_run(struct cli *cli)
{
    (void)cli;
    printf("rosterd %s, schema %d\n", ROSTERD_VERSION, schema_latest());
    return EXIT_DONE;
}

const struct subcommand cli_help = {"help", "[config]", "this list, or every configuration key",
                                    false, help_run};
const struct subcommand cli_version = {"version", "", "version of the program and its schema",
                                       false, version_run};

static const struct subcommand *find_command(const char *name)
{
    for (size_t i = 0; i < cli_n_commands; i++) {
        if (!strcmp(cli_commands[i]->name, name))
            return cli_commands[i];
    }
    return NULL;
}

static int load_config(struct cli *cli)
{
    AUTO_BUF mistakes = BUF_INIT(1 << 18);
    if (!cli->config_path)
        cli->config_path = getenv("ROSTERD_CONFIG");
    if (!cli->config_path)
        return cli_usage(NULL, "say which configuration: rosterd -c FILE …, or set ROSTERD_CONFIG");
    if (config_load(cli->config_path, &cli->cfg, &mistakes)) {
        fputs(buf_str(&mistakes), stderr);
        return EXIT_USAGE;
    }
    log_set_level(cli->cfg->log_level);
    /* times shown to people are the festival's, wherever the machine stands */
    setenv("TZ", cli->cfg->timezone, 1);
    tzset();
    return EXIT_DONE;
}

int cli_main(int argc, char **argv)
{
    struct cli cli = {0};
    struct err err = {0};
    int at = 1;
    if (secret_init(&err))
        return cli_usage(NULL, "%s", err.msg);
    http_global_init();
    for (; at < argc && *argv[at] == '-'; at++) {
        if (!strcmp(argv[at], "-c") && at + 1 < argc)
            cli.config_path = argv[++at];
        else if (!strcmp(argv[at], "--help") || !strcmp(argv[at], "-h"))
            return help_run(&cli);
        else if (!strcmp(argv[at], "--version"))
            return version_run(&cli);
        else
            return cli_usage(NULL, "unknown option %s; see rosterd help", argv[at]);
    }
    if (at >= argc) {
        help_run(&cli);
        return EXIT_USAGE;
    }
    const struct subcommand *cmd = find_command(argv[at]);
    if (!cmd)
        return cli_usage(NULL, "there is no command %s; see rosterd help", argv[at]);
    cli.argc = argc - at - 1;
    cli.argv = argv + at + 1;
    if (cli_flag(&cli, "--help")) {
        printf("usage: rosterd -c FILE %s %s\n%s\n", cmd->name, cmd->args, cmd->help);
        return EXIT_DONE;
    }
    int code = cmd->needs_config ? load_config(&cli) : EXIT_DONE;
    if (code == EXIT_DONE)
        code = cmd->run(&cli);
    config_free(cli.cfg);
    return code;
}
