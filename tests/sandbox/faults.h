/* faults.h: orders to misbehave, given by tests through /_sandbox/fault and taken by the server. */
#ifndef SANDBOX_FAULTS_H
#define SANDBOX_FAULTS_H

#include "tests/sandbox/sandbox.h"

#define FAULTS_MAX 64

enum fault_kind {
    FAULT_NONE,
    FAULT_STATUS,   /* an error of the vendor's own shape: "429", "503", "expired" (401) ... */
    FAULT_HTML,     /* "html502": a gateway's page instead of JSON */
    FAULT_SLOW,     /* ms later all is done properly: the effect and the answer */
    FAULT_LATE,     /* the effect happens at once, the answer comes ms later */
    FAULT_TRUNCATE, /* the effect happens, half of the answer arrives */
    FAULT_LOST,     /* the effect happens, no answer arrives */
    FAULT_CLOSE,    /* nothing happens, the connection closes */
    FAULT_NOTJSON,
    FAULT_EMPTY,
    FAULT_HUGE,        /* 50 MB of something like JSON */
    FAULT_DEEP,        /* 100,000 arrays in each other */
    FAULT_CURSOR_LOOP, /* a listing whose next page is always the same one */
    FAULT_DROP,        /* Coda and Grist: accepted and never applied */
};

struct fault {
    enum fault_kind kind;
    int status;
    char service[16], method[8], path[200];
    long after; /* matching requests to let through first */
    long count; /* how many more to spoil, -1: for ever */
    unsigned retry_after, ms, hits;
    char kind_name[16];
    char cursor[600]; /* cursor_loop: the cursor that is handed out again and again */
};

struct faults {
    struct fault items[FAULTS_MAX];
    size_t count;
};

/* Reads one order; returns false with a sentence in ret_why when it makes no sense. */
bool faults_add(struct faults *faults, const cJSON *order, char *ret_why, size_t why_size);
cJSON *faults_list(const struct faults *faults);

/* The fault that this request must suffer, counted down; NULL when none. */
struct fault *faults_take(struct faults *faults, const char *service, const char *method,
                          const char *path);

/* Answers instead of the service; false when the fault lets the service work first. */
bool faults_before(const struct fault *fault, const char *service, struct sb_reply *reply);

/* Rewrites a listing's cursor so that it never ends. */
void faults_loop_cursor(struct fault *fault, struct sb_reply *reply);

/* An error body as the vendor writes it. */
cJSON *vendor_error(const char *service, int status, unsigned retry_after);
const char *http_reason(int status);

#endif
