/* reqlog.c: see reqlog.h. */
#include "tests/sandbox/reqlog.h"
#include "tests/sandbox/util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQLOG_ANSWER 1000 /* entries told at once, the newest ones */

static const char *const services[REQLOG_SERVICES] = {"telegram", "notion", "coda", "grist"};

static bool is_write(size_t service, const char *method, const char *path)
{
    if (service == 1) /* Notion: a query and a search are reads */
        return strcmp(method, "PATCH") == 0 || strcmp(method, "DELETE") == 0 ||
               (strcmp(method, "POST") == 0 && strstr(path, "/v1/pages"));
    if (service == 2)
        return strcmp(method, "GET") != 0;
    if (service == 3) /* Grist: a SELECT and a listing may come in a body */
        return strcmp(method, "GET") != 0 && !strstr(path, "/sql") &&
               !strstr(path, "/records/list");
    const char *call = strrchr(path, '/');
    return call && strncmp(call, "/get", 4) != 0;
}

static char *cut(const char *text, size_t limit)
{
    size_t length = strlen(text);
    if (length > limit) {
        length = limit;
        while (length && ((unsigned char)text[length] & 0xc0) == 0x80)
            length--; /* never through a letter: the log is JSON */
    }
    char *copy = sb_alloc(length + 1);
    memcpy(copy, text, length);
    return copy;
}

void reqlog_add(struct sandbox *sb, const char *service, const char *method, const char *path,
                const char *body, int status)
{
    struct reqlog *log = sb->log;
    size_t number = 0;
    while (number < REQLOG_SERVICES && strcmp(services[number], service) != 0)
        number++;
    if (number == REQLOG_SERVICES)
        return;
    struct reqlog_entry *entry = &log->ring[log->last % REQLOG_RING];
    free(entry->path);
    free(entry->body);
    *entry = (struct reqlog_entry){.n = ++log->last,
                                   .at = sb_now_ms(sb),
                                   .service = number,
                                   .status = status,
                                   .write = is_write(number, method, path),
                                   .path = cut(path, REQLOG_BODY),
                                   .body = cut(body, REQLOG_BODY)};
    snprintf(entry->method, sizeof entry->method, "%s", method);
    log->counters[number].reads += !entry->write;
    log->counters[number].writes += entry->write;
    log->counters[number].limited += status == 429;
}

static cJSON *entry_json(const struct reqlog_entry *entry)
{
    char at[32];
    iso_print(entry->at, at);
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "n", (double)entry->n);
    cJSON_AddStringToObject(json, "at", at);
    cJSON_AddStringToObject(json, "service", services[entry->service]);
    cJSON_AddStringToObject(json, "method", entry->method);
    cJSON_AddStringToObject(json, "path", entry->path);
    cJSON_AddNumberToObject(json, "status", entry->status);
    cJSON_AddBoolToObject(json, "write", entry->write);
    cJSON_AddStringToObject(json, "body", entry->body);
    return json;
}

cJSON *reqlog_json(const struct reqlog *log, const char *service, uint64_t after, bool writes)
{
    cJSON *json = cJSON_CreateObject();
    cJSON *counters = cJSON_AddObjectToObject(json, "counters");
    for (size_t i = 0; i < REQLOG_SERVICES; i++) {
        cJSON *of = cJSON_AddObjectToObject(counters, services[i]);
        cJSON_AddNumberToObject(of, "reads", (double)log->counters[i].reads);
        cJSON_AddNumberToObject(of, "writes", (double)log->counters[i].writes);
        cJSON_AddNumberToObject(of, "429", (double)log->counters[i].limited);
    }
    cJSON_AddNumberToObject(json, "last", (double)log->last);
    cJSON *list = cJSON_AddArrayToObject(json, "requests");
    uint64_t oldest = log->last > REQLOG_RING ? log->last - REQLOG_RING : 0;
    size_t told = 0;
    for (uint64_t n = log->last; n > oldest && n > after && told < REQLOG_ANSWER; n--) {
        const struct reqlog_entry *entry = &log->ring[(n - 1) % REQLOG_RING];
        if (entry->n != n || (writes && !entry->write) ||
            (service && strcmp(services[entry->service], service) != 0))
            continue;
        cJSON_InsertItemInArray(list, 0, entry_json(entry));
        told++;
    }
    return json;
}

void reqlog_clear(struct reqlog *log)
{
    for (size_t i = 0; i < REQLOG_RING; i++) {
        free(log->ring[i].path);
        free(log->ring[i].body);
        log->ring[i] = (struct reqlog_entry){0};
    }
    memset(log->counters, 0, sizeof log->counters);
}
