#include "store/search.h"

#define NEW_RECORDS                                                                                \
    "SELECT rev FROM person WHERE rev > (SELECT rev FROM search_state) UNION ALL"                  \
    " SELECT rev FROM team WHERE rev > (SELECT rev FROM search_state) UNION ALL"                   \
    " SELECT rev FROM badge WHERE rev > (SELECT rev FROM search_state)"
#define DUE "(SELECT id FROM search_todo ORDER BY id LIMIT :max)"

/* Records that came since, by their revs; of one that merely changed the text follows by itself. */
static int take_new(struct db *db, int64_t max, struct err *err)
{
    int64_t to, seen; /* the first that is left for later; the last that was taken */
    return DB_INT(db, -1, &seen, err, "SELECT rev FROM search_state") ||
                   DB_INT(db, INT64_MAX, &to, err,
                          "SELECT rev FROM (" NEW_RECORDS ") ORDER BY rev LIMIT 1 OFFSET :max",
                          B_INT(":max", max)) ||
                   DB_RUN(db, err,
                          "INSERT INTO search_text(entity, local_id, name, deleted, owner, raw)"
                          " SELECT entity, id, name, deleted, owner, raw FROM search_source"
                          " WHERE rev > :seen AND rev < :to"
                          " ON CONFLICT(entity, local_id) DO NOTHING",
                          B_INT(":seen", seen), B_INT(":to", to)) ||
                   DB_RUN(db, err,
                          "UPDATE search_state"
                          " SET rev = ifnull((SELECT max(rev) FROM (" NEW_RECORDS ")"
                          " WHERE rev < :to), rev)",
                          B_INT(":to", to))
               ? -1
               : 0;
}

static int catch_up(struct db *db, int64_t max, struct err *err)
{
    return take_new(db, max, err) ||
                   DB_RUN(db, err,
                          "INSERT INTO search_index(search_index, rowid, words)"
                          " SELECT 'delete', id, old FROM search_todo"
                          " WHERE old IS NOT NULL AND id IN " DUE,
                          B_INT(":max", max)) ||
                   DB_RUN(db, err,
                          "INSERT INTO search_index(rowid, words) SELECT id, words"
                          " FROM search_text WHERE id IN " DUE,
                          B_INT(":max", max)) ||
                   DB_RUN(db, err, "DELETE FROM search_todo WHERE id IN " DUE, B_INT(":max", max))
               ? -1
               : 0;
}

static int is_behind(struct db *db, bool *ret, struct err *err)
{
    int64_t left;
    if (DB_INT(db, 0, &left, err,
               "SELECT EXISTS (SELECT 1 FROM search_todo) OR EXISTS (" NEW_RECORDS ")"))
        return -1;
    *ret = left != 0;
    return 0;
}

int search_refresh(struct db *db, int64_t max, bool *ret_left, struct err *err)
{
    bool left;
    bool own = !db_in_transaction(db);
    *ret_left = false;
    if (is_behind(db, &left, err))
        return -1;
    if (!left)
        return 0;
    if (own && db_begin(db, err))
        return -1;
    if (catch_up(db, max, err) || is_behind(db, &left, err) || (own && db_commit(db, err))) {
        if (own)
            db_rollback(db);
        return -1;
    }
    *ret_left = left;
    return 0;
}
