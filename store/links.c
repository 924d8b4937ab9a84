#include "store/links.h"

#include <stdio.h>

/* Of link l and its record e. */
#define ALIVE                                                                                      \
    "(e.deleted = 0 OR EXISTS (SELECT 1 FROM cascaded c WHERE c.entity = l.entity"                 \
    " AND c.local_id = l.local_id))"
#define LINK_COLUMNS                                                                               \
    "l.id, l.entity, l.local_id, l.flow, l.remote, l.tbl, l.remote_id, l.part, l.remote_key,"      \
    " l.base, l.base_rev, l.remote_at, l.seen_at, l.missing_since,"                                \
    " l.wish, l.wrote_at"

static void read_link(const struct query *q, struct arena *arena, struct link *l)
{
    *l = (struct link){
        .id = query_int(q, 0),
        .entity = query_dup(q, 1, arena),
        .local_id = query_dup(q, 2, arena),
        .flow = query_dup(q, 3, arena),
        .remote = query_dup(q, 4, arena),
        .tbl = query_dup(q, 5, arena),
        .remote_id = query_dup(q, 6, arena),
        .part = query_dup(q, 7, arena),
        .remote_key = query_dup(q, 8, arena),
        .base = query_dup(q, 9, arena),
        .base_rev = query_int(q, 10),
        .remote_at = query_int(q, 11),
        .seen_at = query_int(q, 12),
        .missing_since = query_int(q, 13),
        .wish = query_dup(q, 14, arena),
        .wrote_at = query_int(q, 15),
    };
}

static int one_link(struct query *q, struct arena *arena, struct link **ret, struct err *err)
{
    int more = query_next(q, err);
    if (more < 0)
        return -1;
    *ret = NULL;
    if (more) {
        *ret = arena_alloc(arena, 1, sizeof **ret);
        read_link(q, arena, *ret);
    }
    return 0;
}

int links_get(struct db *db, const char *remote, const char *tbl, const char *remote_id,
              const char *part, struct arena *arena, struct link **ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT " LINK_COLUMNS " FROM link l WHERE l.remote = :remote AND l.tbl = :tbl"
                 " AND l.remote_id = :remote_id AND l.part = :part",
                 B_TEXT(":remote", remote), B_TEXT(":tbl", tbl), B_TEXT(":remote_id", remote_id),
                 B_TEXT(":part", part)))
        return -1;
    return one_link(q, arena, ret, err);
}

int links_by_local(struct db *db, const char *entity, const char *local_id, const char *remote,
                   const char *tbl, const char *part, struct arena *arena, struct link **ret,
                   struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT " LINK_COLUMNS " FROM link l WHERE l.entity = :entity AND l.local_id ="
                 " :local_id AND l.remote = :remote AND l.tbl = :tbl AND l.part = :part",
                 B_TEXT(":entity", entity), B_TEXT(":local_id", local_id),
                 B_TEXT(":remote", remote), B_TEXT(":tbl", tbl), B_TEXT(":part", part)))
        return -1;
    return one_link(q, arena, ret, err);
}

static int read_links(struct query *q, struct arena *arena, struct link **ret, size_t *ret_n,
                      struct err *err)
{
    struct link *list = NULL;
    size_t n = 0, cap = 0;
    int more;
    while ((more = query_next(q, err)) > 0) {
        list = arena_grow(arena, list, &cap, n + 1, sizeof *list);
        read_link(q, arena, &list[n++]);
    }
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}

int links_of_record(struct db *db, const char *entity, const char *local_id, const char *remote,
                    const char *tbl, struct arena *arena, struct link **ret, size_t *ret_n,
                    struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT " LINK_COLUMNS " FROM link l WHERE l.entity = :entity AND l.local_id ="
                 " :local_id AND l.remote = :remote AND l.tbl = :tbl"
                 " ORDER BY l.missing_since IS NOT NULL, l.id",
                 B_TEXT(":entity", entity), B_TEXT(":local_id", local_id),
                 B_TEXT(":remote", remote), B_TEXT(":tbl", tbl)))
        return -1;
    return read_links(q, arena, ret, ret_n, err);
}

int links_resolve(struct db *db, const char *entity, const char *remote, const char *tbl,
                  const char *remote_id, char *ret_local, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT local_id FROM link WHERE remote = :remote AND tbl = :tbl"
                 " AND remote_id = :remote_id AND part = '' AND entity = :entity",
                 B_TEXT(":remote", remote), B_TEXT(":tbl", tbl), B_TEXT(":remote_id", remote_id),
                 B_TEXT(":entity", entity)))
        return -1;
    int more = query_next(q, err);
    if (more < 0)
        return -1;
    str_copy(ret_local, 37, more ? query_text(q, 0) : "");
    return 0;
}

