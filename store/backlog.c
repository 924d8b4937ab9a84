#include "store/backlog.h"

#include "store/base/buf.h"

int backlog_changed(struct db *db, const struct entity *e, int64_t since, int64_t max, int64_t *ret,
                    struct err *err)
{
    AUTO_BUF sql = BUF_INIT(1024);
    buf_addf(&sql,
             "SELECT count(*) FROM (SELECT 1 FROM %s INDEXED BY %s_rev WHERE rev > :since"
             " LIMIT :max)",
             e->name, e->name);
    return DB_INT(db, 0, ret, err, buf_str(&sql), B_INT(":since", since), B_INT(":max", max));
}

int backlog_sent(struct db *db, const char *remote, int64_t since, int64_t *ret, struct err *err)
{
    return DB_INT(db, 0, ret, err,
                  "SELECT count(DISTINCT local_id) FROM intent WHERE remote = :remote"
                  " AND state = 'done' AND done_at >= :since",
                  B_TEXT(":remote", remote), B_INT(":since", since));
}
