/* links.h: which record is which row of which remote, and what was last agreed about it.
 * Writes belong inside the caller's transaction. */
#ifndef STORE_LINKS_H
#define STORE_LINKS_H

#include "store/db.h"

/* What the next push shall do with a row: somebody wants it back, or gone; it was put away because
 * its record was deleted, and returns with it; or nothing: it was put away for good. */
#define WISH_BACK   "back"
#define WISH_GONE   "gone"
#define WISH_RETURN "return"
#define WISH_AWAY   "away" /* it is gone because somebody wanted it gone: that says nothing */

struct link {
    int64_t id;
    const char *entity, *local_id, *flow, *remote, *tbl, *remote_id, *part;
    const char *remote_key; /* or NULL */
    const char *base;       /* JSON: field → value */
    int64_t base_rev, remote_at /* 0: unknown */, seen_at, missing_since /* 0: it is there */;
    int64_t wrote_at; /* our own last write of the row; 0: none */
    const char *wish; /* WISH_…, or NULL */
};

/* *ret is NULL when there is none; lives in the arena. */
int links_get(struct db *db, const char *remote, const char *tbl, const char *remote_id,
              const char *part, struct arena *arena, struct link **ret, struct err *err);

int links_by_local(struct db *db, const char *entity, const char *local_id, const char *remote,
                   const char *tbl, const char *part, struct arena *arena, struct link **ret,
                   struct err *err);

/* All links of a record in a table, those whose row is there first. */
int links_of_record(struct db *db, const char *entity, const char *local_id, const char *remote,
                    const char *tbl, struct arena *arena, struct link **ret, size_t *ret_n,
                    struct err *err);

/* The record that a row stands for: its id into ret (37 bytes), "" when unknown. Nothing is said of
 * the row: it may be missing there. */
int links_resolve(struct db *db, const char *entity, const char *remote, const char *tbl,
                  const char *remote_id, char *ret_local, struct err *err);
/* The same of an entity that has a table, and whether the record is deleted. */
int links_target(struct db *db, const char *entity_table, const char *remote, const char *tbl,
                 const char *remote_id, char *ret_local, bool *ret_deleted, struct err *err);

int links_insert(struct db *db, const struct link *l, struct err *err);
/* Sets base, base_rev, remote_key, remote_at, seen_at and clears missing_since and wish. */
int links_agree(struct db *db, const struct link *l, struct err *err);
int links_set_missing(struct db *db, int64_t id, int64_t since,
                      struct err *err); /* 0: it is there, and nothing else is wished */

/* wish: WISH_…, or NULL. */
int links_set_wish(struct db *db, int64_t id, const char *wish, struct err *err);
/* Its row id belongs to another row now: the link is missing since `at`, under a name that no row
 * has. */
int links_evict(struct db *db, int64_t id, int64_t at, struct err *err);
/* base, and base_rev becomes 0: the next push compares the record anew. */
int links_set_base(struct db *db, int64_t id, const char *base, struct err *err);
/* Only base_rev: this rev of the record asks nothing of the row. */
int links_set_seen(struct db *db, int64_t id, int64_t rev, struct err *err);
/* Another row stands for the record now: sets remote_id, part, remote_key, base, base_rev,
 * remote_at and clears missing_since and wish. */
int links_move(struct db *db, const struct link *l, struct err *err);
/* base_rev becomes 0: the next push compares the record anew. */
int links_recheck(struct db *db, int64_t id, struct err *err);

/* Links of a table that this flow made whose row is there. */
int links_there(struct db *db, const char *flow, const char *remote, const char *tbl, int64_t *ret,
                struct err *err);

/* Links of a table that a push is to look at again (base_rev 0). */
int links_unseen(struct db *db, const char *remote, const char *tbl, int64_t *ret, struct err *err);

/* Links of a table that this flow made whose record is not deleted. entity_table NULL: entries of a
 * dictionary, which never are; those whose row is there. */
int links_alive(struct db *db, const char *flow, const char *remote, const char *tbl,
                const char *entity_table, int64_t *ret, struct err *err);

/* As *ret_known of links_tally, without looking at the staged listing. */
int links_known(struct db *db, const char *flow, const char *remote, const char *tbl,
                const char *entity_table, int64_t *ret, struct err *err);

/* Rows that we wrote after `wrote_before` count as there in both of the following: a remote may not
 * show yet what it took in. A record that was only deleted with another one (cascade.h) counts as
 * not deleted: its row should be there. */
/* For the brakes: links whose record is not deleted and that were there so far (*ret_known), and
 * how many of them the staged listing does not have (*ret_missing). */
int links_tally(struct db *db, const char *flow, const char *remote, const char *tbl,
                const char *entity_table, int64_t wrote_before, int64_t *ret_known,
                int64_t *ret_missing, struct err *err);

/* All links of one row: one for each of its parts. */
int links_of_row(struct db *db, const char *remote, const char *tbl, const char *remote_id,
                 struct arena *arena, struct link **ret, size_t *ret_n, struct err *err);

/* Links whose row has that UUID (in any spelling) of its own, in any table; those whose row is
 * there first. */
int links_by_key(struct db *db, const char *entity, const char *uuid, struct arena *arena,
                 struct link **ret, size_t *ret_n, struct err *err);
/* Are the UUIDs that the rows of a table have of their own mostly spelled without dashes? */
int links_keys_plain(struct db *db, const char *flow, const char *remote, const char *tbl,
                     bool *ret, struct err *err);
/* All links of a record, in whatever table. */
int links_everywhere(struct db *db, const char *entity, const char *local_id, struct arena *arena,
                     struct link **ret, size_t *ret_n, struct err *err);
/* The row stands for another record from now on, which has no link there; base_rev becomes 0. */
int links_give(struct db *db, int64_t id, const char *local_id, struct err *err);
/* The same where both have one, of one part: each row stands for the other's record. */
int links_trade(struct db *db, const struct link *a, const struct link *b, struct err *err);

/* All links of an entity in a table, whether their row is there or missing: for dictionaries, which
 * are small. */
int links_of_table(struct db *db, const char *entity, const char *remote, const char *tbl,
                   struct arena *arena, struct link **ret, size_t *ret_n, struct err *err);

/* The links of a flow's table, whose record is not deleted, that are absent from the staged
 * listing; at most max of them, *ret_total counts all. */
int links_missing(struct db *db, const char *flow, const char *remote, const char *tbl,
                  const char *entity_table, int64_t wrote_before, struct arena *arena, size_t max,
                  struct link **ret, size_t *ret_n, int64_t *ret_total, struct err *err);

#endif
