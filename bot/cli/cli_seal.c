#include "bot/cli/cli.h"
#include "store/base/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Reads one line without showing it when a person types it. */
static bool read_quietly(char *line, int size)
{
    struct termios old, quiet;
    bool tty = isatty(STDIN_FILENO) && !tcgetattr(STDIN_FILENO, &old);
    if (tty) {
        quiet = old;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
        fputs("secret (not shown): ", stderr);
    }
    bool got = fgets(line, size, stdin) != NULL;
    if (tty) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
        fputc('\n', stderr);
    }
    line[strcspn(line, "\r\n")] = '\0';
    return got && *line;
}

static int seal_run(struct cli *cli)
{
    char line[4096] = "", *sealed = NULL;
    struct err err = {0};
    if (cli->argc)
        return cli_usage(&cli_seal,
                         "the secret is read from standard input, never from the command "
                         "line, where others could see it");
    if (!read_quietly(line, sizeof line))
        return cli_usage(&cli_seal, "nothing to seal on standard input");
    int bad = secret_seal(line, cli->cfg->key_file, &sealed, &err);
    memset(line, 0, sizeof line);
    if (bad)
        return cli_usage(NULL, "%s", err.msg);
    puts(sealed);
    free(sealed);
    return EXIT_DONE;
}

const struct subcommand cli_seal = {"seal", "", "seal a secret from standard input for the config",
                                    true, seal_run};
