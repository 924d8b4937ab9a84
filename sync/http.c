#include "sync/http.h"

#include "store/base/clock.h"
#include "sync/clocks.h"

#include <curl/curl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#ifndef ROSTERD_VERSION
#define ROSTERD_VERSION "0.0.0"
#endif

#define ANSWER_MAX      ((size_t)16 << 20)
#define TIMEOUT_S       70 /* Notion gives up after 60 s by itself: let it say so */
#define CONNECT_S       10
#define LOW_SPEED_S     65
#define FIRST_WAIT_MS   500
#define MAX_WAIT_MS     30000
#define RETRY_AFTER_MAX 120 /* longer waits are the engine's business, not a sleeping thread's */
#define RETRY_AFTER_TOP 86400
#define HOST_BYTES      128
#define LISTEN_MS       250
#define CONFIRM_WAIT_MS 10000 /* what became of a write is worth such a pause after a stop … */
#define CONFIRM_ALL_MS  60000 /* … and this much altogether */

struct http {
    CURL *easy;
    const _Atomic bool *cancel;
    struct clocks *clocks; /* or NULL */
    uint64_t jitter;
    bool (*listener)(void *ctx); /* or NULL */
    void *listener_ctx;
    int64_t listened_ms; /* monotonic: when it was asked last; 0: not yet */
    bool stopped;        /* what it said then */
    int64_t stopped_ms;
    bool confirming;
};

/* A try under way. */
struct transfer {
    struct http *h;
    bool writes;
};

/* What one try received. */
struct receipt {
    struct buf body;
    char date[64], retry_after[64];
    int64_t dated_ms; /* monotonic: when the date came */
};

void http_global_init(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

struct http *http_new(const _Atomic bool *cancel)
{
    struct http *h = xcalloc(1, sizeof *h);
    h->easy = curl_easy_init();
    if (!h->easy)
        abort(); /* curl_easy_init fails for want of memory only */
    h->cancel = cancel;
    h->jitter = (uint64_t)clock_mono_ms() ^ (uint64_t)(uintptr_t)h ^ 0x9e3779b97f4a7c15U;
    return h;
}

void http_free(struct http *h)
{
    if (!h)
        return;
    curl_easy_cleanup(h->easy);
    free(h);
}

void http_clocks(struct http *h, struct clocks *clocks)
{
    h->clocks = clocks;
}

void http_listen(struct http *h, bool (*stopped)(void *ctx), void *ctx)
{
    h->listener = stopped;
    h->listener_ctx = ctx;
    h->listened_ms = 0;
    h->stopped = false;
}

void http_confirming(struct http *h, bool on)
{
    h->confirming = on;
}

void http_answer_free(struct http_answer *a)
{
    if (!a)
        return;
    free(a->body);
    *a = (struct http_answer){0};
}

void http_escape(struct buf *out, const char *s)
{
    static const char hex[] = "0123456789ABCDEF";
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '_' || c == '.' || c == '~';
        if (plain) {
            buf_addc(out, *s);
        } else {
            buf_addc(out, '%');
            buf_addc(out, hex[c >> 4]);
            buf_addc(out, hex[c & 15]);
        }
    }
}

/* The host of url without user info: all of a URL that a message may show. */
static const char *url_host(const char *url, char out[HOST_BYTES])
{
    const char *at = strstr(url, "://");
    at = at ? at + 3 : url;
    size_t n = strcspn(at, "/?#");
    const char *user_end = memrchr(at, '@', n);
    if (user_end) {
        n -= (size_t)(user_end + 1 - at);
        at = user_end + 1;
    }
    if (n >= HOST_BYTES)
        n = HOST_BYTES - 1;
    memcpy(out, at, n);
    out[n] = '\0';
    return out;
}

static bool canceled(const struct http *h)
{
    return h->cancel && atomic_load(h->cancel);
}

/* Asked now and then, for the listener may have to look into the store. */
static bool stopped(struct http *h)
{
    int64_t now = clock_mono_ms();
    if (!h->listener || h->stopped || (h->listened_ms && now - h->listened_ms < LISTEN_MS))
        return h->stopped;
    h->listened_ms = now;
    h->stopped = h->listener(h->listener_ctx);
    h->stopped_ms = now;
    return h->stopped;
}

/* Does a stop end what would take so long? */
static bool stop_ends(struct http *h, int64_t ms)
{
    return stopped(h) && (!h->confirming || ms > CONFIRM_WAIT_MS ||
                          clock_mono_ms() - h->stopped_ms > CONFIRM_ALL_MS);
}

