/* server.h: the HTTP side of the sandbox, between main and the services. */
#ifndef SANDBOX_SERVER_H
#define SANDBOX_SERVER_H

#include "tests/sandbox/sandbox.h"

struct MHD_Daemon;

/* Binds 127.0.0.1 and fills sb->port; NULL when it cannot. */
struct MHD_Daemon *server_start(struct sandbox *sb);

/* Wakes whoever waits in a handler, then waits for all connections to end. */
void server_stop(struct sandbox *sb, struct MHD_Daemon *daemon);

#endif
