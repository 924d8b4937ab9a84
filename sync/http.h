/* http.h: HTTP requests with bounds, classes of error, retries and rate limits; libcurl's only
 * door.
 *
 * A struct http (one connection cache, one curl handle) belongs to one thread. A struct limiter may
 * be shared: one per credential, safe from any thread. Tokens are given as headers or inside the
 * URL and never appear in an error: messages name the method, the host and `what`. */
#ifndef SYNC_HTTP_H
#define SYNC_HTTP_H

#include "store/base/buf.h"
#include "store/base/err.h"

struct http;
struct limiter;
struct clocks;

void http_global_init(void); /* once, from main, before any thread */

/* cancel: the process stops: when it becomes true, all waits and transfers end with ERR_CANCELED
 * within a second; NULL: never. */
struct http *http_new(const _Atomic bool *cancel);
void http_free(struct http *h);
/* stopped: does nobody want any more what is done here? Asked, on h's thread, before requests and a
 * few times a second while one is under way or waited for. Once it says yes, reads and waits end
 * with ERR_CANCELED within a second, and nothing is begun; a request that writes and is under way
 * gets its answer, or its timeout, since a write without an answer is a doubt. Until the next
 * http_listen; NULL: nobody is asked. */
void http_listen(struct http *h, bool (*stopped)(void *ctx), void *ctx);
/* On: what is asked now finds out what became of a write, and a stop waits for it too, but not
 * longer than a minute, nor out pauses of more than 10 s. */
void http_confirming(struct http *h, bool on);
/* Sleeps before something is asked again; false: stopped, or h's cancel became true. */
bool http_pause(struct http *h, int64_t ms);
/* Every answer's date is noted there from now on; clocks outlives h, NULL: nowhere. */
void http_clocks(struct http *h, struct clocks *clocks);

/* A token bucket of `rate` requests a second that starts empty, so that a restart never bursts; a
 * burst of up to `burst` builds up while idle. rate <= 0: no rate, only limiter_hold. Limiters are
 * kept for the life of the process. */
struct limiter *limiter_new(double rate, double burst);
void limiter_free(struct limiter *l);
/* Nobody may ask before now + ms (Retry-After on 429 and 529). */
void limiter_hold(struct limiter *l, int64_t ms);
/* ms until a request may leave; takes the token when it returns 0. */
int64_t limiter_take(struct limiter *l);

struct http_header {
    const char *name, *value;
};

struct http_request {
    const char *method; /* "GET" */
    const char *url;    /* whole; may carry a token: never logged */
    const char *what;   /* for messages: "notion query of people, page 3" */
    const struct http_header *headers;
    size_t n_headers;
    const char *body; /* JSON unless content_type says else; NULL: none */
    const char *content_type;
    size_t body_len;    /* 0: strlen(body) */
    size_t answer_max;  /* bytes; 0: 16 MB */
    unsigned timeout_s; /* whole request; 0: 70 */
    unsigned tries;     /* 0 or 1: once; n: up to n times while the error is ERR_TEMP */
    bool
        repeatable; /* false: retried only when it surely had no effect (429, 529, no connection) */
    bool writes;    /* changes something there: a stop waits for its answer */
    unsigned
        busy_wait_s; /* first wait after a 429 or 529 without Retry-After; 0: as other errors */
    /* Asked before a try is repeated, with the status of the last (0: no answer): another body (the
     * caller's, valid until the next call), or NULL for the same. NULL function: always the same.
     */
    const char *(*retry_body)(void *ctx, int status);
    void *retry_ctx;
    struct limiter *limiter; /* or NULL */
};

struct http_answer {
    int status;
    char *body; /* owned; NUL-terminated, "" when empty */
    size_t body_len;
    int64_t date_ms; /* the Date header, or 0 */
    unsigned retry_after_s;
    bool sent; /* the request may have reached the server (an insert's answer may be lost) */
};

/* Performs it. Returns 0 with any 2xx; else -1 with kind by status: 401/403 AUTH, 404/410 GONE,
 * 408/409/425/429/5xx/529 TEMP (retry_s from Retry-After), other 4xx DATA; connect, timeout,
 * cut-off and over-long answers TEMP (over-long: DATA); CANCELED when stopped. The answer is filled
 * in both cases as far as it was received, so that a codec can read the vendor's error; the caller
 * frees it with http_answer_free. Waits between tries double from 0.5 s to 30 s with jitter, or
 * obey Retry-After up to 120 s. */
int http_do(struct http *h, const struct http_request *req, struct http_answer *ret,
            struct err *err);
void http_answer_free(struct http_answer *a); /* takes NULL and {0} */
#define AUTO_ANSWER CLEANUP(http_answer_free) struct http_answer

/* Appends s percent-encoded for a path segment or a query value. */
void http_escape(struct buf *out, const char *s);

/* Of libcurl at hand: "7.88.1". */
const char *http_version(void);

#endif
