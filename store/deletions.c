#include "store/deletions.h"

#include "store/base/utf8.h"
#include "store/model.h"
#include "store/names.h"

#include <string.h>

static const char *const kinds[] = {"rule", "hand", "feeder", "here", "gone", "with"};

const char *deletion_kind_name(enum deletion_kind kind)
{
    return kinds[kind];
}

bool deletion_kind_read(const char *name, enum deletion_kind *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (strcmp(kinds[i], name) != 0)
            continue;
        *ret = (enum deletion_kind)i;
        return true;
    }
    return false;
}

/* ---------------------------------------------------------------- the statement */

/* The deleted records of every entity; of one record when `one`. */
static void add_gone(struct buf *sql, const char *one)
{
    buf_add(sql, "WITH gone(entity, id, updated_at) AS (");
    for (size_t i = 0, n = 0; i < model_n_entities; i++) {
        const char *name = model_entities[i].name;
        if (one && strcmp(one, name) != 0)
            continue;
        buf_addf(sql, "%sSELECT '%s', id, updated_at FROM %s WHERE deleted = 1%s",
                 n++ ? " UNION ALL " : "", name, name, one ? " AND id = :id" : "");
    }
    buf_add(sql, ")");
}

/* A mark that rosterd set because its record was deleted here says nothing about why. Where several
 * rows tell, a rule comes first: nothing but mending the row helps against it. */
#define RECORDS                                                                                    \
    ", told AS (SELECT entity, id, updated_at,"                                                    \
    " (SELECT max(a.id) FROM audit a WHERE a.entity = gone.entity AND a.local_id = gone.id"        \
    "   AND a.field = 'deleted' AND a.after = '1') AS audit,"                                      \
    " (SELECT l.id FROM link l JOIN mark m ON m.remote = l.remote AND m.tbl = l.tbl"               \
    "   AND m.remote_id = l.remote_id WHERE l.entity = gone.entity AND l.local_id = gone.id"       \
    "   AND m.at <> 0 AND m.by <> 'store'"                                                         \
    "   ORDER BY CASE m.by WHEN 'rule' THEN 0 WHEN 'hand' THEN 1 ELSE 2 END, l.id LIMIT 1)"        \
    "   AS marked,"                                                                                \
    " (SELECT l.id FROM link l JOIN quarantine q ON q.flow = l.flow"                               \
    "   AND q.remote_id = l.remote_id AND q.state = 'invalid' WHERE l.entity = gone.entity"        \
    "   AND l.local_id = gone.id ORDER BY l.id LIMIT 1) AS jailed FROM gone)"
#define SELECT_RECORDS                                                                             \
    " SELECT CASE WHEN c.by_id IS NOT NULL THEN 'with' WHEN m.by = 'rule' OR t.jailed IS NOT NULL" \
    "   THEN 'rule' WHEN m.by IS NOT NULL THEN m.by"                                               \
    "   WHEN s.id IS NOT NULL THEN 'gone' ELSE 'here' END AS kind, t.entity, t.id, 0,"             \
    " coalesce(a.at, t.updated_at) AS since, a.source, l.remote, l.tbl, l.remote_id, m.why,"       \
    " c.by_entity, c.by_id, NULL FROM told t"                                                      \
    " LEFT JOIN audit a ON a.id = t.audit"                                                         \
    " LEFT JOIN cascaded c ON c.entity = t.entity AND c.local_id = t.id"                           \
    " LEFT JOIN link s ON s.id = (SELECT l.id FROM link l WHERE l.entity = t.entity"               \
    "   AND l.local_id = t.id AND l.remote = a.source ORDER BY l.id LIMIT 1)"                      \
    " LEFT JOIN link l ON l.id = coalesce(t.jailed, t.marked, s.id)"                               \
    " LEFT JOIN mark m ON m.remote = l.remote AND m.tbl = l.tbl AND m.remote_id = l.remote_id"     \
    "   AND m.at <> 0 AND m.by <> 'store'"                                                         \
    " WHERE :remote IS NULL OR EXISTS (SELECT 1 FROM link x WHERE x.entity = t.entity"             \
    "   AND x.local_id = t.id AND x.remote = :remote AND x.tbl = :tbl)"
/* Marked rows none of whose records is deleted, with what of them is in quarantine: the cursors
 * know which flows read their table. */
