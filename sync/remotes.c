#include "sync/remotes.h"

#include "sync/http.h"
#include "sync/notes.h"

#include <stdlib.h>
#include <string.h>

struct limiters {
    const struct config *cfg;
    struct limiter **of;   /* by the remote's place in the config; several may be the same */
    struct notes **notes;  /* by the remote's place in the config */
    struct clocks *clocks; /* or NULL */
};

struct remotes {
    const struct config *cfg;
    struct limiters *limiters;
    struct http *http;
    struct remote **open; /* by the remote's place in the config */
    bool *borrowed;
};

static size_t place(const struct config *cfg, const struct remote_config *remote)
{
    size_t i = 0;
    while (i < cfg->n_remotes && cfg->remotes[i] != remote)
        i++;
    return i;
}

struct limiters *limiters_new(const struct config *cfg)
{
    struct limiters *l = xcalloc(1, sizeof *l);
    l->cfg = cfg;
    l->of = xcalloc(cfg->n_remotes, sizeof *l->of);
    l->notes = xcalloc(cfg->n_remotes, sizeof *l->notes);
    for (size_t i = 0; i < cfg->n_remotes; i++) {
        l->notes[i] = notes_new();
        const struct remote_config *r = cfg->remotes[i];
        for (size_t j = 0; j < i && !l->of[i]; j++) {
            if (!strcmp(cfg->remotes[j]->kind, r->kind) && str_eq(cfg->remotes[j]->token, r->token))
                l->of[i] = l->of[j];
        }
        const struct remote_ops *ops = remote_ops_find(r->kind);
        if (!l->of[i])
            l->of[i] = r->rate > 0 ? limiter_new(r->rate, r->rate * 3)
                                   : limiter_new(ops->rate, ops->burst);
    }
    return l;
}

void limiters_free(struct limiters *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->cfg->n_remotes; i++) {
        bool again = false;
        for (size_t j = 0; j < i; j++)
            again = again || l->of[j] == l->of[i];
        if (!again)
            limiter_free(l->of[i]);
        notes_free(l->notes[i]);
    }
    free(l->of);
    free(l->notes);
    free(l);
}

void limiters_clocks(struct limiters *l, struct clocks *clocks)
{
    l->clocks = clocks;
}

void limiters_hold(struct limiters *l, const struct remote_config *remote, int64_t ms)
{
    if (ms > 0)
        limiter_hold(l->of[place(l->cfg, remote)], ms);
}

struct notes *limiters_notes(struct limiters *l, const struct remote_config *remote)
{
    return l->notes[place(l->cfg, remote)];
}

struct remotes *remotes_new(const struct config *cfg, struct limiters *limiters,
                            const _Atomic bool *cancel)
{
    struct remotes *r = xcalloc(1, sizeof *r);
    r->cfg = cfg;
    r->limiters = limiters;
    r->http = http_new(cancel);
    http_clocks(r->http, limiters->clocks);
    r->open = xcalloc(cfg->n_remotes, sizeof *r->open);
    r->borrowed = xcalloc(cfg->n_remotes, sizeof *r->borrowed);
    return r;
}

void remotes_free(struct remotes *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->cfg->n_remotes; i++) {
        if (r->open[i] && !r->borrowed[i])
            r->open[i]->ops->close(r->open[i]);
    }
    http_free(r->http);
    free(r->open);
    free(r->borrowed);
    free(r);
}

void remotes_listen(struct remotes *r, bool (*stopped)(void *ctx), void *ctx)
{
    http_listen(r->http, stopped, ctx);
}

int remotes_get(struct remotes *r, const struct remote_config *cfg, struct remote **ret,
                struct err *err)
{
    size_t i = place(r->cfg, cfg);
    if (!r->open[i] &&
        remote_ops_find(cfg->kind)->open(cfg, r->http, r->limiters->of[i], &r->open[i], err))
        return -1;
    if (!r->borrowed[i])
        r->open[i]->notes = r->limiters->notes[i];
    *ret = r->open[i];
    return 0;
}

void remotes_job(struct remotes *r, const struct remote_config *cfg, int64_t job)
{
    notes_begin(limiters_notes(r->limiters, cfg), job);
}

/* The note of a table that is as it was. */
static void same_key(const char *flow, struct buf *out)
{
    buf_addf(out, "same %s", flow);
}

void remotes_note_same(struct remotes *r, const struct remote_config *cfg, const char *flow)
{
    AUTO_BUF key = BUF_INIT(1024);
    same_key(flow, &key);
    notes_put_job(limiters_notes(r->limiters, cfg), buf_str(&key), "");
}

bool remotes_said_same(struct remotes *r, const struct remote_config *cfg, int64_t job,
                       const char *flow)
{
    AUTO_BUF key = BUF_INIT(1024);
    same_key(flow, &key);
    return notes_in_job(limiters_notes(r->limiters, cfg), job, buf_str(&key));
}

void remotes_replace(struct remotes *r, const struct remote_config *cfg, struct remote *stand_in)
{
    size_t i = place(r->cfg, cfg);
    if (r->open[i] && !r->borrowed[i])
        r->open[i]->ops->close(r->open[i]);
    r->open[i] = stand_in;
    r->borrowed[i] = true;
}