int links_target(struct db *db, const char *entity_table, const char *remote, const char *tbl,
                 const char *remote_id, char *ret_local, bool *ret_deleted, struct err *err)
{
    char sql[320];
    AUTO_QUERY *q = NULL;
    snprintf(sql, sizeof sql,
             "SELECT l.local_id, e.deleted FROM link l LEFT JOIN %s e ON e.id = l.local_id"
             " WHERE l.remote = :remote AND l.tbl = :tbl AND l.remote_id = :remote_id"
             " AND l.part = '' AND l.entity = '%s'",
             entity_table, entity_table);
    if (DB_QUERY(db, &q, err, sql, B_TEXT(":remote", remote), B_TEXT(":tbl", tbl),
                 B_TEXT(":remote_id", remote_id)))
        return -1;
    int more = query_next(q, err);
    if (more < 0)
        return -1;
    str_copy(ret_local, 37, more ? query_text(q, 0) : "");
    *ret_deleted = more && query_int(q, 1) != 0;
    return 0;
}

static struct bind time_or_null(const char *name, int64_t at)
{
    return at ? B_INT(name, at) : B_NULL(name);
}

int links_insert(struct db *db, const struct link *l, struct err *err)
{
    return DB_RUN(
        db, err,
        "INSERT INTO link(entity, local_id, flow, remote, tbl, remote_id, part, remote_key, base,"
        " base_rev, remote_at, seen_at, missing_since, wish, wrote_at) VALUES(:entity, :local_id,"
        " :flow, :remote, :tbl, :remote_id, :part, :remote_key, :base, :base_rev, :remote_at,"
        " :seen_at, :missing_since, :wish, :wrote_at)",
        B_TEXT(":entity", l->entity), B_TEXT(":local_id", l->local_id), B_TEXT(":flow", l->flow),
        B_TEXT(":remote", l->remote), B_TEXT(":tbl", l->tbl), B_TEXT(":remote_id", l->remote_id),
        B_TEXT(":part", l->part), B_TEXT(":remote_key", l->remote_key), B_TEXT(":base", l->base),
        B_INT(":base_rev", l->base_rev), time_or_null(":remote_at", l->remote_at),
        B_INT(":seen_at", l->seen_at), time_or_null(":missing_since", l->missing_since),
        B_TEXT(":wish", l->wish), time_or_null(":wrote_at", l->wrote_at));
}

int links_agree(struct db *db, const struct link *l, struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE link SET base = :base, base_rev = :base_rev, remote_key = :remote_key,"
                  " remote_at = :remote_at, seen_at = :seen_at, missing_since = NULL,"
                  " wish = NULL, wrote_at = coalesce(:wrote_at, wrote_at) WHERE id = :id",
                  B_TEXT(":base", l->base), B_INT(":base_rev", l->base_rev),
                  B_TEXT(":remote_key", l->remote_key), time_or_null(":remote_at", l->remote_at),
                  B_INT(":seen_at", l->seen_at), time_or_null(":wrote_at", l->wrote_at),
                  B_INT(":id", l->id));
}

int links_move(struct db *db, const struct link *l, struct err *err)
{
    return DB_RUN(db, err, "UPDATE link SET remote_id = :remote_id, part = :part WHERE id = :id",
                  B_TEXT(":remote_id", l->remote_id), B_TEXT(":part", l->part),
                  B_INT(":id", l->id)) ||
                   links_agree(db, l, err)
               ? -1
               : 0;
}

int links_set_wish(struct db *db, int64_t id, const char *wish, struct err *err)
{
    return DB_RUN(db, err, "UPDATE link SET wish = :wish WHERE id = :id", B_TEXT(":wish", wish),
                  B_INT(":id", id));
}

int links_set_base(struct db *db, int64_t id, const char *base, struct err *err)
{
    return DB_RUN(db, err, "UPDATE link SET base = :base, base_rev = 0 WHERE id = :id",
                  B_TEXT(":base", base), B_INT(":id", id));
}

int links_set_seen(struct db *db, int64_t id, int64_t rev, struct err *err)
{
    return DB_RUN(db, err, "UPDATE link SET base_rev = :rev WHERE id = :id", B_INT(":rev", rev),
                  B_INT(":id", id));
}

int links_evict(struct db *db, int64_t id, int64_t at, struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE link SET remote_id = remote_id || '~' || id,"
                  " missing_since = coalesce(missing_since, :at) WHERE id = :id",
                  B_INT(":at", at), B_INT(":id", id));
}

int links_recheck(struct db *db, int64_t id, struct err *err)
{
    return DB_RUN(db, err, "UPDATE link SET base_rev = 0 WHERE id = :id", B_INT(":id", id));
}

