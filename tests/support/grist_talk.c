/* grist_talk.c: see grist_talk.h. */
#include "tests/support/grist_talk.h"

#include "sync/http.h"
#include "tests/sandbox/ids.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_MAX ((size_t)64 << 20)

static void send_all(int socket, const char *bytes, size_t length)
{
    while (length) {
        ssize_t sent = send(socket, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0)
            fail_msg("the sandbox takes no more");
        bytes += sent;
        length -= (size_t)sent;
    }
}

int grist_begin(struct e2e *e, const struct grist_ask *ask)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)e->port)};
    AUTO_BUF head = BUF_INIT(1 << 20);
    const char *auth = ask->auth ? ask->auth : "Bearer " SB_GRIST_TOKEN;
    const char *type = ask->type ? ask->type : "application/json";
    size_t length = ask->body_len ? ask->body_len : ask->body ? strlen(ask->body) : 0;
    int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (made < 0 || connect(made, (struct sockaddr *)&to, sizeof to))
        fail_msg("the sandbox does not answer");
    buf_addf(&head, "%s /grist%s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n", ask->method,
             ask->path);
    if (*auth)
        buf_addf(&head, "Authorization: %s\r\n", auth);
    if (ask->body && *type)
        buf_addf(&head, "Content-Type: %s\r\n", type);
    if (ask->body)
        buf_addf(&head, "Content-Length: %zu\r\n", length);
    buf_addf(&head, "%s\r\n", ask->more ? ask->more : "");
    send_all(made, buf_str(&head), head.len);
    send_all(made, ask->body, length);
    return made;
}

struct grist_said grist_end(struct e2e *e, int socket)
{
    AUTO_BUF got = BUF_INIT(ANSWER_MAX);
    char part[65536];
    ssize_t n;
    while ((n = recv(socket, part, sizeof part, 0)) > 0)
        buf_addn(&got, part, (size_t)n);
    close(socket);
    char *all = arena_alloc(e->arena, got.len + 1, 1);
    memcpy(all, buf_str(&got), got.len);
    all[got.len] = '\0';
    char *end = strstr(all, "\r\n\r\n");
    struct grist_said said = {.head = all};
    if (!end || sscanf(all, "HTTP/1.1 %d", &said.status) != 1)
        fail_msg("that is no answer: %s", all);
    *end = '\0';
    said.text = end + 4;
    said.length = got.len - (size_t)(said.text - all);
    return said;
}

struct grist_said grist_tell(struct e2e *e, const struct grist_ask *ask)
{
    return grist_end(e, grist_begin(e, ask));
}

static cJSON *ask_json(struct e2e *e, const char *key, const char *doc, const char *method,
                       const char *path, const char *body, int status)
{
    struct err err = {0};
    cJSON *tree = NULL;
    struct grist_said said =
        grist_tell(e,
                   &(struct grist_ask){.method = method,
                                       .path = arena_printf(e->arena, "/api/docs/%s%s", doc, path),
                                       .body = body,
                                       .auth = arena_printf(e->arena, "Bearer %s", key)});
    if (said.status != status)
        fail_msg("%s %s: %d %s", method, path, said.status, said.text);
    assert_ok(json_parse(said.text, said.length, &tree, &err), err);
    return tree;
}

cJSON *grist_do(struct e2e *e, const char *doc, const char *method, const char *path,
                const char *body, int status)
{
    return ask_json(e, SB_GRIST_TOKEN, doc, method, path, body, status);
}

void grist_is_for(struct e2e *e, const char *key, const char *doc, const char *method,
                  const char *path, const char *body, int status, const char *answer)
{
    AUTO_JSON *got = ask_json(e, key, doc, method, path, body, status);
    AUTO_JSON *wanted = cJSON_Parse(answer);
    assert_non_null(wanted);
    if (!cJSON_Compare(got, wanted, true))
        fail_msg("%s %s %s:\n%s\nis not\n%s", method, path, body ? body : "",
                 cJSON_PrintUnformatted(got), answer);
}

void grist_is(struct e2e *e, const char *doc, const char *method, const char *path,
              const char *body, int status, const char *answer)
{
    grist_is_for(e, SB_GRIST_TOKEN, doc, method, path, body, status, answer);
}

const char *grist_fresh(struct e2e *e)
{
    struct grist_said said = grist_tell(e, &(struct grist_ask){.method = "POST",
                                                               .path = "/api/workspaces/2/docs",
                                                               .body = "{\"name\":\"x\"}"});
    assert_int_equal(said.status, 200);
    assert_int_equal(said.length, 24); /* 22 letters between quotes */
    return arena_printf(e->arena, "%.22s", said.text + 1);
}

const char *grist_escape(struct e2e *e, const char *text)
{
    AUTO_BUF out = BUF_INIT(1 << 20);
    http_escape(&out, text);
    return arena_strdup(e->arena, buf_str(&out));
}
