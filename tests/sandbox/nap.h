/* nap.h: the sandbox goes away for a while, as a server that is stopped and started again: its port
 * is closed, whatever was under way is cut off, and later the port is open again with the same
 * world behind it. */
#ifndef SANDBOX_NAP_H
#define SANDBOX_NAP_H

#include "tests/sandbox/sandbox.h"

struct MHD_Daemon;

/* POST /_sandbox/nap {"ms":1500,"service":"grist","after":N}: with the Nth request of that service
 * (any, without one) from now; after 0: at once. False when the path is not known. */
bool nap_control(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply);

/* A request of the service is answered now. Called with sandbox.lock held. */
void nap_count(struct sandbox *sb, const char *service);

/* The main thread, without the lock: sleeps if it is time to. Returns the server that listens
 * from now on, NULL when the port is no longer to be had. */
struct MHD_Daemon *nap_take(struct sandbox *sb, struct MHD_Daemon *server);

#endif
