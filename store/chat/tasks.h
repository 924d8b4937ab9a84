/* tasks.h: the work lists: what stands in quarantine and which conflicts are open, who has taken
 * which of them on, and who wants to hear of which again, when.
 *
 * What leaves a list, by whatever way, takes its task and its reminders along (triggers see to it).
 * Writes belong inside the caller's transaction; any thread with its own db. */
#ifndef STORE_TASKS_H
#define STORE_TASKS_H

#include "store/base/buf.h"
#include "store/quarantine.h"

enum task_kind { TASK_INVALID, TASK_CONFLICT };

/* One line of a list: a row of quarantine; or a conflict: "", its number, "". */
struct task_item {
    enum task_kind kind;
    const char *flow, *item, *part;
};
struct task_item task_of_jailed(const struct jailed *j);
struct task_item task_of_conflict(int64_t id, struct arena *arena);

/* What a button calls an item by: "c12" for a conflict, else ten digits made of the row's names. */
#define TASK_REF_MAX 24
const char *task_ref(const struct task_item *t, char out[TASK_REF_MAX]);
/* *ret_found false: it is in no list (any more), or ref is none. */
int task_find(struct db *db, const char *ref, struct arena *arena, struct task_item *ret,
              bool *ret_found, struct err *err);

/* What a button calls a flow or a reason by, which may be longer than a button can say: its kind
 * (f, r) and seven digits made of the name. Pure. */
#define TASK_SHORT_MAX 9
const char *task_short(char kind, const char *name, char out[TASK_SHORT_MAX]);
/* Does the word look like one? Pure. */
bool task_is_short(const char *word);

/* ---- who has it */

struct task {
    int64_t id;
    const char *via; /* NULL: nobody has it */
    int64_t user_id;
    const char *given_by; /* "telegram:1001" */
    int64_t given_at;
};
/* *ret NULL: nobody has it, and nobody wants to be reminded of it. */
int tasks_get(struct db *db, const struct task_item *t, struct arena *arena, struct task **ret,
              struct err *err);
/* via NULL: nobody has it any more. *ret_new false: it was so already. */
int tasks_give(struct db *db, const struct task_item *t, const char *via, int64_t user_id,
               const char *by, int64_t at, bool *ret_new, struct err *err);

/* ---- reminders: each comes once */

struct reminder {
    int64_t task;
    struct task_item item;
    const char *via;
    int64_t user_id, chat_id, thread_id, at;
};
/* In place of one that this person asked for before; r->at 0: none. r->task and item are not read.
 */
int tasks_remind(struct db *db, const struct task_item *t, const struct reminder *r,
                 struct err *err);
/* When this person wants to hear of it again; 0: not at all. */
int tasks_reminded_at(struct db *db, const struct task_item *t, const char *via, int64_t user_id,
                      int64_t *ret, struct err *err);
/* Those whose time has come, oldest first, at most max. */
int tasks_due(struct db *db, int64_t now, size_t max, struct arena *arena, struct reminder **ret,
              size_t *ret_n, struct err *err);
/* It has been told. */
int tasks_told(struct db *db, const struct reminder *r, struct err *err);
/* When the next one comes; 0: there is none. */
int tasks_next_at(struct db *db, int64_t *ret, struct err *err);

/* ---- the lists */

struct task_filter {
    const char *flow;   /* NULL: any */
    const char *reason; /* of quarantine; of a conflict its field. NULL: any */
    const char *via;    /* only what this person has; NULL: anybody's */
    int64_t user_id;
    bool free;        /* only what nobody has */
    const char *only; /* only lines whose key is in this JSON list; NULL: any */
};
/* What `only` calls a line; out is cleared first. Returns buf_str(out). Pure. */
const char *task_key(const struct task_item *t, struct buf *out);

/* Rows of quarantine, oldest first, from offset, at most max: those to be mended, among these last
 * those whose record went along with the one that it belongs to, then those that wait. */
int tasks_jailed(struct db *db, const struct task_filter *f, size_t offset, size_t max,
                 struct arena *arena, struct jailed **ret, size_t *ret_n, int64_t *ret_waiting,
                 int64_t *ret_invalid, struct err *err);
/* The number of the open conflict at that place, oldest first; 0: there is none. *ret_total counts
 * all that fit. */
int tasks_conflict_at(struct db *db, const struct task_filter *f, size_t offset, int64_t *ret,
                      int64_t *ret_total, struct err *err);

/* How many there are of each, most first: flows, reasons (fields), people ("telegram:1001", NULL:
 * nobody has them). At most TASK_GROUPS_MAX. only: as in struct task_filter. */
#define TASK_GROUPS_MAX 24
enum task_group_by { TASKS_BY_FLOW, TASKS_BY_REASON, TASKS_BY_PERSON };
struct task_group {
    const char *name;
    int64_t user_id; /* BY_PERSON */
    int64_t n;
};
int tasks_groups(struct db *db, enum task_kind kind, enum task_group_by by, const char *only,
                 struct arena *arena, struct task_group **ret, size_t *ret_n, struct err *err);

#endif
