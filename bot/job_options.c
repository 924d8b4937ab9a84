#include "bot/job_options.h"

#include "store/base/json.h"

#include <string.h>

int64_t job_options_plan(const struct job_options *o, size_t step)
{
    return o->n_plans ? step < o->n_plans ? o->plans[step] : 0 : o->plan;
}

void job_options_write(const struct job_options *o, struct buf *out)
{
    buf_addf(out, "{\"full\":%s,\"preview\":%s,\"plan\":%lld", o->full ? "true" : "false",
             o->preview ? "true" : "false", (long long)o->plan);
    for (size_t i = 0; i < o->n_plans; i++)
        buf_addf(out, "%s%lld%s", i ? "," : ",\"plans\":[", (long long)o->plans[i],
                 i + 1 == o->n_plans ? "]" : "");
    if (o->cycle) {
        buf_add(out, ",\"cycle\":");
        json_quote(out, o->cycle);
    }
    buf_addc(out, '}');
}

int job_options_read(const char *json, struct arena *arena, struct job_options *ret,
                     struct err *err)
{
    AUTO_JSON *tree = NULL;
    if (json_parse(json, strlen(json), &tree, err))
        return -1;
    struct job_options o = {.full = json_bool(tree, "full"),
                            .preview = json_bool(tree, "preview"),
                            .cycle = arena_strdup(arena, json_text(tree, "cycle"))};
    json_i64(tree, "plan", &o.plan);
    const cJSON *list = json_at(tree, "plans");
    int n = list ? cJSON_GetArraySize(list) : 0;
    int64_t *plans = arena_alloc(arena, n > 0 ? (size_t)n : 1, sizeof *plans);
    for (const cJSON *p = list ? list->child : NULL; p; p = p->next)
        json_i64(p, "", &plans[o.n_plans++]);
    o.plans = plans;
    *ret = o;
    return 0;
}