/* Sleeps, unless a stop ends it. */
static bool nap(struct http *h, int64_t ms)
{
    int64_t all = ms;
    do {
        int64_t part = h->listener && ms > LISTEN_MS ? LISTEN_MS : ms;
        if (stop_ends(h, all) || !clock_sleep_ms(part, h->cancel))
            return false;
        ms -= part;
    } while (ms > 0);
    return !stop_ends(h, 0);
}

bool http_pause(struct http *h, int64_t ms)
{
    return nap(h, ms);
}

static int set_canceled(const struct http_request *req, struct err *err)
{
    return err_set(err, ERR_CANCELED, "%s: stopped", req->what);
}

/* --- one try --------------------------------------------------------------- */

static size_t on_body(char *data, size_t size, size_t n, void *ctx)
{
    struct receipt *r = ctx;
    buf_addn(&r->body, data, size * n);
    return r->body.over ? 0 : size * n;
}

/* Copies the value of header `name` when the line is that header. */
static void take_header(const char *line, size_t n, const char *name, char *out, size_t out_size)
{
    size_t len = strlen(name);
    if (n <= len || strncasecmp(line, name, len) != 0 || line[len] != ':')
        return;
    line += len + 1;
    n -= len + 1;
    while (n && (*line == ' ' || *line == '\t'))
        line++, n--;
    while (n && (unsigned char)line[n - 1] <= ' ')
        n--;
    if (n >= out_size)
        n = out_size - 1;
    memcpy(out, line, n);
    out[n] = '\0';
}

static size_t on_header(char *line, size_t size, size_t n, void *ctx)
{
    struct receipt *r = ctx;
    n *= size;
    if (n > 5 && !strncmp(line, "HTTP/", 5)) /* a new answer, after a 100 */
        r->date[0] = r->retry_after[0] = '\0', r->dated_ms = 0;
    take_header(line, n, "date", r->date, sizeof r->date);
    if (*r->date && !r->dated_ms)
        r->dated_ms = clock_mono_ms();
    take_header(line, n, "retry-after", r->retry_after, sizeof r->retry_after);
    return n;
}

static int on_progress(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct transfer *t = ctx;
    (void)a, (void)b, (void)c, (void)d;
    bool stop = stopped(t->h); /* asked in any case: it tells people that it has heard them */
    return canceled(t->h) || (stop && !t->writes && !t->h->confirming);
}

static void add_header(struct curl_slist **list, const char *name, const char *value)
{
    AUTO_BUF line = BUF_INIT((size_t)64 << 10);
    buf_addf(&line, "%s: %s", name, value);
    struct curl_slist *grown = curl_slist_append(*list, buf_str(&line));
    if (!grown)
        abort(); /* no memory */
    *list = grown;
}

static struct curl_slist *make_headers(const struct http_request *req, bool has_body)
{
    struct curl_slist *list = NULL;
    for (size_t i = 0; i < req->n_headers; i++)
        add_header(&list, req->headers[i].name, req->headers[i].value);
    if (has_body)
        add_header(&list, "Content-Type",
                   req->content_type ? req->content_type : "application/json");
    add_header(&list, "Expect", ""); /* no 100-continue round trip */
    return list;
}

/* Only http and https, here and nowhere else: an address from the config must not read files. */
static void set_protocols(CURL *e)
{
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(e, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

static void set_options(struct transfer *t, const struct http_request *req, const char *body,
                        struct receipt *r)
{
    CURL *e = t->h->easy;
    long timeout = req->timeout_s ? (long)req->timeout_s : TIMEOUT_S;
    curl_easy_reset(e); /* keeps the connections */
    set_protocols(e);
    curl_easy_setopt(e, CURLOPT_URL, req->url);
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(e, CURLOPT_USERAGENT, "rosterd/" ROSTERD_VERSION);
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT, timeout < CONNECT_S ? timeout : (long)CONNECT_S);
    curl_easy_setopt(e, CURLOPT_TIMEOUT, timeout);
    curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME, (long)LOW_SPEED_S);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, r);
    curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(e, CURLOPT_HEADERDATA, r);
    curl_easy_setopt(e, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(e, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(e, CURLOPT_XFERINFODATA, t);
    /* On a kept connection that turns out dead, libcurl sends again by itself, a POST too: what
     * must not happen twice gets a connection of its own. */
    curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, req->repeatable ? 0L : 1L);
    if (body) {
        curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE,
                         (curl_off_t)(req->body_len && body == req->body ? req->body_len
                                                                         : strlen(body)));
        curl_easy_setopt(e, CURLOPT_POSTFIELDS, body);
    }
    if (body || strcmp(req->method, "GET") != 0)
        curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, req->method);
}

