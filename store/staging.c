#include "store/staging.h"

int staging_open(struct db *db, struct err *err)
{
    return DB_RUN(db, err,
                  "CREATE TEMP TABLE IF NOT EXISTS staging(seq INTEGER PRIMARY KEY,"
                  " remote_id TEXT NOT NULL UNIQUE, remote_key TEXT, edited_at INTEGER NOT NULL,"
                  " trashed INTEGER NOT NULL, raw TEXT NOT NULL, mark_at INTEGER, mark_why TEXT)"
                  " STRICT") ||
                   DB_RUN(db, err, "DELETE FROM temp.staging")
               ? -1
               : 0;
}

int staging_drop(struct db *db, struct err *err)
{
    return DB_RUN(db, err, "DELETE FROM temp.staging");
}

int staging_begin_page(struct db *db, struct err *err)
{
    /* a deferred transaction: it takes no lock on the store itself */
    return db_begin_read(db, err);
}

int staging_add(struct db *db, const struct staged_row *row, struct err *err)
{
    return DB_RUN(
        db, err,
        "INSERT INTO temp.staging(remote_id, remote_key, edited_at, trashed, raw, mark_at,"
        " mark_why) VALUES(:id, :key, :edited, :trashed, :raw, :mark_at, :mark_why)"
        " ON CONFLICT(remote_id) DO UPDATE"
        " SET remote_key = excluded.remote_key, edited_at = excluded.edited_at,"
        " trashed = excluded.trashed, raw = excluded.raw, mark_at = excluded.mark_at,"
        " mark_why = excluded.mark_why",
        B_TEXT(":id", row->remote_id), B_TEXT(":key", row->remote_key),
        B_INT(":edited", row->edited_at), B_INT(":trashed", row->trashed), B_TEXT(":raw", row->raw),
        B_INT(":mark_at", row->mark_at), B_TEXT(":mark_why", row->mark_why));
}

int staging_end_page(struct db *db, struct err *err)
{
    return db_commit(db, err);
}

int staging_read(struct db *db, int64_t after_seq, size_t max, struct arena *arena,
                 struct staged_row **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    struct staged_row *list = arena_alloc(arena, max, sizeof *list);
    size_t n = 0;
    if (DB_QUERY(db, &q, err,
                 "SELECT seq, remote_id, remote_key, edited_at, trashed, raw, mark_at, mark_why"
                 " FROM temp.staging"
                 " WHERE seq > :after ORDER BY seq LIMIT :max",
                 B_INT(":after", after_seq), B_INT(":max", (int64_t)max)))
        return -1;
    int more;
    while ((more = query_next(q, err)) > 0) {
        list[n++] = (struct staged_row){
            .seq = query_int(q, 0),
            .remote_id = query_dup(q, 1, arena),
            .remote_key = query_dup(q, 2, arena),
            .edited_at = query_int(q, 3),
            .trashed = query_int(q, 4) != 0,
            .raw = query_dup(q, 5, arena),
            .mark_at = query_int(q, 6),
            .mark_why = query_dup(q, 7, arena),
        };
    }
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}

int staging_count(struct db *db, int64_t *ret, struct err *err)
{
    return DB_INT(db, 0, ret, err, "SELECT count(*) FROM temp.staging");
}
