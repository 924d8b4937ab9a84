#include "store/chat/bindings.h"

#include "store/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LEADS_MAX 100

static const char *const names[] = {"username", "phone", "hand"};

const char *binding_how_name(enum binding_how how)
{
    return names[how];
}

/* ---------------------------------------------------------------- who is bound */

#define COLUMNS                                                                                    \
    "SELECT b.via, b.user_id, b.person_id, b.how, p.name, p.first_name,"                           \
    " ifnull(p.deleted = 0 AND p.banned = 0, 0)"                                                   \
    " FROM binding b LEFT JOIN person p ON p.id = b.person_id WHERE "

static int read_binding(struct query *q, struct arena *arena, struct binding **ret, struct err *err)
{
    int more = query_next(q, err);
    *ret = NULL;
    if (more <= 0)
        return more;
    struct binding *b = arena_alloc(arena, 1, sizeof *b);
    *b = (struct binding){
        .via = query_dup(q, 0, arena),
        .user_id = query_int(q, 1),
        .person_id = query_dup(q, 2, arena),
        .name = query_dup(q, 4, arena),
        .first_name = query_dup(q, 5, arena),
        .live = query_int(q, 6) != 0,
    };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (!strcmp(names[i], query_text(q, 3)))
            b->how = (enum binding_how)i;
    }
    if (!b->name)
        b->name = b->person_id;
    *ret = b;
    return 0;
}

int bindings_get(struct db *db, const char *via, int64_t user_id, struct arena *arena,
                 struct binding **ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    return DB_QUERY(db, &q, err, COLUMNS "b.via = :via AND b.user_id = :id", B_TEXT(":via", via),
                    B_INT(":id", user_id)) ||
                   read_binding(q, arena, ret, err)
               ? -1
               : 0;
}

int bindings_of_person(struct db *db, const char *via, const char *person_id, struct arena *arena,
                       struct binding **ret, struct err *err)
{
    AUTO_QUERY *q = NULL;
    return DB_QUERY(db, &q, err, COLUMNS "b.via = :via AND b.person_id = :id", B_TEXT(":via", via),
                    B_TEXT(":id", person_id)) ||
                   read_binding(q, arena, ret, err)
               ? -1
               : 0;
}

/* ---------------------------------------------------------------- who might it be */

static int read_found(struct query *q, struct arena *arena, enum binding_found *ret,
                      const char **ret_id, struct err *err)
{
    int more = query_next(q, err);
    *ret = more > 0 ? FOUND_ONE : FOUND_NOBODY;
    *ret_id = more > 0 ? query_dup(q, 0, arena) : NULL;
    if (more > 0 && (more = query_next(q, err)) > 0) {
        *ret = FOUND_SEVERAL;
        *ret_id = NULL;
    }
    return more < 0 ? -1 : 0;
}

int bindings_by_username(struct db *db, const char *username, struct arena *arena,
                         enum binding_found *ret, const char **ret_id, struct err *err)
{
    AUTO_QUERY *q = NULL;
    username += strspn(username, "@");
    *ret = FOUND_NOBODY;
    *ret_id = NULL;
    if (!*username)
        return 0;
    if (DB_QUERY(db, &q, err,
                 "SELECT id FROM person WHERE deleted = 0 AND telegram IS NOT NULL"
                 " AND lower(telegram) = lower('@' || :name) LIMIT 2",
                 B_TEXT(":name", username)))
        return -1;
    return read_found(q, arena, ret, ret_id, err);
}

int bindings_by_phone(struct db *db, const char *phone, struct arena *arena,
                      enum binding_found *ret, const char **ret_id, struct err *err)
{
    AUTO_QUERY *q = NULL;
    *ret = FOUND_NOBODY;
    *ret_id = NULL;
    if (!*phone)
        return 0;
    if (DB_QUERY(db, &q, err,
                 "SELECT id FROM person WHERE deleted = 0 AND phone IS NOT NULL"
                 " AND phone = :phone LIMIT 2",
                 B_TEXT(":phone", phone)))
        return -1;
    return read_found(q, arena, ret, ret_id, err);
}

/* ---------------------------------------------------------------- binding */

static int note(struct db *db, const char *via, int64_t user_id, const char *before,
                const char *after, const char *by, int64_t at, struct err *err)
{
    char id[64];
    snprintf(id, sizeof id, "%s:%" PRId64, via, user_id);
    return audit_add(db, 0, "chat_user", id, "person", before, after, by, at, err);
}

