#include "store/schema.h"

#include "store/base/clock.h"
#include "store/base/log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* "rstd", so that file(1) and we can tell a rosterd store from any other database. */
#define APPLICATION_ID 0x72737464

int schema_latest(void)
{
    return schema_n_migrations ? schema_migrations[schema_n_migrations - 1].number : 0;
}

int schema_version(struct db *db, int *ret, struct err *err)
{
    int64_t version, app, tables;
    if (DB_INT(db, 0, &version, err, "PRAGMA user_version") ||
        DB_INT(db, 0, &app, err, "PRAGMA application_id") ||
        DB_INT(db, 0, &tables, err, "SELECT count(*) FROM sqlite_schema"))
        return -1;
    if (tables && app != APPLICATION_ID)
        return err_set(err, ERR_DATA, "%s is a database of another program", db_path(db));
    *ret = (int)version;
    return 0;
}

static int refuse_newer(struct db *db, int version, struct err *err)
{
    if (version <= schema_latest())
        return 0;
    return err_set(err, ERR_DATA,
                   "%s has schema %d, this rosterd knows up to %d: install the newer program, or "
                   "take the newer one and run `rosterd db rollback` with it",
                   db_path(db), version, schema_latest());
}

int schema_check(struct db *db, struct err *err)
{
    int version;
    if (schema_version(db, &version, err) || refuse_newer(db, version, err))
        return -1;
    if (version < schema_latest())
        return err_set(err, ERR_DATA,
                       "%s has schema %d, this rosterd needs %d: run rosterd db migrate",
                       db_path(db), version, schema_latest());
    return 0;
}

/* Names the backup by the time, later than any that is there already. */
static void backup_path(const struct db *db, int number, char *out, size_t n)
{
    int64_t ms = clock_now_ms();
    do {
        char ts[25];
        clock_iso(ts, ms++);
        ts[23] = '\0';
        for (char *p = ts; *p; p++) {
            if (*p == ':' || *p == '.')
                *p = '-';
        }
        snprintf(out, n, "%s.before-%04d.%s", db_path(db), number, ts);
    } while (!access(out, F_OK));
}

static int backup_first(struct db *db, int number, struct err *err)
{
    char path[1024];
    backup_path(db, number, path, sizeof path);
    if (db_backup(db, path, err))
        return err_wrap(err, "backup before the migration");
    log_event(LOG_INFO, "store backed up", "file", path, NULL);
    return 0;
}

static int apply(struct db *db, const char *sql, int version, struct err *err)
{
    char mark[96];
    snprintf(mark, sizeof mark, "PRAGMA user_version=%d; PRAGMA application_id=%d", version,
             APPLICATION_ID);
    if (db_begin(db, err))
        return -1;
    if (db_script(db, sql, err) || db_script(db, mark, err)) {
        db_rollback(db);
        return -1;
    }
    return db_commit(db, err);
}

int schema_migrate(struct db *db, int *ret_applied, struct err *err)
{
    int version, applied = 0;
    if (schema_version(db, &version, err) || refuse_newer(db, version, err))
        return -1;
    bool empty = version == 0; /* a store made just now has nothing to lose */
    for (size_t i = 0; i < schema_n_migrations; i++) {
        const struct migration *m = &schema_migrations[i];
        if (m->number <= version)
            continue;
        if (!empty && backup_first(db, m->number, err))
            return -1;
        if (apply(db, m->up, m->number, err))
            return err_wrap(err, "migration %04d %s", m->number, m->name);
        version = m->number;
        applied++;
    }
    *ret_applied = applied;
    return 0;
}

int schema_rollback(struct db *db, struct err *err)
{
    int version;
    if (schema_version(db, &version, err) || refuse_newer(db, version, err))
        return -1;
    for (size_t i = schema_n_migrations; i-- > 0;) {
        const struct migration *m = &schema_migrations[i];
        if (m->number != version)
            continue;
        int below = i ? schema_migrations[i - 1].number : 0;
        if (backup_first(db, m->number, err))
            return -1;
        if (apply(db, m->down, below, err))
            return err_wrap(err, "taking back migration %04d %s", m->number, m->name);
        return 0;
    }
    return err_set(err, ERR_DATA, "%s has no migration to take back", db_path(db));
}
