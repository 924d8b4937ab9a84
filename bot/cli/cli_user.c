#include "bot/cli/cli.h"
#include "store/base/clock.h"
#include "store/chat/grants.h"
#include "store/chat/people.h"
#include "store/names.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LISTED_MAX 1000

static int print(struct db *db, const struct grant *g, struct arena *arena, struct err *err)
{
    struct chat_user *u;
    char iso[25];
    if (people_get(db, g->via, g->user_id, arena, &u, err))
        return -1;
    const char *name = u && u->name ? u->name : "", *username = u ? u->username : NULL;
    printf("%-14" PRId64 " %-11s %s%s%s", g->user_id, role_name(g->role), name,
           username ? " @" : "", username ? username : "");
    if (g->team_id)
        printf(", for %s only", record_name_of(db, "team", g->team_id, arena));
    if (g->until)
        printf(", until %s", clock_iso(iso, g->until));
    putchar('\n');
    return 0;
}

static int list(struct db *db, struct err *err)
{
    AUTO_ARENA *arena = arena_new(8 << 20);
    struct grant *grants;
    size_t n;
    int64_t total;
    if (grants_list(db, "telegram", clock_now_ms(), 0, LISTED_MAX, arena, &grants, &n, &total, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (print(db, &grants[i], arena, err))
            return -1;
    }
    if (total > (int64_t)n)
        printf("… and %" PRId64 " more\n", total - (int64_t)n);
    if (!n)
        puts("nobody has a role yet; admins stand in the configuration, [telegram] admins");
    return 0;
}

static int grant(struct db *db, int64_t id, enum role role, struct err *err)
{
    if (db_begin(db, err))
        return -1;
    if (people_grant(db, "telegram", id, role, "shell", clock_now_ms(), err)) {
        db_rollback(db);
        return -1;
    }
    if (db_commit(db, err))
        return -1;
    printf("%" PRId64 " is %s now\n", id, role_name(role));
    return 0;
}

static int user_run(struct cli *cli)
{
    struct err err = {0};
    enum role role = ROLE_ANYONE;
    int64_t id = 0;
    bool listing = cli->argc == 1 && !strcmp(cli->argv[0], "list");
    bool granting = cli->argc == 3 && !strcmp(cli->argv[0], "grant");
    bool revoking = cli->argc == 2 && !strcmp(cli->argv[0], "revoke");
    if (!listing && !granting && !revoking)
        return cli_usage(&cli_user, "say what to do");
    if (!listing && !base_parse_i64(cli->argv[1], 1, (int64_t)1 << 52, &id))
        return cli_usage(&cli_user, "«%s» is no Telegram id; /id tells a person theirs",
                         cli->argv[1]);
    if (granting && (!role_parse(cli->argv[2], &role) || role == ROLE_ADMIN))
        return cli_usage(&cli_user,
                         "«%s» cannot be granted; organizer can, admins stand in the configuration",
                         cli->argv[2]);
    struct db *db = cli_open_store(cli);
    if (!db)
        return EXIT_USAGE;
    int bad = listing ? list(db, &err) : grant(db, id, role, &err);
    db_close(db);
    return bad ? cli_usage(NULL, "%s", err.msg) : EXIT_DONE;
}

const struct subcommand cli_user = {"user", "list|grant ID ROLE|revoke ID",
                                    "who may do what in the chat", true, user_run};