int links_set_missing(struct db *db, int64_t id, int64_t since, struct err *err)
{
    return DB_RUN(db, err,
                  "UPDATE link SET missing_since = :since,"
                  " wish = CASE WHEN :since IS NULL THEN NULL ELSE wish END WHERE id = :id",
                  time_or_null(":since", since), B_INT(":id", id));
}

int links_there(struct db *db, const char *flow, const char *remote, const char *tbl, int64_t *ret,
                struct err *err)
{
    return DB_INT(db, 0, ret, err,
                  "SELECT count(*) FROM link WHERE flow = :flow AND remote = :remote"
                  " AND tbl = :tbl AND missing_since IS NULL",
                  B_TEXT(":flow", flow), B_TEXT(":remote", remote), B_TEXT(":tbl", tbl));
}

int links_unseen(struct db *db, const char *remote, const char *tbl, int64_t *ret, struct err *err)
{
    return DB_INT(
        db, 0, ret, err,
        "SELECT count(*) FROM link WHERE remote = :remote AND tbl = :tbl AND base_rev = 0",
        B_TEXT(":remote", remote), B_TEXT(":tbl", tbl));
}

/* Counted the other way round, by indexes alone: all links of the flow but those of deleted
 * records, of which there are few. A quiet cycle asks this of every table. */
int links_alive(struct db *db, const char *flow, const char *remote, const char *tbl,
                const char *entity_table, int64_t *ret, struct err *err)
{
    char sql[500];
    if (!entity_table)
        return links_there(db, flow, remote, tbl, ret, err);
    snprintf(sql, sizeof sql,
             "SELECT (SELECT count(*) FROM link WHERE flow = :flow AND remote = :remote"
             " AND tbl = :tbl) - (SELECT count(*) FROM %s e CROSS JOIN link l ON l.entity = '%s'"
             " AND l.local_id = e.id AND l.remote = :remote AND l.tbl = :tbl AND l.flow = :flow"
             " WHERE e.deleted = 1)",
             entity_table, entity_table);
    return DB_INT(db, 0, ret, err, sql, B_TEXT(":flow", flow), B_TEXT(":remote", remote),
                  B_TEXT(":tbl", tbl));
}

int links_known(struct db *db, const char *flow, const char *remote, const char *tbl,
                const char *entity_table, int64_t *ret, struct err *err)
{
    char sql[700];
    snprintf(sql, sizeof sql,
             "SELECT (SELECT count(*) FROM link WHERE flow = :flow AND remote = :remote"
             " AND tbl = :tbl AND missing_since IS NULL) - (SELECT count(*) FROM %s e CROSS JOIN"
             " link l ON l.entity = '%s' AND l.local_id = e.id AND l.remote = :remote"
             " AND l.tbl = :tbl AND l.flow = :flow AND l.missing_since IS NULL"
             " WHERE e.deleted = 1 AND NOT " ALIVE ")",
             entity_table, entity_table);
    return DB_INT(db, 0, ret, err, sql, B_TEXT(":flow", flow), B_TEXT(":remote", remote),
                  B_TEXT(":tbl", tbl));
}

int links_tally(struct db *db, const char *flow, const char *remote, const char *tbl,
                const char *entity_table, int64_t wrote_before, int64_t *ret_known,
                int64_t *ret_missing, struct err *err)
{
    char sql[700];
    AUTO_QUERY *q = NULL;
    snprintf(
        sql, sizeof sql,
        "SELECT count(*), count(*) FILTER (WHERE coalesce(l.wrote_at, 0) <= :wrote AND"
        " NOT EXISTS (SELECT 1 FROM temp.staging s WHERE s.remote_id = l.remote_id)) FROM link l JOIN %s e ON e.id = l.local_id"
        " AND " ALIVE " WHERE l.flow = :flow AND l.remote = :remote AND l.tbl = :tbl"
        " AND l.missing_since IS NULL",
        entity_table);
    if (DB_QUERY(db, &q, err, sql, B_TEXT(":flow", flow), B_TEXT(":remote", remote),
                 B_TEXT(":tbl", tbl), B_INT(":wrote", wrote_before)) ||
        query_next(q, err) < 0)
        return -1;
    *ret_known = query_int(q, 0);
    *ret_missing = query_int(q, 1);
    return 0;
}

int links_of_row(struct db *db, const char *remote, const char *tbl, const char *remote_id,
                 struct arena *arena, struct link **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT " LINK_COLUMNS " FROM link l WHERE l.remote = :remote AND l.tbl = :tbl"
                 " AND l.remote_id = :remote_id ORDER BY l.part",
                 B_TEXT(":remote", remote), B_TEXT(":tbl", tbl), B_TEXT(":remote_id", remote_id)))
        return -1;
    return read_links(q, arena, ret, ret_n, err);
}

