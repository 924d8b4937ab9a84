/* search.h: people, teams and badges by what somebody remembers of them: a name or part of it with
 * a typo or two, the last digits of a phone, @name, a badge's number. Reads only; any thread with
 * its own db.
 *
 * The index (search_text, search_index) takes new records in by their revs, when somebody searches
 * or brings it up to date; triggers on the three tables tell it what changes or goes. */
#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include "store/db.h"

struct found {
    const char *entity, *id, *name;
    bool deleted;
    bool by_typo; /* a letter or two differ */
};

struct search_result {
    struct found *list; /* best first */
    size_t n;           /* of this page */
    size_t total;       /* in all */
    bool more;          /* too many fit to look at all of them: total counts the best known ones */
    bool near;          /* nothing fits: these are only the most alike, by their names */
    bool too_short;     /* one letter is no search */
};

#define SEARCH_TEXT_MAX 256 /* bytes of a question; the rest of it is not looked at */
#define SEARCH_NEAR_MAX 5

/* Brings the index up to date with at most max of the records that have changed; *ret_left: there
 * are more. Opens its own transaction, where none is open, and only when there is something to do.
 */
int search_refresh(struct db *db, int64_t max, bool *ret_left, struct err *err);

/* What fits text, from `offset` on, at most max. Lives in the arena. Brings the index up to date
 * first. */
int search_find(struct db *db, const char *text, size_t offset, size_t max, struct arena *arena,
                struct search_result *ret, struct err *err);

#endif
