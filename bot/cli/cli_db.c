#include "bot/cli/cli.h"
#include "bot/daemon.h"
#include "store/dict.h"
#include "store/schema.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int say(const struct err *err)
{
    fprintf(stderr, "rosterd: %s\n", err->msg);
    return EXIT_USAGE;
}

static int do_migrate(struct db *db, const char *file, struct err *err)
{
    int applied, version;
    (void)file;
    if (schema_migrate(db, &applied, err) || dict_fold_names(db, err) ||
        schema_version(db, &version, err))
        return -1;
    printf("%s: schema %d, %d migration%s applied\n", db_path(db), version, applied,
           applied == 1 ? "" : "s");
    return 0;
}

static int do_rollback(struct db *db, const char *file, struct err *err)
{
    int version;
    (void)file;
    if (schema_rollback(db, err) || schema_version(db, &version, err))
        return -1;
    printf("%s: schema %d; a backup of what was there before lies beside it\n", db_path(db),
           version);
    return 0;
}

static int do_verify(struct db *db, const char *file, struct err *err)
{
    int64_t rev;
    (void)file;
    if (schema_check(db, err) || db_verify(db, err) ||
        DB_INT(db, 0, &rev, err, "SELECT rev FROM store_state"))
        return -1;
    printf("%s: sound, schema %d, rev %lld\n", db_path(db), schema_latest(), (long long)rev);
    return 0;
}

static int do_backup(struct db *db, const char *file, struct err *err)
{
    if (db_backup(db, file, err))
        return -1;
    printf("%s: copied and verified\n", file);
    return 0;
}

static int restore_locked(const struct cli *cli, const char *file)
{
    struct err err = {0};
    struct db *from = NULL;
    char old[1024];
    if (db_open(file, DB_READ, &from, &err) || schema_check(from, &err) || db_verify(from, &err)) {
        db_close(from);
        return say(&err);
    }
    snprintf(old, sizeof old, "%s.before-restore", cli->cfg->store);
    if (!access(cli->cfg->store, F_OK)) {
        struct db *now = NULL;
        unlink(old);
        /* an exclusive lock tells whether somebody still works on the store */
        if (db_open(cli->cfg->store, DB_WRITE, &now, &err) || db_backup(now, old, &err) ||
            db_script(now, "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT", &err) ||
            db_script(now, "PRAGMA journal_mode=DELETE", &err)) {
            db_close(now);
            db_close(from);
            err_wrap(&err, "stop the daemon first");
            return say(&err);
        }
        db_close(now);
        unlink(cli->cfg->store);
    }
    int bad = db_backup(from, cli->cfg->store, &err);
    db_close(from);
    if (bad)
        return say(&err);
    printf("%s: restored from %s; what was there before is %s\n", cli->cfg->store, file, old);
    return EXIT_DONE;
}

/* The daemon must not be running: its connections would go on writing into the old file. */
static int restore(const struct cli *cli, const char *file)
{
    struct err err = {0};
    int lock;
    if (access(file, R_OK))
        return cli_usage(NULL, "cannot read %s: %s", file, strerror(errno));
    if (daemon_lock(cli->cfg->store, &lock, &err))
        return cli_usage(NULL, "stop the daemon first: %s", err.msg);
    int code = restore_locked(cli, file);
    close(lock);
    return code;
}

static const struct {
    const char *name;
    bool file;
    enum db_mode mode;
    int (*run)(struct db *db, const char *file, struct err *err);
} actions[] = {
    {"migrate", false, DB_CREATE, do_migrate},
    {"rollback", false, DB_WRITE, do_rollback},
    {"verify", false, DB_READ, do_verify},
    {"backup", true, DB_WRITE, do_backup},
};

static int db_run(struct cli *cli)
{
    if (!cli->argc)
        return cli_usage(&cli_db, "say what to do with the store");
    const char *file = cli->argc > 1 ? cli->argv[1] : NULL;
    if (!strcmp(cli->argv[0], "restore"))
        return file ? restore(cli, file) : cli_usage(&cli_db, "name the backup to restore");
    for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
        struct err err = {0};
        struct db *db = NULL;
        if (strcmp(actions[i].name, cli->argv[0]))
            continue;
        if (actions[i].file && !file)
            return cli_usage(&cli_db, "name the file to write");
        int bad =
            db_open(cli->cfg->store, actions[i].mode, &db, &err) || actions[i].run(db, file, &err);
        db_close(db);
        return bad ? say(&err) : EXIT_DONE;
    }
    return cli_usage(&cli_db, "there is no «db %s»", cli->argv[0]);
}

const struct subcommand cli_db = {"db", "migrate|rollback|verify|backup FILE|restore FILE",
                                  "the store's schema and copies", true, db_run};
