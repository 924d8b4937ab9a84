#include "bot/job_options.h"

#include "store/base/json.h"

#include <string.h>

void job_options_write(const struct job_options *o, struct buf *out)
{
    buf_addf(out, "{\"full\":%s,\"preview\":%s,\"plan\":%lld", o->full ? "true" : "false",
             o->preview ? "true" : "false", (long long)o->plan);
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
    *ret = o;
    return 0;
}
