#include "sync/choose.h"

#include "store/base/secret.h"

#include <stdio.h>
#include <string.h>

static bool among(const struct step *steps, size_t n, const struct flow *f, bool push)
{
    for (size_t i = 0; i < n; i++) {
        if (steps[i].flow == f && steps[i].push == push)
            return true;
    }
    return false;
}

static bool chosen(const struct choice *c, const struct flow *f, bool push)
{
    return among(c->steps, c->n, f, push);
}

static void add_step(struct choice *c, const struct flow *f, bool push)
{
    if (!chosen(c, f, push) && c->n < CHOICE_MAX)
        c->steps[c->n++] = (struct step){f, push};
}

static void add_flow(struct choice *c, const struct flow *f)
{
    if (f->direction != DIR_PUSH)
        add_step(c, f, false);
    if (f->direction != DIR_PULL)
        add_step(c, f, true);
}

/* A list of flows is run in the order of the config, which is that of their dependence; what is
 * sent out is sent when everything has come in. */
static void in_order(const struct config *cfg, struct choice *c)
{
    struct choice sorted = {.cycle = NULL};
    for (int push = 0; push < 2; push++) {
        for (size_t i = 0; i < cfg->n_flows; i++) {
            if (chosen(c, cfg->flows[i], push))
                add_step(&sorted, cfg->flows[i], push);
        }
    }
    *c = sorted;
}

static void make_key(struct choice *c)
{
    AUTO_BUF names = BUF_INIT(8192);
    for (size_t i = 0; i < c->n; i++)
        buf_addf(&names, "%s%s", i ? "+" : c->cycle ? "cycle:" : "sync:", step_name(&c->steps[i]));
    if (names.len < sizeof c->key) {
        str_copy(c->key, sizeof c->key, buf_str(&names));
    } else {
        char hex[33];
        hash_hex(buf_str(&names), hex);
        snprintf(c->key, sizeof c->key, "sync:%s", hex);
    }
}

int choose_flows(const struct config *cfg, const char *const *names, size_t n, struct choice *ret,
                 size_t *ret_bad)
{
    struct choice c = {.n = 0};
    bool as_written = n == 1 && strcmp(names[0], "all");
    for (size_t i = 0; i < n; i++) {
        const struct flow *f = config_flow(cfg, names[i]);
        struct step one = {NULL, false};
        const struct cycle *y = config_cycle(cfg, names[i]);
        bool all = !strcmp(names[i], "all");
        bool directed = !f && config_step(cfg, names[i], &one);
        if (!f && !directed && !y && !all) {
            *ret_bad = i;
            return -1;
        }
        if (f)
            add_flow(&c, f);
        if (directed)
            add_step(&c, one.flow, one.push);
        for (size_t k = 0; !f && y && k < y->n; k++)
            add_step(&c, y->steps[k].flow, y->steps[k].push);
        c.cycle = as_written && !f ? y : NULL;
        for (size_t k = 0; all && !f && !y && k < cfg->n_flows; k++)
            add_flow(&c, cfg->flows[k]);
    }
    if (!as_written)
        in_order(cfg, &c);
    make_key(&c);
    *ret = c;
    return 0;
}

bool choose_step(const struct config *cfg, const char *name, struct choice *ret)
{
    struct choice c = {.n = 1};
    if (!config_step(cfg, name, &c.steps[0]))
        return false;
    make_key(&c);
    *ret = c;
    return true;
}

const char *choose_name(const struct step *s, struct buf *out)
{
    bool both = s->flow->direction == DIR_BOTH;
    buf_addf(out, "%s%s", step_name(s), both && !s->push ? ":pull" : "");
    return buf_str(out);
}

bool choose_whole(const struct step *steps, size_t n, const struct flow *f)
{
    return (f->direction == DIR_PUSH || among(steps, n, f, false)) &&
           (f->direction == DIR_PULL || among(steps, n, f, true));
}

bool choose_all(const struct config *cfg, const struct step *steps, size_t n)
{
    for (size_t i = 0; i < cfg->n_flows; i++) {
        if (!choose_whole(steps, n, cfg->flows[i]))
            return false;
    }
    return true;
}

const char *choose_names(const struct config *cfg, const struct step *steps, size_t n,
                         struct buf *out)
{
    if (cfg->n_flows > 1 && choose_all(cfg, steps, n)) {
        buf_add(out, "all");
        return buf_str(out);
    }
    for (size_t i = 0; i < n; i++) {
        const struct flow *f = steps[i].flow;
        bool whole = choose_whole(steps, n, f);
        if (whole && (among(steps, i, f, true) || among(steps, i, f, false)))
            continue;
        buf_add(out, out->len ? " " : "");
        if (whole)
            buf_add(out, f->name);
        else
            choose_name(&steps[i], out);
    }
    return buf_str(out);
}