#define SELECT_ROWS                                                                                \
    " UNION ALL SELECT CASE m.by WHEN 'store' THEN 'here' ELSE m.by END, l.entity, l.local_id,"    \
    " l.id IS NOT NULL, m.since, NULL, m.remote, m.tbl, m.remote_id, m.why, NULL, NULL,"           \
    " (SELECT q.raw FROM cursor c JOIN quarantine q ON q.flow = c.flow"                            \
    "   AND q.remote_id = m.remote_id WHERE c.remote = m.remote AND c.tbl = m.tbl LIMIT 1)"        \
    " FROM mark m LEFT JOIN link l ON l.id = (SELECT min(x.id) FROM link x"                        \
    "   WHERE x.remote = m.remote AND x.tbl = m.tbl AND x.remote_id = m.remote_id)"                \
    " WHERE m.at <> 0 AND (:remote IS NULL OR (m.remote = :remote AND m.tbl = :tbl))"              \
    " AND NOT EXISTS (SELECT 1 FROM link x JOIN gone ON gone.entity = x.entity"                    \
    "   AND gone.id = x.local_id WHERE x.remote = m.remote AND x.tbl = m.tbl"                      \
    "   AND x.remote_id = m.remote_id)"

static void read_deletion(const struct query *q, struct arena *arena, struct deletion *d)
{
    *d = (struct deletion){
        .entity = query_dup(q, 1, arena),
        .local_id = query_dup(q, 2, arena),
        .live = query_int(q, 3) != 0,
        .since = query_int(q, 4),
        .source = query_dup(q, 5, arena),
        .remote = query_dup(q, 6, arena),
        .tbl = query_dup(q, 7, arena),
        .remote_id = query_dup(q, 8, arena),
        .why = query_dup(q, 9, arena),
        .with_entity = query_dup(q, 10, arena),
        .with_id = query_dup(q, 11, arena),
    };
    deletion_kind_read(query_text(q, 0), &d->kind);
}

/* ---------------------------------------------------------------- the list */

static bool has_part(const char *text, const char *folded_part)
{
    AUTO_BUF folded = BUF_INIT(1 << 16);
    if (!text)
        return false;
    utf8_fold(text, &folded);
    return strstr(buf_str(&folded), folded_part) != NULL;
}

/* part: folded. A row without a record is known by what stands in it. */
static bool fits(struct db *db, const struct deletion *d, const char *raw, const char *part,
                 struct arena *arena)
{
    if (!*part || has_part(d->remote_id, part))
        return true;
    return d->local_id ? has_part(record_name_of(db, d->entity, d->local_id, arena), part)
                       : has_part(raw, part);
}

int deletions_list(struct db *db, const struct deletion_query *want, size_t offset, size_t max,
                   struct arena *arena, struct deletion **ret, size_t *ret_n,
                   int64_t ret_totals[DELETED_KINDS], struct err *err)
{
    AUTO_BUF sql = BUF_INIT(1 << 15);
    AUTO_BUF part = BUF_INIT(4096);
    AUTO_QUERY *q = NULL;
    AUTO_ARENA *row = arena_new(4 << 20);
    struct deletion *list = arena_alloc(arena, max ? max : 1, sizeof *list);
    size_t n = 0, passed = 0;
    int more;
    memset(ret_totals, 0, DELETED_KINDS * sizeof *ret_totals);
    if (want->part)
        utf8_fold(want->part, &part);
    add_gone(&sql, NULL);
    buf_add(&sql, RECORDS SELECT_RECORDS SELECT_ROWS " ORDER BY since DESC, 2, 3, 7, 8, 9"
                                                     " LIMIT :most");
    const struct bind b[] = {B_TEXT(":remote", want->remote), B_TEXT(":tbl", want->tbl),
                             B_INT(":most", DELETIONS_MAX)};
    if (db_query_n(db, buf_str(&sql), b, ARRAY_LEN(b), &q, err))
        return -1;
    while ((more = query_next(q, err)) > 0) {
        struct deletion d;
        arena_reset(row);
        read_deletion(q, row, &d);
        bool wanted = fits(db, &d, query_text(q, 12), buf_str(&part), row);
        if (wanted && want->wanted && want->wanted(want->ctx, &d, &wanted, err))
            return -1;
        if (!wanted)
            continue;
        ret_totals[d.kind]++;
        if ((want->kind < DELETED_KINDS && want->kind != d.kind) || passed++ < offset || n == max)
            continue;
        read_deletion(q, arena, &list[n++]);
    }
    *ret = list;
    *ret_n = n;
    return more;
}

int deletions_of(struct db *db, const char *entity, const char *local_id, struct arena *arena,
                 struct deletion **ret, struct err *err)
{
    AUTO_BUF sql = BUF_INIT(1 << 15);
    AUTO_QUERY *q = NULL;
    *ret = NULL;
    if (!model_entity(entity))
        return 0;
    add_gone(&sql, entity);
    buf_add(&sql, RECORDS SELECT_RECORDS);
    const struct bind b[] = {B_TEXT(":id", local_id), B_NULL(":remote"), B_NULL(":tbl")};
    if (db_query_n(db, buf_str(&sql), b, ARRAY_LEN(b), &q, err))
        return -1;
    int more = query_next(q, err);
    if (more > 0) {
        *ret = arena_alloc(arena, 1, sizeof **ret);
        read_deletion(q, arena, *ret);
    }
    return more < 0 ? -1 : 0;
}
