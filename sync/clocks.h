/* clocks.h: what the servers that we talk to say about the time: the Date of every answer, against
 * this machine's clock.
 *
 * One table for the process, made by main; it guards itself, any thread. */
#ifndef SYNC_CLOCKS_H
#define SYNC_CLOCKS_H

#include "store/base/base.h"

#define CLOCKS_LIMIT_MS  INT64_C(120000) /* what differs by more is wrong */
#define CLOCKS_IN_A_ROW  3               /* answers of a host before it is believed */
#define CLOCKS_FRESH_MS  INT64_C(900000) /* a host that was silent for longer says nothing */
#define CLOCKS_HOSTS_MAX 16
#define CLOCKS_HOST_MAX  128

struct clocks;

struct clocks *clocks_new(void);
void clocks_free(struct clocks *c); /* takes NULL */

/* An answer of host was dated date_ms; it was written between asked_ms and answered_ms, both by our
 * clock (UTC). What lies within that span is no difference. c NULL: nothing. */
void clocks_note(struct clocks *c, const char *host, int64_t date_ms, int64_t asked_ms,
                 int64_t answered_ms);

/* What they say together: the median of all hosts heard of lately, so that one wrong server among
 * others is not believed; of two hosts the one that agrees with us. */
struct clocks_verdict {
    bool known;       /* some host was heard of */
    int64_t ahead_ms; /* how far our clock is ahead for certain; 0: within CLOCKS_LIMIT_MS */
    char host[CLOCKS_HOST_MAX]; /* who says so */
};
void clocks_judge(struct clocks *c, struct clocks_verdict *ret); /* takes NULL: not known */

#endif
