/* grist_talk.h: asks the sandbox's Grist over a plain socket, so that a test says every byte of the
 * head itself: no key, another scheme, no content type, twenty requests at once. One thread; texts
 * live in the world's arena. */
#ifndef TESTS_SUPPORT_GRIST_TALK_H
#define TESTS_SUPPORT_GRIST_TALK_H

#include "tests/e2e/e2e.h"

struct grist_ask {
    const char *method, *path; /* path: "/api/docs/…", escaped */
    const char *body;          /* NULL: none */
    size_t body_len;           /* 0: strlen(body) */
    const char *auth;          /* the Authorization header; NULL: the owner's key; "": none */
    const char *type;          /* Content-Type; NULL: JSON; "": none */
    const char *more;          /* further header lines, each ending in \r\n; NULL: none */
};

struct grist_said {
    int status;
    const char *head, *text; /* text: NUL-terminated; may hold more NULs when it is no text */
    size_t length;
};

/* Several may be under way: begin each, then end each. */
int grist_begin(struct e2e *e, const struct grist_ask *ask);
struct grist_said grist_end(struct e2e *e, int socket);
struct grist_said grist_tell(struct e2e *e, const struct grist_ask *ask);

/* Asks as the owner; path is below the document. The answer's JSON, the caller's (AUTO_JSON); fails
 * unless the status is that one. */
cJSON *grist_do(struct e2e *e, const char *doc, const char *method, const char *path,
                const char *body, int status);
/* The same, and the answer is exactly this JSON. */
void grist_is(struct e2e *e, const char *doc, const char *method, const char *path,
              const char *body, int status, const char *answer);
/* The same for another key. */
void grist_is_for(struct e2e *e, const char *key, const char *doc, const char *method,
                  const char *path, const char *body, int status, const char *answer);

/* A fresh document with Table1; its id. */
const char *grist_fresh(struct e2e *e);

/* Percent-encodes a query value. */
const char *grist_escape(struct e2e *e, const char *text);

#endif
