#include "sync/report.h"

#include <string.h>

/* One row for each number, so that writing and reading cannot drift apart. */
static const struct {
    const char *name;
    size_t offset;
} numbers[] = {
    {"run", offsetof(struct report, run)},
    {"inserted", offsetof(struct report, counts.inserted)},
    {"updated", offsetof(struct report, counts.updated)},
    {"unchanged", offsetof(struct report, counts.unchanged)},
    {"deleted", offsetof(struct report, counts.deleted)},
    {"new_invalid", offsetof(struct report, counts.invalid)},
    {"conflicts", offsetof(struct report, counts.conflicts)},
    {"ids", offsetof(struct report, counts.ids)},
    {"read", offsetof(struct report, read)},
    {"known", offsetof(struct report, known)},
    {"waiting", offsetof(struct report, waiting)},
    {"invalid", offsetof(struct report, invalid)},
    {"unread", offsetof(struct report, unread)},
    {"new_unread", offsetof(struct report, new_unread)},
    {"freed", offsetof(struct report, freed)},
    {"unnamed", offsetof(struct report, unnamed)},
    {"plan", offsetof(struct report, plan)},
    {"held", offsetof(struct report, held)},
    {"gone", offsetof(struct report, gone)},
    {"future", offsetof(struct report, future)},
    {"took_ms", offsetof(struct report, took_ms)},
};
static const struct {
    const char *name;
    size_t offset;
} flags[] = {
    {"push", offsetof(struct report, push)},         {"marks", offsetof(struct report, marks)},
    {"full", offsetof(struct report, full)},         {"dry_run", offsetof(struct report, dry_run)},
    {"complete", offsetof(struct report, complete)},
};

static void add_text(struct buf *out, const char *key, const char *text)
{
    buf_addf(out, ",\"%s\":", key);
    if (text)
        json_quote(out, text);
    else
        buf_add(out, "null");
}

void report_to_json(const struct report *r, struct buf *out)
{
    buf_add(out, "{\"flow\":");
    json_quote(out, r->flow);
    add_text(out, "state", r->state);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        int64_t n;
        memcpy(&n, (const char *)r + numbers[i].offset, sizeof n);
        buf_addf(out, ",\"%s\":%s", numbers[i].name, STR_I64(n));
    }
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        bool b;
        memcpy(&b, (const char *)r + flags[i].offset, sizeof b);
        buf_addf(out, ",\"%s\":%s", flags[i].name, b ? "true" : "false");
    }
    add_text(out, "error_kind", r->error ? err_kind_name(r->error_kind) : NULL);
    add_text(out, "error", r->error);
    add_text(out, "future_row", r->future_row);
    add_text(out, "unnamed_names", r->unnamed_names);
    buf_add(out, ",\"samples\":[");
    for (size_t i = 0; i < r->n_samples; i++) {
        buf_add(out, i ? ",{\"remote_id\":" : "{\"remote_id\":");
        json_quote(out, r->samples[i].remote_id);
        add_text(out, "reason", r->samples[i].reason);
        add_text(out, "detail", r->samples[i].detail);
        buf_addf(out, ",\"waiting\":%s,\"rows\":%s}", r->samples[i].waiting ? "true" : "false",
                 STR_I64(r->samples[i].n));
    }
    buf_add(out, "]}");
}

static const char *text_of(const cJSON *tree, const char *key, struct arena *arena)
{
    return arena_strdup(arena, json_text(tree, key));
}

int report_from_json(const cJSON *tree, struct arena *arena, struct report *ret, struct err *err)
{
    struct report r = {.flow = text_of(tree, "flow", arena),
                       .state = text_of(tree, "state", arena)};
    if (!r.flow || !r.state)
        return err_set(err, ERR_DATA, "a job's report lacks its flow or state");
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        int64_t n = 0;
        json_i64(tree, numbers[i].name, &n);
        memcpy((char *)&r + numbers[i].offset, &n, sizeof n);
    }
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        bool b = json_bool(tree, flags[i].name);
        memcpy((char *)&r + flags[i].offset, &b, sizeof b);
    }
    r.error = text_of(tree, "error", arena);
    r.future_row = text_of(tree, "future_row", arena);
    r.unnamed_names = text_of(tree, "unnamed_names", arena);
    const char *kind = json_text(tree, "error_kind");
    for (int k = ERR_NONE; kind && k <= ERR_CANCELED; k++) {
        if (!strcmp(kind, err_kind_name((enum err_kind)k)))
            r.error_kind = (enum err_kind)k;
    }
    const cJSON *list = json_at(tree, "samples");
    for (const cJSON *s = list ? list->child : NULL; s && r.n_samples < REPORT_SAMPLES;
         s = s->next) {
        int64_t n = 1;
        json_i64(s, "rows", &n);
        r.samples[r.n_samples++] = (struct sample){
            .n = n,
            .remote_id = text_of(s, "remote_id", arena),
            .reason = text_of(s, "reason", arena),
            .detail = text_of(s, "detail", arena),
            .waiting = json_bool(s, "waiting"),
        };
    }
    *ret = r;
    return 0;
}

bool report_is_quiet(const struct report *r)
{
    return !r->error && !r->run;
}