int bindings_set(struct db *db, const struct binding *b, const char *by, int64_t at,
                 bool *ret_taken, struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 16);
    struct binding *old, *other;
    if (bindings_of_person(db, b->via, b->person_id, arena, &other, err) ||
        bindings_get(db, b->via, b->user_id, arena, &old, err))
        return -1;
    *ret_taken = other && other->user_id != b->user_id;
    bool same = old && !strcmp(old->person_id, b->person_id);
    if (*ret_taken || (same && old->how == b->how))
        return 0;
    if (DB_RUN(db, err,
               "INSERT INTO binding(via, user_id, person_id, how, bound_by, bound_at)"
               " VALUES(:via, :id, :person, :how, :by, :at) ON CONFLICT(via, user_id) DO UPDATE SET"
               " person_id = excluded.person_id, how = excluded.how, bound_by = excluded.bound_by,"
               " bound_at = excluded.bound_at",
               B_TEXT(":via", b->via), B_INT(":id", b->user_id), B_TEXT(":person", b->person_id),
               B_TEXT(":how", names[b->how]), B_TEXT(":by", by), B_INT(":at", at)))
        return -1;
    return note(db, b->via, b->user_id,
                old ? arena_printf(arena, "%s by %s", old->person_id, names[old->how]) : NULL,
                arena_printf(arena, "%s by %s", b->person_id, names[b->how]), by, at, err);
}

int bindings_clear(struct db *db, const char *via, int64_t user_id, const char *by, int64_t at,
                   bool *ret_was, struct err *err)
{
    AUTO_ARENA *arena = arena_new(1 << 16);
    struct binding *old;
    if (bindings_get(db, via, user_id, arena, &old, err))
        return -1;
    *ret_was = old != NULL;
    if (!old)
        return 0;
    return DB_RUN(db, err, "DELETE FROM binding WHERE via = :via AND user_id = :id",
                  B_TEXT(":via", via), B_INT(":id", user_id)) ||
                   note(db, via, user_id,
                        arena_printf(arena, "%s by %s", old->person_id, names[old->how]), NULL, by,
                        at, err)
               ? -1
               : 0;
}

/* ---------------------------------------------------------------- what they do this year */

int bindings_leads(struct db *db, const char *person_id, int year, struct arena *arena,
                   const char ***ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    const char **list = NULL;
    size_t n = 0, cap = 0;
    int more;
    if (DB_QUERY(
            db, &q, err,
            "SELECT DISTINCT x.team_id FROM participation x JOIN dict_role r ON r.code = x.role"
            " JOIN dict_status s ON s.code = x.status JOIN team t ON t.id = x.team_id"
            " WHERE x.person_id = :person AND x.year = :year AND x.deleted = 0 AND t.deleted = 0"
            " AND r.lead AND s.to_list ORDER BY t.name, t.id LIMIT :max",
            B_TEXT(":person", person_id), B_INT(":year", year), B_INT(":max", LEADS_MAX)))
        return -1;
    while ((more = query_next(q, err)) > 0) {
        list = arena_grow(arena, list, &cap, n + 1, sizeof *list);
        list[n++] = query_dup(q, 0, arena);
    }
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}

int bindings_parts(struct db *db, const char *person_id, int year, size_t max, struct arena *arena,
                   struct part_taken **ret, size_t *ret_n, struct err *err)
{
    AUTO_QUERY *q = NULL;
    struct part_taken *list = NULL;
    size_t n = 0, cap = 0;
    int more;
    if (DB_QUERY(db, &q, err,
                 "SELECT t.name, ifnull(r.name, x.role), ifnull(s.name, x.status)"
                 " FROM participation x JOIN team t ON t.id = x.team_id"
                 " LEFT JOIN dict_role r ON r.code = x.role"
                 " LEFT JOIN dict_status s ON s.code = x.status"
                 " WHERE x.person_id = :person AND x.year = :year AND x.deleted = 0"
                 " ORDER BY r.position, t.name, x.id LIMIT :max",
                 B_TEXT(":person", person_id), B_INT(":year", year), B_INT(":max", (int64_t)max)))
        return -1;
    while ((more = query_next(q, err)) > 0) {
        list = arena_grow(arena, list, &cap, n + 1, sizeof *list);
        list[n++] = (struct part_taken){query_dup(q, 0, arena), query_dup(q, 1, arena),
                                        query_dup(q, 2, arena)};
    }
    *ret = list;
    *ret_n = n;
    return more < 0 ? -1 : 0;
}
