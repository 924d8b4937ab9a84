/* nap.c: see nap.h. */
#include "tests/sandbox/nap.h"
#include "tests/sandbox/control.h"
#include "tests/sandbox/server.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NAP_MS_MAX 60000
#define ANSWER_NS  50000000 /* for the answer to leave */

/* The main thread waits for signals: this one wakes it. */
static void fall_asleep(struct sandbox *sb)
{
    sb->nap.due = true;
    kill(getpid(), SIGUSR2);
}

void nap_count(struct sandbox *sb, const char *service)
{
    struct sb_nap *nap = &sb->nap;
    if (!nap->ms || nap->due || (*nap->service && strcmp(nap->service, service) != 0))
        return;
    if (nap->left > 0 && --nap->left == 0)
        fall_asleep(sb);
}

static double number(const cJSON *body, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(body, key);
    return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

static void order(struct sandbox *sb, const cJSON *body, struct sb_reply *reply)
{
    double ms = number(body, "ms"), after = number(body, "after");
    const char *service = control_text(body, "service");
    if (ms < 1 || ms > NAP_MS_MAX || after < 0 || after > 1e6) {
        control_fail(reply, 400, "ms must be 1 to 60000, after 0 or more");
        return;
    }
    sb->nap = (struct sb_nap){.ms = (int64_t)ms, .left = (unsigned)after};
    snprintf(sb->nap.service, sizeof sb->nap.service, "%s", service ? service : "");
    sb->nap.at_once = !sb->nap.left;
    if (sb->nap.at_once)
        fall_asleep(sb);
    cJSON *json = cJSON_CreateObject();
    cJSON_AddTrueToObject(json, "ok");
    sb_reply_json(reply, 200, json);
}

bool nap_control(struct sandbox *sb, const struct sb_request *req, struct sb_reply *reply)
{
    if (!control_is(req, "POST", "/nap"))
        return false;
    cJSON *body = control_body(req, reply);
    if (body)
        order(sb, body, reply);
    cJSON_Delete(body);
    return true;
}

struct MHD_Daemon *nap_take(struct sandbox *sb, struct MHD_Daemon *server)
{
    pthread_mutex_lock(&sb->lock);
    int64_t ms = sb->nap.due ? sb->nap.ms : 0;
    bool at_once = sb->nap.at_once;
    if (ms)
        sb->nap = (struct sb_nap){0};
    pthread_mutex_unlock(&sb->lock);
    if (!ms)
        return server;
    printf("closed for %lld ms\n", (long long)ms);
    fflush(stdout);
    if (at_once)
        nanosleep(&(const struct timespec){.tv_nsec = ANSWER_NS}, NULL);
    server_stop(sb, server);
    const struct timespec nap = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&nap, NULL);
    sb->stopping = false; /* nobody else is there: all connections have ended */
    sb->opt.port = sb->port;
    struct MHD_Daemon *again = server_start(sb);
    puts("open again");
    fflush(stdout);
    return again;
}