int links_by_key(struct db *db, const char *entity, const char *uuid, struct arena *arena,
                 struct link **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT " LINK_COLUMNS " FROM link l WHERE l.entity = :entity"
                 " AND l.remote_key IS NOT NULL" /* the index says so too */
                 " AND replace(lower(l.remote_key), '-', '') = replace(lower(:uuid), '-', '')"
                 " ORDER BY l.missing_since IS NOT NULL, l.id",
                 B_TEXT(":entity", entity), B_TEXT(":uuid", uuid)))
        return -1;
    return read_links(q, arena, ret, ret_n, err);
}

int links_keys_plain(struct db *db, const char *flow, const char *remote, const char *tbl,
                     bool *ret, struct err *err)
{
    int64_t surplus;
    if (DB_INT(db, 0, &surplus, err,
               "SELECT sum(CASE length(trim(remote_key)) WHEN 32 THEN 1 WHEN 36 THEN -1 ELSE 0 END)"
               " FROM link WHERE flow = :flow AND remote = :remote AND tbl = :tbl",
               B_TEXT(":flow", flow), B_TEXT(":remote", remote), B_TEXT(":tbl", tbl)))
        return -1;
    *ret = surplus > 0;
    return 0;
}

int links_everywhere(struct db *db, const char *entity, const char *local_id, struct arena *arena,
                     struct link **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT " LINK_COLUMNS " FROM link l WHERE l.entity = :entity AND l.local_id ="
                 " :local_id ORDER BY l.id",
                 B_TEXT(":entity", entity), B_TEXT(":local_id", local_id)))
        return -1;
    return read_links(q, arena, ret, ret_n, err);
}

int links_give(struct db *db, int64_t id, const char *local_id, struct err *err)
{
    return DB_RUN(db, err, "UPDATE link SET local_id = :local_id, base_rev = 0 WHERE id = :id",
                  B_TEXT(":local_id", local_id), B_INT(":id", id));
}

int links_trade(struct db *db, const struct link *a, const struct link *b, struct err *err)
{
    /* one steps aside: a record has one link of a part */
    if (DB_RUN(db, err, "UPDATE link SET part = part || '~' || id WHERE id = :id",
               B_INT(":id", b->id)) ||
        links_give(db, a->id, b->local_id, err) || links_give(db, b->id, a->local_id, err))
        return -1;
    return DB_RUN(db, err, "UPDATE link SET part = :part WHERE id = :id", B_TEXT(":part", b->part),
                  B_INT(":id", b->id));
}

int links_of_table(struct db *db, const char *entity, const char *remote, const char *tbl,
                   struct arena *arena, struct link **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    if (DB_QUERY(db, &q, err,
                 "SELECT " LINK_COLUMNS " FROM link l WHERE l.entity = :entity AND l.remote ="
                 " :remote AND l.tbl = :tbl ORDER BY l.id",
                 B_TEXT(":entity", entity), B_TEXT(":remote", remote), B_TEXT(":tbl", tbl)))
        return -1;
    return read_links(q, arena, ret, ret_n, err);
}

int links_missing(struct db *db, const char *flow, const char *remote, const char *tbl,
                  const char *entity_table, int64_t wrote_before, struct arena *arena, size_t max,
                  struct link **ret, size_t *ret_n, int64_t *ret_total, struct err *err)
{
    char sql[800];
    AUTO_QUERY *q = NULL;
    struct link *list = NULL;
    size_t n = 0, cap = 0;
    int64_t total = 0;
    snprintf(sql, sizeof sql,
             "SELECT " LINK_COLUMNS " FROM link l JOIN %s e ON e.id = l.local_id AND " ALIVE
             " WHERE l.flow = :flow AND l.remote = :remote AND l.tbl = :tbl"
             " AND coalesce(l.wrote_at, 0) <= :wrote AND NOT EXISTS"
             " (SELECT 1 FROM temp.staging s WHERE s.remote_id = l.remote_id) ORDER BY l.id",
             entity_table);
    if (DB_QUERY(db, &q, err, sql, B_TEXT(":flow", flow), B_TEXT(":remote", remote),
                 B_TEXT(":tbl", tbl), B_INT(":wrote", wrote_before)))
        return -1;
    int more;
    while ((more = query_next(q, err)) > 0) {
        if (total++ >= (int64_t)max)
            continue;
        list = arena_grow(arena, list, &cap, n + 1, sizeof *list);
        read_link(q, arena, &list[n++]);
    }
    *ret = list;
    *ret_n = n;
    *ret_total = total;
    return more < 0 ? -1 : 0;
}
