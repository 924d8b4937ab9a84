/* Whose line of a work list is whose: the part of work_list.h for roles that are limited to a
 * team. */
#include "bot/work_list.h"
#include "store/base/json.h"
#include "store/conflicts.h"

#define BATCH       200
#define PAGE_MEMORY ((size_t)64 << 20)
#define ONLY_MAX    ((size_t)4 << 20) /* of lines that one person may see: some ten thousands */

int work_may(const struct bot *bot, struct db *db, const struct rights *r,
             const struct task_item *t, struct arena *arena, bool *ret, struct err *err)
{
    struct conflict *c = NULL;
    struct jailed *j;
    int64_t id;
    *ret = false;
    if (t->kind == TASK_CONFLICT) {
        if (base_parse_i64(t->item, 1, INT64_MAX, &id) && conflicts_get(db, id, arena, &c, err))
            return -1;
        return c ? rights_for_conflict(db, r, ROLE_ORGANIZER, c, arena, ret, err) : 0;
    }
    if (quarantine_get(db, t->flow, t->item, t->part, arena, &j, err))
        return -1;
    return j ? rights_for_row(bot, db, r, ROLE_ORGANIZER, j, arena, ret, err) : 0;
}

/* ---------------------------------------------------------------- all that they may see */

static void add_key(const struct task_item *t, struct buf *only)
{
    AUTO_BUF key = BUF_INIT(1 << 16), quoted = BUF_INIT(1 << 18);
    json_quote(&quoted, task_key(t, &key));
    if (!key.over && !quoted.over && only->len + quoted.len + 2 < ONLY_MAX)
        buf_addf(only, "%s%s", only->len > 1 ? "," : "", buf_str(&quoted));
}

static int add_rows(struct ask *a, struct buf *only, struct err *err)
{
    size_t n = BATCH;
    for (size_t from = 0; n == BATCH; from += BATCH) {
        AUTO_ARENA *page = arena_new(PAGE_MEMORY);
        struct jailed *list;
        int64_t total;
        if (quarantine_list(a->db, NULL, from, BATCH, page, &list, &n, &total, err))
            return -1;
        for (size_t i = 0; i < n; i++) {
            const struct task_item item = task_of_jailed(&list[i]);
            bool may;
            if (rights_for_row(a->bot, a->db, a->rights, ROLE_ORGANIZER, &list[i], page, &may, err))
                return -1;
            if (may)
                add_key(&item, only);
        }
    }
    return 0;
}

static int add_conflicts(struct ask *a, struct buf *only, struct err *err)
{
    size_t n = BATCH;
    for (size_t from = 0; n == BATCH; from += BATCH) {
        AUTO_ARENA *page = arena_new(PAGE_MEMORY);
        struct conflict *list;
        int64_t total;
        if (conflicts_list_open(a->db, from, BATCH, page, &list, &n, &total, err))
            return -1;
        for (size_t i = 0; i < n; i++) {
            const struct task_item item = task_of_conflict(list[i].id, page);
            bool may;
            if (rights_for_conflict(a->db, a->rights, ROLE_ORGANIZER, &list[i], page, &may, err))
                return -1;
            if (may)
                add_key(&item, only);
        }
    }
    return 0;
}

int work_only(struct ask *a, enum task_kind kind, const char **ret, struct err *err)
{
    AUTO_BUF only = BUF_INIT(ONLY_MAX);
    *ret = NULL;
    if (a->rights->whole >= ROLE_ORGANIZER)
        return 0;
    buf_addc(&only, '[');
    if (kind == TASK_INVALID ? add_rows(a, &only, err) : add_conflicts(a, &only, err))
        return -1;
    buf_addc(&only, ']');
    *ret = arena_strdup(a->arena, buf_str(&only));
    return 0;
}

int work_count(struct ask *a, enum task_kind kind, int64_t *ret_waiting, int64_t *ret,
               struct err *err)
{
    struct task_filter all = {.flow = NULL};
    struct jailed *none;
    size_t n;
    int64_t first;
    *ret_waiting = 0;
    if (work_only(a, kind, &all.only, err))
        return -1;
    if (kind == TASK_CONFLICT)
        return tasks_conflict_at(a->db, &all, 0, &first, ret, err);
    return tasks_jailed(a->db, &all, 0, 0, a->arena, &none, &n, ret_waiting, ret, err);
}
