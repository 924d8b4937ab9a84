#include "tests/loopback.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define PEERS_MAX   16
#define REQUEST_MAX ((size_t)4 << 20)

struct peer {
    int fd; /* < 0: free */
    unsigned number;
    struct buf in;
};

struct loopback {
    int listener, stop_pipe[2];
    unsigned port, accepted;
    pthread_t thread;
    loopback_fn *answer;
    void *ctx;
    struct peer peers[PEERS_MAX];
};

static void must(bool ok, const char *what)
{
    if (!ok) {
        perror(what);
        abort();
    }
}

static void drop(struct peer *p)
{
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
    buf_free(&p->in);
}

static void accept_peer(struct loopback *l)
{
    int fd = accept4(l->listener, NULL, NULL, SOCK_CLOEXEC);
    for (size_t i = 0; fd >= 0 && i < PEERS_MAX; i++) {
        if (l->peers[i].fd >= 0)
            continue;
        l->peers[i] = (struct peer){.fd = fd, .number = ++l->accepted, .in = {.max = REQUEST_MAX}};
        return;
    }
    if (fd >= 0)
        close(fd);
}

static void send_all(int fd, const char *data, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, data, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        data += sent;
        n -= (size_t)sent;
    }
}

/* The bytes of the first whole request in the buffer, 0 when more must come. */
static size_t request_size(const struct buf *in, size_t *ret_head)
{
    const char *end = strstr(buf_str(in), "\r\n\r\n");
    if (!end)
        return 0;
    *ret_head = (size_t)(end - in->data) + 4;
    size_t body = 0;
    const char *at = strcasestr(in->data, "\r\ncontent-length:");
    if (at && at < end)
        body = (size_t)strtoul(at + 17, NULL, 10);
    return in->len >= *ret_head + body ? *ret_head + body : 0;
}

/* Splits one request, asks the test and sends. Returns false when the connection is over. */
static bool serve(struct loopback *l, struct peer *p, size_t head, size_t size)
{
    AUTO_FREE char *text = xstrndup(p->in.data, head);
    AUTO_FREE char *body = xstrndup(p->in.data + head, size - head);
    AUTO_BUF out = BUF_INIT((size_t)64 << 20);
    char *target = strchr(text, ' '), *line_end = strstr(text, "\r\n");
    must(target && target < line_end, "request line");
    *target++ = '\0';
    char *version = strchr(target, ' ');
    must(version && version < line_end, "request line");
    *version = '\0';
    struct loopback_request req = {.method = text,
                                   .target = target,
                                   .headers = line_end + 2,
                                   .body = body,
                                   .fd = p->fd,
                                   .connection = p->number};
    bool keep = l->answer(l->ctx, &req, &out);
    send_all(p->fd, buf_str(&out), out.len);
    memmove(p->in.data, p->in.data + size, p->in.len - size);
    p->in.len -= size;
    p->in.data[p->in.len] = '\0';
    return keep;
}

static void read_peer(struct loopback *l, struct peer *p)
{
    char chunk[16384];
    size_t head, size;
    ssize_t n = recv(p->fd, chunk, sizeof chunk, 0);
    if (n <= 0) {
        drop(p);
        return;
    }
    buf_addn(&p->in, chunk, (size_t)n);
    while ((size = request_size(&p->in, &head)) > 0) {
        if (!serve(l, p, head, size)) {
            drop(p);
            return;
        }
    }
}

static void *run(void *arg)
{
    struct loopback *l = arg;
    for (;;) {
        struct pollfd fds[PEERS_MAX + 2] = {{.fd = l->stop_pipe[0], .events = POLLIN},
                                            {.fd = l->listener, .events = POLLIN}};
        for (size_t i = 0; i < PEERS_MAX; i++)
            fds[i + 2] = (struct pollfd){.fd = l->peers[i].fd, .events = POLLIN};
        if (poll(fds, PEERS_MAX + 2, -1) < 0)
            continue;
        if (fds[0].revents)
            return NULL;
        for (size_t i = 0; i < PEERS_MAX; i++) {
            if (fds[i + 2].revents)
                read_peer(l, &l->peers[i]);
        }
        if (fds[1].revents)
            accept_peer(l);
    }
}

struct loopback *loopback_start(loopback_fn *answer, void *ctx)
{
    struct loopback *l = xcalloc(1, sizeof *l);
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof addr;
    l->answer = answer;
    l->ctx = ctx;
    for (size_t i = 0; i < PEERS_MAX; i++)
        l->peers[i].fd = -1;
    l->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(l->listener >= 0 && !bind(l->listener, (struct sockaddr *)&addr, sizeof addr) &&
             !listen(l->listener, 16) &&
             !getsockname(l->listener, (struct sockaddr *)&addr, &len) &&
             !pipe2(l->stop_pipe, O_CLOEXEC),
         "loopback");
    l->port = ntohs(addr.sin_port);
    must(!pthread_create(&l->thread, NULL, run, l), "loopback thread");
    return l;
}

void loopback_stop(struct loopback *l)
{
    if (!l)
        return;
    must(write(l->stop_pipe[1], "x", 1) == 1, "loopback stop");
    pthread_join(l->thread, NULL);
    for (size_t i = 0; i < PEERS_MAX; i++)
        drop(&l->peers[i]);
    close(l->listener);
    close(l->stop_pipe[0]);
    close(l->stop_pipe[1]);
    free(l);
}

unsigned loopback_port(const struct loopback *l)
{
    return l->port;
}

const char *loopback_header(const struct loopback_request *req, const char *name)
{
    static _Thread_local char value[8192];
    size_t len = strlen(name);
    for (const char *at = req->headers; at && *at; at = strstr(at, "\r\n"), at = at ? at + 2 : at) {
        if (strncasecmp(at, name, len) != 0 || at[len] != ':')
            continue;
        at += len + 1;
        at += strspn(at, " \t");
        size_t n = strcspn(at, "\r");
        n = n < sizeof value ? n : sizeof value - 1;
        memcpy(value, at, n);
        value[n] = '\0';
        return value;
    }
    return NULL;
}

void loopback_answer(struct buf *out, int status, const char *headers, const char *body)
{
    buf_addf(out, "HTTP/1.1 %d Words\r\nContent-Length: %zu\r\n", status, strlen(body));
    buf_add(out, headers ? headers : "");
    buf_add(out, "\r\n");
    buf_add(out, body);
}
