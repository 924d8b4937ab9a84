/* `rosterd chat`: the bot in this terminal. Beside a running daemon it only talks, and the daemon
 * works; without one it brings its own workers. */
#include "bot/chat/console.h"
#include "bot/cli/cli.h"
#include "bot/daemon.h"
#include "bot/text/text.h"
#include "store/base/clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LOOK_EVERY_MS 50
#define POLL_S        1
#define CONSOLE_ID    1 /* whoever sits at the terminal */

/* Nothing of this console's is unread, under way or unsaid. */
static bool all_quiet(struct db *db)
{
    struct err err = {0};
    int64_t open = 1;
    if (DB_INT(db, 1, &open, &err,
               "SELECT (SELECT count(*) FROM chat_in WHERE via = 'console' AND state = 'new')"
               " + (SELECT count(*) FROM chat_out WHERE via = 'console' AND state = 'queued')"
               " + (SELECT count(*) FROM job j JOIN job_watch w ON w.job = j.id"
               "    WHERE w.via = 'console' AND j.state IN ('queued', 'running'))"))
        return false;
    return open == 0;
}

/* What the program says first in the person's stead (--say): an update like any other. */
static int say_first(struct db *db, const char *text, const char *language, struct err *err)
{
    struct chat_update u = {.update_id = clock_now_ms(),
                            .kind = UPDATE_MESSAGE,
                            .chat_id = CONSOLE_ID,
                            .user_id = CONSOLE_ID,
                            .is_private = true,
                            .text = text,
                            .user_name = getenv("USER"),
                            .language = language};
    int64_t offset;
    if (!text)
        return 0;
    printf("> %s\n", text);
    fflush(stdout);
    return chatbox_offset(db, "console", &offset, err) ||
                   chatbox_receive(db, "console", &u, 1, offset, err)
               ? -1
               : 0;
}

/* The next line of a script is read once everything about the last one is said. */
static void watch(struct db *db, struct daemon *d, struct console *console, const char *hint)
{
    while (!daemon_chat_ended(d) && clock_sleep_ms(LOOK_EVERY_MS, cli_stop_flag())) {
        bool quiet = (hint || !console_is_ready(console)) && all_quiet(db);
        if (quiet && hint) {
            printf("\n%s\n%s", hint, isatty(STDOUT_FILENO) ? "> " : "");
            fflush(stdout);
            hint = NULL;
        }
        if (quiet)
            console_ready(console, true);
    }
}

/* The language of the terminal, when it is one we speak. */
static const char *terminal_language(const struct cli *cli)
{
    const char *lang = getenv("LC_ALL");
    if (!lang || !*lang)
        lang = getenv("LANG");
    enum lang fallback = lang_of(cli->cfg->language, LANG_RU);
    return lang_code(lang_of(lang, fallback));
}

static int talk(struct cli *cli, bool alone, const char *say, const char *hint)
{
    struct err err = {0};
    struct daemon *d = NULL;
    bool tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    struct db *db = cli_open_store(cli);
    if (!db)
        return EXIT_USAGE;
    struct console *console = console_new(stdin, stdout, tty);
    console_person(console, CONSOLE_ID, CONSOLE_ID, getenv("USER"), terminal_language(cli));
    struct daemon_parts parts = {.cfg = cli->cfg,
                                 .chat = console_chat(console),
                                 .workers = alone,
                                 .poll_s = POLL_S};
    cli_catch_signals();
    if (tty)
        puts(alone
                 ? "The bot, in this terminal. No daemon runs on this store, so this program works "
                   "itself.\nType /help, or a button's number. Ctrl-D ends."
                 : "The bot, in this terminal; the running daemon does the work.\n"
                   "Type /help, or a button's number. Ctrl-D ends.");
    int bad = say_first(db, say, terminal_language(cli), &err) || daemon_start(&parts, &d, &err);
    if (!bad) {
        watch(db, d, console, hint);
        daemon_stop(d);
    }
    db_close(db);
    return bad ? cli_usage(NULL, "%s", err.msg) : EXIT_DONE;
}

static int chat_run(struct cli *cli)
{
    struct err err = {0};
    int lock = -1;
    bool alone = !daemon_lock(cli->cfg->store, &lock, &err);
    if (!alone && err.kind != ERR_TEMP)
        return cli_usage(NULL, "%s", err.msg);
    /* the talk is on the screen: only what a human must act on may stand between its lines */
    log_set_level(cli->cfg->log_level == LOG_DEBUG ? LOG_DEBUG : LOG_ERR);
    const char *say = cli_option(cli, "--say"), *hint = cli_option(cli, "--hint");
    int code = cli->argc ? cli_usage(&cli_chat, "«%s» is not known", cli->argv[0])
                         : talk(cli, alone, say, hint);
    if (lock >= 0)
        close(lock);
    return code;
}

const struct subcommand cli_chat = {"chat", "[--say TEXT] [--hint TEXT]",
                                    "the bot in this terminal", true, chat_run};