/* Retry-After in seconds: a number, or a date measured against the server's own clock. */
static unsigned read_retry_after(const struct receipt *r, int64_t date_ms)
{
    int64_t n = 0, at;
    if (base_parse_i64(r->retry_after, 0, INT64_MAX, &n))
        ;
    else if (date_ms && clock_parse_http_date(r->retry_after, &at) && at > date_ms)
        n = (at - date_ms + 999) / 1000;
    return (unsigned)(n > RETRY_AFTER_TOP ? RETRY_AFTER_TOP : n);
}

/* Why no whole answer came. Only an address that cannot be used is not worth another try; curl also
 * calls an answer that is no HTTP "unsupported protocol", and by then it has sent. */
static int curl_failed(CURLcode code, const struct http_request *req, const struct receipt *r,
                       bool sent, struct err *err)
{
    char host[HOST_BYTES];
    if (r->body.over)
        return err_set(err, ERR_DATA, "%s: %s %s: the answer is longer than %zu bytes", req->what,
                       req->method, url_host(req->url, host), r->body.max);
    if (code == CURLE_ABORTED_BY_CALLBACK)
        return set_canceled(req, err);
    bool unusable = code == CURLE_URL_MALFORMAT || (code == CURLE_UNSUPPORTED_PROTOCOL && !sent);
    return err_set(err, unusable ? ERR_DATA : ERR_TEMP, "%s: %s %s: %s", req->what, req->method,
                   url_host(req->url, host), curl_easy_strerror(code));
}

static const struct {
    int status;
    enum err_kind kind;
} status_kinds[] = {
    {401, ERR_AUTH}, {403, ERR_AUTH}, {404, ERR_GONE}, {410, ERR_GONE},
    {408, ERR_TEMP}, {409, ERR_TEMP}, {425, ERR_TEMP}, {429, ERR_TEMP},
};

static int status_failed(const struct http_request *req, const struct http_answer *a,
                         struct err *err)
{
    char host[HOST_BYTES];
    enum err_kind kind = a->status >= 500 ? ERR_TEMP : ERR_DATA;
    for (size_t i = 0; i < ARRAY_LEN(status_kinds); i++) {
        if (status_kinds[i].status == a->status)
            kind = status_kinds[i].kind;
    }
    err_set(err, kind, "%s: %s %s answered %d%s", req->what, req->method, url_host(req->url, host),
            a->status, a->status >= 300 && a->status < 400 ? ", a redirect: check api_url" : "");
    if (kind == ERR_TEMP)
        err->retry_s = a->retry_after_s;
    return -1;
}

/* By how much the server's clock differs from ours, as of that answer. */
static void note_date(struct http *h, const struct http_request *req, const struct receipt *r,
                      int64_t date_ms, int64_t asked_ms)
{
    char host[HOST_BYTES];
    if (!h->clocks || !date_ms)
        return;
    /* from the end backwards: our clock may have been set while we waited */
    int64_t now = clock_now_ms(), mono = clock_mono_ms();
    clocks_note(h->clocks, url_host(req->url, host), date_ms, now - (mono - asked_ms),
                now - (mono - r->dated_ms));
}

static int try_once(struct http *h, const struct http_request *req, const char *body,
                    struct http_answer *ret, struct err *err)
{
    struct receipt r = {.body = BUF_INIT(req->answer_max ? req->answer_max : ANSWER_MAX)};
    struct transfer transfer = {h, req->writes};
    bool sent_before = ret->sent;
    int64_t asked_ms = clock_mono_ms();
    struct curl_slist *headers = make_headers(req, body != NULL);
    set_options(&transfer, req, body, &r);
    curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, headers);
    CURLcode code = curl_easy_perform(h->easy);
    curl_slist_free_all(headers);

    long status = 0, request_bytes = 0;
    curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(h->easy, CURLINFO_REQUEST_SIZE, &request_bytes);
    http_answer_free(ret);
    ret->status = (int)status;
    ret->sent = sent_before || request_bytes > 0;
    if (!clock_parse_http_date(r.date, &ret->date_ms))
        ret->date_ms = 0;
    note_date(h, req, &r, ret->date_ms, asked_ms);
    ret->retry_after_s = read_retry_after(&r, ret->date_ms);
    ret->body_len = r.body.len;
    bool over = r.body.over;
    ret->body = buf_take(&r.body);
    r.body.over = over;
    if (code != CURLE_OK)
        return curl_failed(code, req, &r, request_bytes > 0, err);
    if (status < 200 || status > 299)
        return status_failed(req, ret, err);
    return 0;
}

