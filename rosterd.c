/* rosterd: see README.md. The subcommands are a table in bot/cli/cli.c. */
#include "bot/cli/cli.h"

int main(int argc, char **argv)
{
    return cli_main(argc, argv);
}
