#include "bot/alerts/heartbeat.h"

#include "store/base/clock.h"
#include "store/base/log.h"
#include "sync/http.h"

#include <pthread.h>
#include <stdlib.h>

#define EVERY_MS   60000
#define FIRST_MS   5000 /* the threads have had time to do something */
#define TIMEOUT_S  20
#define ANSWER_MAX 65536
#define ALIVE_MS   180000

struct heartbeat {
    const char *url;
    heartbeat_well_fn *is_well;
    void *ctx;
    struct http *http;
    _Atomic bool stop;
    pthread_t thread;
    bool failing, unwell; /* were told of */
};

struct heartbeat *heartbeat_new(const char *url, struct clocks *clocks, heartbeat_well_fn *is_well,
                                void *ctx)
{
    struct heartbeat *h = xcalloc(1, sizeof *h);
    h->url = url;
    h->is_well = is_well;
    h->ctx = ctx;
    h->http = http_new(&h->stop);
    http_clocks(h->http, clocks);
    return h;
}

void heartbeat_free(struct heartbeat *h)
{
    if (!h)
        return;
    http_free(h->http);
    free(h);
}

int heartbeat_beat(struct heartbeat *h, bool *ret_asked, struct err *err)
{
    AUTO_ANSWER answer = {0};
    const char *why = "";
    bool well = h->is_well(h->ctx, &why);
    if (!well && !h->unwell)
        log_event(LOG_ERR, "rosterd is not well: the heartbeat stops", "why", why, NULL);
    else if (well && h->unwell)
        log_event(LOG_INFO, "rosterd is well again: the heartbeat goes on", NULL);
    h->unwell = !well;
    *ret_asked = well;
    if (!well)
        return 0;
    const struct http_request req = {.method = "GET",
                                     .url = h->url,
                                     .what = "heartbeat",
                                     .timeout_s = TIMEOUT_S,
                                     .answer_max = ANSWER_MAX,
                                     .repeatable = true};
    return http_do(h->http, &req, &answer, err);
}

static void *heartbeat_main(void *arg)
{
    struct heartbeat *h = arg;
    int64_t wait = FIRST_MS;
    while (clock_sleep_ms(wait, &h->stop)) {
        struct err err = {0};
        bool asked;
        bool bad = heartbeat_beat(h, &asked, &err) != 0;
        if (bad && err.kind == ERR_CANCELED)
            break;
        if (bad && !h->failing)
            log_event(LOG_WARN, "the heartbeat does not arrive", "why", err.msg, NULL);
        else if (asked && !bad && h->failing)
            log_event(LOG_INFO, "the heartbeat arrives again", NULL);
        h->failing = bad || (!asked && h->failing);
        wait = EVERY_MS;
    }
    return NULL;
}

int heartbeat_start(const char *url, struct clocks *clocks, heartbeat_well_fn *is_well, void *ctx,
                    struct heartbeat **ret, struct err *err)
{
    struct heartbeat *h = heartbeat_new(url, clocks, is_well, ctx);
    *ret = h; /* is_well may look for it */
    if (!pthread_create(&h->thread, NULL, heartbeat_main, h))
        return 0;
    *ret = NULL;
    heartbeat_free(h);
    return err_set(err, ERR_LOCAL, "cannot start a thread");
}

void heartbeat_stop(struct heartbeat *h)
{
    if (!h)
        return;
    atomic_store(&h->stop, true);
    pthread_join(h->thread, NULL);
    heartbeat_free(h);
}

/* ---------------------------------------------------------------- the pulse of a transport */

static int pulse_poll(struct chat *c, int64_t offset, unsigned timeout_s, struct arena *arena,
                      struct chat_update **ret, size_t *ret_n, int64_t *ret_next, struct err *err)
{
    struct pulse *p = (struct pulse *)c;
    if (p->inner->ops->poll(p->inner, offset, timeout_s, arena, ret, ret_n, ret_next, err))
        return -1;
    atomic_store(&p->polled_ms, clock_mono_ms());
    return 0;
}

void pulse_wrap(struct pulse *p, struct chat *inner)
{
    p->ops = *inner->ops;
    p->ops.poll = pulse_poll;
    p->chat.ops = &p->ops;
    p->inner = inner;
    atomic_store(&p->polled_ms, clock_mono_ms());
}

bool pulse_is_alive(const struct pulse *p)
{
    return clock_mono_ms() - atomic_load(&p->polled_ms) < ALIVE_MS;
}