/* --- tries ----------------------------------------------------------------- */

static int check_request(const struct http_request *req, struct err *err)
{
    for (size_t i = 0; i < req->n_headers; i++) {
        if (strpbrk(req->headers[i].value, "\r\n"))
            return err_set(err, ERR_DATA, "%s: a line break inside the header %s", req->what,
                           req->headers[i].name);
    }
    return 0;
}

/* Waits for the limiter's leave. A hold longer than we would sleep goes back to the caller. */
static int wait_turn(struct http *h, const struct http_request *req, struct err *err)
{
    int64_t ms;
    if (canceled(h) || stop_ends(h, 0))
        return set_canceled(req, err);
    while (req->limiter && (ms = limiter_take(req->limiter)) > 0) {
        if (ms > RETRY_AFTER_MAX * 1000) {
            err_set(err, ERR_TEMP, "%s: asked to wait %lld s before the next request", req->what,
                    (long long)(ms / 1000));
            err->retry_s = (unsigned)(ms / 1000);
            return -1;
        }
        if (!nap(h, ms))
            return set_canceled(req, err);
    }
    return 0;
}

static bool throttled(int status)
{
    return status == 429 || status == 529;
}

/* May a request that failed this way be sent once more? */
static bool may_repeat(const struct http_request *req, const struct http_answer *a,
                       const struct err *err)
{
    if (err->kind != ERR_TEMP)
        return false;
    return req->repeatable || throttled(a->status) || !a->sent;
}

/* Doubling from `first`, the upper half of it by chance, so that many clients do not come back at
 * the same moment. */
static int64_t backoff_ms(struct http *h, unsigned failures, int64_t first)
{
    int64_t ms = first;
    while (--failures > 0 && ms < MAX_WAIT_MS)
        ms *= 2;
    if (ms > MAX_WAIT_MS)
        ms = MAX_WAIT_MS;
    h->jitter ^= h->jitter << 13;
    h->jitter ^= h->jitter >> 7;
    h->jitter ^= h->jitter << 17;
    return ms / 2 + (int64_t)(h->jitter % (uint64_t)(ms / 2 + 1));
}

/* Sleeps before the next try; on a throttling answer everyone with this limiter waits as well. */
static int wait_retry(struct http *h, const struct http_request *req, const struct http_answer *a,
                      unsigned failures, struct err *err)
{
    int64_t ms;
    if (a->retry_after_s)
        ms = (int64_t)a->retry_after_s * 1000;
    else if (throttled(a->status) && req->busy_wait_s)
        ms = req->busy_wait_s * 500 + backoff_ms(h, failures, (int64_t)req->busy_wait_s * 1000);
    else
        ms = backoff_ms(h, failures, FIRST_WAIT_MS);
    if (throttled(a->status) && req->limiter)
        limiter_hold(req->limiter, ms);
    if (a->retry_after_s > RETRY_AFTER_MAX)
        return -1; /* err already says TEMP and retry_s */
    if (nap(h, ms))
        return 0;
    err->kind = ERR_CANCELED; /* why it would have been tried again is worth keeping */
    return err_wrap(err, "stopped before another try");
}

int http_do(struct http *h, const struct http_request *req, struct http_answer *ret,
            struct err *err)
{
    const char *body = req->body;
    *ret = (struct http_answer){.body = xstrdup("")};
    if (check_request(req, err))
        return -1;
    for (unsigned failures = 1;; failures++) {
        if (wait_turn(h, req, err))
            return -1;
        if (!try_once(h, req, body, ret, err))
            return 0;
        if (failures >= req->tries || !may_repeat(req, ret, err)) {
            if (throttled(ret->status) && ret->retry_after_s && req->limiter)
                limiter_hold(req->limiter, (int64_t)ret->retry_after_s * 1000);
            return -1;
        }
        if (wait_retry(h, req, ret, failures, err))
            return -1;
        const char *other = req->retry_body ? req->retry_body(req->retry_ctx, ret->status) : NULL;
        body = other ? other : body;
    }
}

const char *http_version(void)
{
    return curl_version_info(CURLVERSION_NOW)->version;
}
