/* notes.h: what this process has heard from a remote and need not ask for again, in a job or for
 * good: the state of a document, what a key may not do.
 *
 * One struct notes for each configured remote, made with the limiters and shared by the threads
 * that work with it: the steps of one job may run in any of them. Any thread may call any of these.
 * Nothing is lost when a note is: it is asked for again. */
#ifndef SYNC_NOTES_H
#define SYNC_NOTES_H

#include "store/base/arena.h"

#define NOTES_MAX     256 /* kept at once; one more takes the place of the oldest */
#define NOTE_TEXT_MAX 200 /* bytes of a text; a longer one is not kept */

struct notes;

struct notes *notes_new(void);
void notes_free(struct notes *n); /* takes NULL */

/* A job begins or goes on, told apart by a number of its own: what was noted for another one is
 * forgotten. 0: no job, for which nothing is kept. */
void notes_begin(struct notes *n, int64_t job);

/* Notes it for the job that began last, or until the process ends. */
void notes_put_job(struct notes *n, const char *key, const char *text);
void notes_put(struct notes *n, const char *key, const char *text);

/* What was noted under key, at most max_age_ms ago; ret has size bytes. False: nothing. */
bool notes_get(struct notes *n, const char *key, int64_t max_age_ms, char *ret, size_t size);
/* Was that noted in this very job? */
bool notes_in_job(struct notes *n, int64_t job, const char *key);

void notes_drop(struct notes *n, const char *key);
/* All that was noted for the job under keys that begin so; "" is all. */
void notes_drop_job(struct notes *n, const char *prefix);

/* What follows the prefix in the keys that begin with it, and their texts, oldest first. */
struct note {
    const char *rest, *text;
};
size_t notes_list(struct notes *n, const char *prefix, struct arena *arena, struct note **ret);

#endif
