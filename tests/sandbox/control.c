/* control.c: /_sandbox/...: what tests may ask of the sandbox itself. Never logged, never faulty.
 */
#include "tests/sandbox/control.h"
#include "tests/sandbox/coda.h"
#include "tests/sandbox/faults.h"
#include "tests/sandbox/festival.h"
#include "tests/sandbox/grist.h"
#include "tests/sandbox/life.h"
#include "tests/sandbox/nap.h"
#include "tests/sandbox/notion.h"
#include "tests/sandbox/reqlog.h"

#include <stdlib.h>
#include <string.h>

void control_fail(struct sb_reply *reply, int status, const char *why)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "error", why);
    sb_reply_json(reply, status, json);
}

const char *control_text(const cJSON *body, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(body, key));
}

cJSON *control_body(const struct sb_request *req, struct sb_reply *reply)
{
    cJSON *body = req->body_len ? cJSON_Parse(req->body) : cJSON_CreateObject();
    if (cJSON_IsObject(body))
        return body;
    cJSON_Delete(body);
    control_fail(reply, 400, "the body must be a JSON object");
    return NULL;
}

bool control_is(const struct sb_request *req, const char *method, const char *path)
{
    return strcmp(req->method, method) == 0 && strcmp(req->path, path) == 0;
}

static void reply_done(struct sb_reply *reply)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddTrueToObject(json, "ok");
    sb_reply_json(reply, 200, json);
}

static void get_facts(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    (void)req;
    sb_reply_json(reply, 200, festival_facts(sb));
}

static void get_log(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    const char *after = sb_arg(req, "after");
    sb_reply_json(reply, 200,
                  reqlog_json(sb->log, sb_arg(req, "service"),
                              after ? strtoull(after, NULL, 10) : 0,
                              sb_arg(req, "writes") != NULL));
}

static void clear_log(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    (void)req;
    reqlog_clear(sb->log);
    reply_done(reply);
}

static void get_faults(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    (void)req;
    sb_reply_json(reply, 200, faults_list(sb->faults));
}

static void post_fault(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    char why[240];
    cJSON *body = control_body(req, reply);
    if (!body)
        return;
    if (faults_add(sb->faults, body, why, sizeof why))
        reply_done(reply);
    else
        control_fail(reply, 400, why);
    cJSON_Delete(body);
}

static void clear_faults(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    (void)req;
    sb->faults->count = 0;
    reply_done(reply);
}

static void advance_clock(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    cJSON *body = control_body(req, reply);
    if (!body)
        return;
    const cJSON *ms = cJSON_GetObjectItemCaseSensitive(body, "advance_ms");
    if (!cJSON_IsNumber(ms) || ms->valuedouble < 0 || ms->valuedouble > 1e12) {
        control_fail(reply, 400, "advance_ms must be a number, 0 or more: time never goes back");
    } else {
        char now[32];
        sb->clock_offset_ms += (int64_t)ms->valuedouble;
        pthread_cond_broadcast(&sb->changed);
        iso_print(sb_now_ms(sb), now);
        cJSON *json = cJSON_CreateObject();
        cJSON_AddStringToObject(json, "now", now);
        sb_reply_json(reply, 200, json);
    }
    cJSON_Delete(body);
}

static const struct {
    const char *method, *path;
    void (*run)(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply);
} calls[] = {
    {"GET", "/facts", get_facts},      {"GET", "/log", get_log},
    {"POST", "/log/clear", clear_log}, {"GET", "/faults", get_faults},
    {"POST", "/fault", post_fault},    {"POST", "/fault/clear", clear_faults},
    {"POST", "/clock", advance_clock},
};

static void handle(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    for (size_t i = 0; i < COUNT_OF(calls); i++)
        if (control_is(req, calls[i].method, calls[i].path)) {
            calls[i].run(sb, req, reply);
            return;
        }
    if (strncmp(req->path, "/telegram/", 10) == 0 && telegram_control(sb, req, reply))
        return;
    if (strncmp(req->path, "/notion/", 8) == 0 && notion_control(sb, req, reply))
        return;
    if (strncmp(req->path, "/coda/", 6) == 0 && coda_control(sb, req, reply))
        return;
    if (strncmp(req->path, "/grist/", 7) == 0 && grist_control(sb, req, reply))
        return;
    if (life_control(sb, req, reply) || nap_control(sb, req, reply))
        return;
    control_fail(
        reply, 404,
        "unknown call: GET facts log faults life notion/pages coda/rows grist/rows; POST "
        "log/clear life nap fault fault/clear clock notion/page notion/purge notion/schema coda/row "
        "coda/schema grist/row grist/schema; telegram/...; see tests/sandbox/README.md");
}

const struct sb_service sb_control = {.name = "control", .prefix = "/_sandbox", .handle = handle};
