/* reqlog.h: what the sandbox was asked, for tests that must prove "no write happened". */
#ifndef SANDBOX_REQLOG_H
#define SANDBOX_REQLOG_H

#include "tests/sandbox/sandbox.h"

#define REQLOG_RING     4096
#define REQLOG_BODY     2000
#define REQLOG_SERVICES 4

struct reqlog_entry {
    uint64_t n; /* 1, 2, 3 ...; 0: the place is free */
    int64_t at;
    size_t service;
    char method[8];
    int status; /* 0: closed without an answer */
    bool write;
    char *path, *body;
};

struct reqlog {
    struct reqlog_entry ring[REQLOG_RING];
    uint64_t last;
    struct {
        uint64_t reads, writes, limited;
    } counters[REQLOG_SERVICES];
};

void reqlog_add(struct sandbox *sb, const char *service, const char *method, const char *path,
                const char *body, int status);
/* writes: only those */
cJSON *reqlog_json(const struct reqlog *log, const char *service, uint64_t after, bool writes);
void reqlog_clear(struct reqlog *log);

#endif
