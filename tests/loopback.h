/* loopback.h: a tiny HTTP server on 127.0.0.1 in a thread of the test, on a port the system picks.
 *
 * The test's function makes the raw answer to each request, one request at a time; it runs in the
 * server's thread. Connections are kept open until the peer closes them or the answer says so. */
#ifndef TESTS_LOOPBACK_H
#define TESTS_LOOPBACK_H

#include "store/base/buf.h"

struct loopback;

struct loopback_request {
    const char *method, *target; /* "GET", "/path?query" */
    const char *headers;         /* the lines as received */
    const char *body;            /* "" when there is none */
    int fd;                      /* for tests that watch the connection */
    unsigned connection;         /* 1 for the first that was accepted */
};

/* Appends the whole raw answer to out. Returns false to close the connection after sending it. */
typedef bool loopback_fn(void *ctx, const struct loopback_request *req, struct buf *out);

struct loopback *loopback_start(loopback_fn *answer, void *ctx);
void loopback_stop(struct loopback *l); /* takes NULL; returns when the thread has ended */
unsigned loopback_port(const struct loopback *l);

/* The value of a header of the request, NULL when it has none. Valid until the next call in this
 * thread. */
const char *loopback_header(const struct loopback_request *req, const char *name);

/* Appends an answer with Content-Length; headers are whole lines ending in \r\n, or NULL. */
void loopback_answer(struct buf *out, int status, const char *headers, const char *body);

#endif
