/* remotes.h: the open remotes of one thread, and the limiters that all threads share.
 *
 * struct limiters is made once by main and outlives all threads; struct remotes belongs to one
 * thread. */
#ifndef SYNC_REMOTES_H
#define SYNC_REMOTES_H

#include "sync/config/config.h"
#include "sync/remote.h"

struct limiters;
struct remotes;

/* One limiter for each credential: remotes with the same kind and token share theirs, because the
 * vendor counts by token. */
struct limiters *limiters_new(const struct config *cfg);
void limiters_free(struct limiters *l); /* takes NULL */
/* Where the dates of all remotes' answers are noted (clocks.h); before remotes_new. Outlives l. */
struct clocks;
void limiters_clocks(struct limiters *l, struct clocks *clocks);
/* What is noted of a remote; owned by l. */
struct notes *limiters_notes(struct limiters *l, const struct remote_config *remote);
/* Nobody asks this remote before now + ms: what a Retry-After said before a restart. */
void limiters_hold(struct limiters *l, const struct remote_config *remote, int64_t ms);

struct remotes *remotes_new(const struct config *cfg, struct limiters *limiters,
                            const _Atomic bool *cancel);
void remotes_free(struct remotes *r); /* takes NULL */

/* Who knows whether the work under way is wanted any more; http_listen says what becomes of it. */
void remotes_listen(struct remotes *r, bool (*stopped)(void *ctx), void *ctx);

/* The open remote of that name; opened on first use, kept for the connection's sake. Owned by r. */
int remotes_get(struct remotes *r, const struct remote_config *cfg, struct remote **ret,
                struct err *err);

/* A job that goes to this remote begins or goes on (notes.h). */
void remotes_job(struct remotes *r, const struct remote_config *cfg, int64_t job);
/* The remote said in this job that a flow's table is as its last whole listing was … */
void remotes_note_same(struct remotes *r, const struct remote_config *cfg, const char *flow);
/* … did it? */
bool remotes_said_same(struct remotes *r, const struct remote_config *cfg, int64_t job,
                       const char *flow);

/* For tests: what remotes_get answers for this remote from now on; not owned. */
void remotes_replace(struct remotes *r, const struct remote_config *cfg, struct remote *stand_in);

#endif
