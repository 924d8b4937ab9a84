#include "bot/cli/cli.h"
#include "bot/text/why_text.h"
#include "store/base/clock.h"
#include "store/names.h"
#include "store/schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NAMES_SHOWN 20
#define TEXT_MOST   ((size_t)1 << 20)

/* What follows the subcommand, as one text. */
static const char *all_words(const struct cli *cli, struct arena *arena)
{
    const char *text = "";
    for (int i = 0; i < cli->argc; i++)
        text = arena_printf(arena, "%s%s%s", text, i ? " " : "", cli->argv[i]);
    return text;
}

static int tell(struct ask *a, const struct why_found *found, struct err *err)
{
    AUTO_MSG m = MSG_INIT;
    AUTO_BUTTONS b = BUTTONS_INIT; /* there is nothing to press here */
    AUTO_BUF plain = BUF_INIT(TEXT_MOST);
    if (why_tell(a, found, &m, &b, err))
        return -1;
    html_to_plain(msg_str(&m), &plain);
    puts(buf_str(&plain));
    return 0;
}

static void list_rows(struct ask *a, const struct why_found *list, size_t n)
{
    printf("%zu rows have that id; say which:\n", n);
    for (size_t i = 0; i < n; i++) {
        if (list[i].local_id)
            printf("  rosterd why %s   %s\n", list[i].local_id, why_where(a, &list[i]));
        else
            printf("  rosterd why %s %s   %s\n", list[i].flow->name, list[i].remote_id,
                   why_where(a, &list[i]));
    }
}

/* *ret_told is false when the text fits nothing. */
static int explain(struct ask *a, bool *ret_told, struct err *err)
{
    struct why_found *list;
    struct named *names;
    size_t n;
    int64_t total;
    *ret_told = true;
    if (why_asked(a, a->args, &list, &n, err))
        return -1;
    if (n == 1)
        return tell(a, &list[0], err);
    *ret_told = n != 0;
    if (n) {
        list_rows(a, list, n);
        return 0;
    }
    if (names_find(a->db, a->args, NAMES_SHOWN, a->arena, &names, &n, &total, err))
        return -1;
    *ret_told = n != 0;
    if (n == 1)
        return tell(a, &(struct why_found){.entity = names[0].entity, .local_id = names[0].id},
                    err);
    if (n)
        printf("%" PRId64 " records fit; say which:\n", total);
    for (size_t i = 0; i < n; i++)
        printf("  rosterd why %s   %s\n", names[i].id, names[i].name);
    return 0;
}

static int why_run(struct cli *cli)
{
    AUTO_ARENA *arena = arena_new((size_t)64 << 20);
    struct err err = {0};
    struct db *db = NULL;
    bool told = true;
    const struct bot bot = {.cfg = cli->cfg};
    struct ask a = {.bot = &bot, .arena = arena, .via = "shell", .lang = LANG_EN};
    a.args = all_words(cli, arena);
    a.now = clock_now_ms();
    if (!*a.args)
        return cli_usage(&cli_why, "whom or what shall it explain?");
    int bad = db_open(cli->cfg->store, DB_READ, &db, &err) || schema_check(db, &err);
    a.db = db;
    bad = bad || db_begin_read(db, &err) || explain(&a, &told, &err);
    if (db)
        db_rollback(db);
    db_close(db);
    if (bad)
        return cli_usage(NULL, "%s", err.msg);
    return told ? EXIT_DONE
                : cli_usage(NULL,
                            "nobody and no row is called «%s»; rosterd why NAME, or the id of "
                            "a record or a row",
                            a.args);
}

const struct subcommand cli_why =
    {"why", "NAME|ROW", "explains a record or a row: where it stands, and what is in its way", true,
     why_run};
