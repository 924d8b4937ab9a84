#include "sync/choose.h"

#include "store/base/secret.h"

#include <stdio.h>
#include <string.h>

static void add_flow(struct choice *c, const struct flow *f)
{
    for (size_t i = 0; i < c->n; i++) {
        if (c->flows[i] == f)
            return;
    }
    if (c->n < CHOICE_MAX)
        c->flows[c->n++] = f;
}

static bool chosen(const struct choice *c, const struct flow *f)
{
    for (size_t i = 0; i < c->n; i++) {
        if (c->flows[i] == f)
            return true;
    }
    return false;
}

/* A list of flows is run in the order of the config, which is that of their dependence. */
static void in_order(const struct config *cfg, struct choice *c)
{
    struct choice sorted = {.n = 0};
    for (size_t i = 0; i < cfg->n_flows; i++) {
        if (chosen(c, cfg->flows[i]))
            add_flow(&sorted, cfg->flows[i]);
    }
    *c = sorted;
}

static void make_key(struct choice *c)
{
    AUTO_BUF names = BUF_INIT(8192);
    for (size_t i = 0; i < c->n; i++)
        buf_addf(&names, "%s%s", i ? "+" : "sync:", c->flows[i]->name);
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
    bool as_written = n == 1;
    for (size_t i = 0; i < n; i++) {
        const struct flow *f = config_flow(cfg, names[i]);
        const struct cycle *y = config_cycle(cfg, names[i]);
        bool all = !strcmp(names[i], "all");
        if (!f && !y && !all) {
            *ret_bad = i;
            return -1;
        }
        if (f)
            add_flow(&c, f);
        for (size_t k = 0; !f && y && k < y->n; k++)
            add_flow(&c, y->steps[k]);
        for (size_t k = 0; !f && !y && k < cfg->n_flows; k++)
            add_flow(&c, cfg->flows[k]);
    }
    if (!as_written)
        in_order(cfg, &c);
    make_key(&c);
    *ret = c;
    return 0;
}
