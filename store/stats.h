/* stats.h: counts for pictures and reports: pure reading, nothing personal. Any thread, with its
 * own db; one consistent view when the caller is in a transaction. */
#ifndef STORE_STATS_H
#define STORE_STATS_H

#include "store/db.h"

#define STATS_MAX 5000 /* lines of one answer; what goes past it is not counted */

/* A line: of a day, a team, a code of a dictionary. */
struct stat {
    const char *name; /* "2026-07-05", the team's name, the dictionary's name of the code */
    int64_t n[3];
};

/* Who comes (n[0]) and goes (n[1]) on each day that has any, in order: arrivals of that year that
 * were neither cancelled nor skipped. */
int stats_days(struct db *db, int64_t year, struct arena *arena, struct stat **ret, size_t *ret_n,
               struct err *err);
/* Participations of that year (n[0]) and of `other` (n[1]; 0: none) whose status stands in lists
 * (dict_status.to_list), by team or by role; most of this year first. */
int stats_teams(struct db *db, int64_t year, int64_t other, struct arena *arena, struct stat **ret,
                size_t *ret_n, struct err *err);
int stats_roles(struct db *db, int64_t year, int64_t other, struct arena *arena, struct stat **ret,
                size_t *ret_n, struct err *err);
/* The latest year before that one of which there is such a participation; 0: there is none. */
int stats_year_before(struct db *db, int64_t year, int64_t *ret, struct err *err);
/* All participations of that year by status, in the dictionary's order. */
int stats_statuses(struct db *db, int64_t year, struct arena *arena, struct stat **ret,
                   size_t *ret_n, struct err *err);
/* Those of that year whose status does not stand in lists. */
int stats_unlisted(struct db *db, int64_t year, int64_t *ret, struct err *err);
/* What runs inserted, updated and deleted (n[0..2]) on each day since that one, in order; days of
 * this process's zone. */
int stats_runs(struct db *db, const char *since_day, struct arena *arena, struct stat **ret,
               size_t *ret_n, struct err *err);
/* How many runs there were since that day, and how many of them did not reach their end. */
int stats_run_count(struct db *db, const char *since_day, int64_t *ret_runs, int64_t *ret_failed,
                    struct err *err);
/* Is there anything to count of that year: a participation or an arrival. */
int stats_has_year(struct db *db, int64_t year, int64_t *ret, struct err *err);

#endif
