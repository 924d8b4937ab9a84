/* `rosterd check`: is every remote reachable with its token, and does every flow find its columns,
 * and may it write those that it writes? */
#include "bot/cli/cli.h"
#include "bot/text/check_text.h"
#include "sync/http.h"
#include "sync/remotes.h"

#include <stdatomic.h>
#include <stdio.h>

/* What to do about an error, by what the caller could do. */
static const char *remedy(const struct err *err)
{
    switch (err->kind) {
    case ERR_AUTH:
        return "check the token in [remote], and that the table is shared with its integration";
    case ERR_GONE:
        return "check the id, and that the table is shared with the integration";
    case ERR_TEMP:
        return "try again in a minute; if it stays, check api_url and the network";
    default:
        return "see the message";
    }
}

static int check_table(const struct flow *f, struct remote *r, struct arena *arena)
{
    struct table_info info;
    struct err err = {0};
    AUTO_BUF says = BUF_INIT(1 << 20);
    if (r->ops->describe(r, f->table, arena, &info, &err)) {
        printf("  %-22s FAIL   %s\n  %-22s        %s\n", f->name, err.msg, "", remedy(&err));
        return 1;
    }
    size_t wrong = check_text(f, &info, arena, &says);
    fputs(buf_str(&says), stdout);
    return (int)wrong;
}

static int check_remote(const struct cli *cli, const struct remote_config *cfg,
                        struct remotes *remotes)
{
    AUTO_ARENA *arena = arena_new((size_t)64 << 20);
    struct remote *r = NULL;
    struct err err = {0};
    const char *who = "";
    int wrong = 0;
    if (remotes_get(remotes, cfg, &r, &err) || r->ops->ping(r, arena, &who, &err)) {
        printf("%-24s FAIL   %s\n%-24s        %s\n", cfg->name, err.msg, "", remedy(&err));
        return 1;
    }
    printf("%-24s ok     %s\n", cfg->name, who);
    for (size_t i = 0; i < cli->cfg->n_flows; i++) {
        if (cli->cfg->flows[i]->remote == cfg)
            wrong += check_table(cli->cfg->flows[i], r, arena);
    }
    return wrong;
}

static int check_run(struct cli *cli)
{
    printf("%-24s ok     %zu remotes, %zu flows, %zu cycles\n", "configuration",
           cli->cfg->n_remotes, cli->cfg->n_flows, cli->cfg->n_cycles);
    cli_catch_signals();
    struct limiters *limiters = limiters_new(cli->cfg);
    struct remotes *remotes = remotes_new(cli->cfg, limiters, cli_stop_flag());
    int wrong = 0;
    for (size_t i = 0; i < cli->cfg->n_remotes && !atomic_load(cli_stop_flag()); i++)
        wrong += check_remote(cli, cli->cfg->remotes[i], remotes);
    remotes_free(remotes);
    limiters_free(limiters);
    if (wrong)
        printf("%d thing%s to mend\n", wrong, wrong == 1 ? "" : "s");
    return wrong ? EXIT_REMOTE : EXIT_DONE;
}

const struct subcommand cli_check = {"check", "", "read the configuration and ask each remote",
                                     true, check_run};
