/* control.h: small helpers of the /_sandbox calls. */
#ifndef SANDBOX_CONTROL_H
#define SANDBOX_CONTROL_H

#include "tests/sandbox/sandbox.h"

void control_fail(struct sb_reply *reply, int status, const char *why);
const char *control_text(const cJSON *body, const char *key); /* NULL when absent or no string */
/* The JSON object in the request; NULL, with the answer written, when there is none. */
cJSON *control_body(const struct sb_request *req, struct sb_reply *reply);
bool control_is(const struct sb_request *req, const char *method, const char *path);

#endif
