/* server.c: libmicrohttpd with a thread per connection: collects a request, lets the faults have
 * their way, hands it to the service that owns the prefix, writes the log, sends the answer. */
#include "tests/sandbox/server.h"
#include "tests/sandbox/faults.h"
#include "tests/sandbox/nap.h"
#include "tests/sandbox/reqlog.h"
#include "tests/sandbox/util.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define URI_MAX    8000
#define HUGE_BYTES 50000000u

/* One request on its way in. */
struct call {
    char *uri; /* as it came, for the log */
    size_t uri_len;
    char *body;
    size_t length, room;
    bool begun, too_long;
};

/* What finally goes out. */
struct outcome {
    struct sb_reply reply;
    enum fault_kind fault;
    int64_t at; /* for the Date header */
};

const char *sb_arg(const struct sb_request *req, const char *name)
{
    return MHD_lookup_connection_value(req->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *sb_header(const struct sb_request *req, const char *name)
{
    return MHD_lookup_connection_value(req->connection, MHD_HEADER_KIND, name);
}

struct nth {
    const char *name, *value;
    unsigned left;
};

static enum MHD_Result find_nth(void *cls, enum MHD_ValueKind kind, const char *key,
                                const char *value)
{
    struct nth *nth = cls;
    (void)kind;
    if (strcmp(key, nth->name) != 0)
        return MHD_YES;
    if (nth->left-- > 0)
        return MHD_YES;
    nth->value = value;
    return MHD_NO;
}

const char *sb_arg_at(const struct sb_request *req, const char *name, unsigned index)
{
    struct nth nth = {.name = name, .left = index};
    MHD_get_connection_values(req->connection, MHD_GET_ARGUMENT_KIND, find_nth, &nth);
    return nth.value;
}

void sb_reply_json(struct sb_reply *reply, int status, cJSON *json)
{
    free(reply->body);
    reply->status = status;
    reply->body = cJSON_PrintUnformatted(json);
    cJSON_Delete(json);
}

void sb_reply_text(struct sb_reply *reply, int status, const char *type, const char *text)
{
    free(reply->body);
    reply->status = status;
    reply->body = sb_dup(text);
    snprintf(reply->content_type, sizeof reply->content_type, "%s", type);
}

int64_t sb_now_ms(const struct sandbox *sb)
{
    return wall_ms() + sb->clock_offset_ms;
}

int64_t sb_scaled_ms(const struct sandbox *sb, int64_t vendor_ms)
{
    return (int64_t)((double)vendor_ms / sb->opt.speed);
}

/* Gives the lock away while it waits; returns early when the process stops. */
static void wait_ms(struct sandbox *sb, unsigned ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    while (!sb->stopping && pthread_cond_timedwait(&sb->changed, &sb->lock, &until) != ETIMEDOUT) {
    }
}

/* Called with the lock held. */
static void serve(struct sandbox *sb, const struct sb_service *service, struct sb_request *req,
                  const char *uri, struct outcome *out)
{
    if (service == &sb_control) {
        service->handle(sb, req, &out->reply);
        return;
    }
    struct fault *fault = faults_take(sb->faults, service->name, req->method, uri);
    /* while it waits, its place in the list may be given to another */
    const struct fault taken = fault ? *fault : (struct fault){0};
    out->fault = taken.kind;
    if (out->fault == FAULT_SLOW)
        wait_ms(sb, taken.ms);
    if (!fault || !faults_before(&taken, service->name, &out->reply)) {
        sb->drop_effect = out->fault == FAULT_DROP;
        service->handle(sb, req, &out->reply);
        sb->drop_effect = false;
    }
    if (out->fault == FAULT_CURSOR_LOOP)
        faults_loop_cursor(fault, &out->reply);
    bool silent = out->fault == FAULT_LOST || out->fault == FAULT_CLOSE;
    reqlog_add(sb, service->name, req->method, uri, req->body, silent ? 0 : out->reply.status);
    nap_count(sb, service->name);
    if (out->fault == FAULT_LATE)
        wait_ms(sb, taken.ms);
}

static const struct sb_service *find_service(const char *path)
{
    static const struct sb_service *const services[] = {&sb_telegram, &sb_notion, &sb_coda,
                                                        &sb_grist, &sb_control};
    for (size_t i = 0; i < COUNT_OF(services); i++) {
        size_t length = strlen(services[i]->prefix);
        if (strncmp(path, services[i]->prefix, length) == 0 &&
            (path[length] == '/' || path[length] == '\0'))
            return services[i];
    }
    return NULL;
}

/* Valid JSON of HUGE_BYTES: a head, a very long string, a tail. */
static ssize_t huge_text(void *cls, uint64_t position, char *buffer, size_t room)
{
    static const char head[] = "{\"object\":\"list\",\"items\":[],\"results\":[\"", tail[] = "\"]}";
    (void)cls;
    size_t filled = 0;
    for (; filled < room && position + filled < HUGE_BYTES; filled++) {
        uint64_t at = position + filled, left = HUGE_BYTES - at;
        buffer[filled] = at < sizeof head - 1 ? head[at]
                         : left < sizeof tail ? tail[sizeof tail - 1 - left]
                                              : 'x';
    }
    return filled ? (ssize_t)filled : MHD_CONTENT_READER_END_OF_STREAM;
}

static ssize_t half_text(void *cls, uint64_t position, char *buffer, size_t room)
{
    const char *text = cls;
    size_t half = strlen(text) / 2;
    if (position >= half)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t part = half - (size_t)position;
    part = part < room ? part : room;
    memcpy(buffer, text + position, part);
    return (ssize_t)part;
}

static struct MHD_Response *make_response(struct outcome *out)
{
    char *body = out->reply.body ? out->reply.body : sb_dup("");
    size_t length = out->reply.body_len ? out->reply.body_len : strlen(body);
    out->reply.body = NULL;
    if (out->fault == FAULT_HUGE) {
        free(body);
        return MHD_create_response_from_callback(HUGE_BYTES, 1 << 16, huge_text, NULL, NULL);
    }
    if (out->fault == FAULT_TRUNCATE && length > 1)
        return MHD_create_response_from_callback(length, 1 << 14, half_text, body, free);
    return MHD_create_response_from_buffer(length, body, MHD_RESPMEM_MUST_FREE);
}

/* Ours instead of the library's, which does not know of a clock that was moved. */
static void add_date(int64_t at, struct MHD_Response *response)
{
    char text[64];
    time_t now = (time_t)(at / 1000);
    struct tm tm;
    gmtime_r(&now, &tm);
    strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    MHD_add_response_header(response, "Date", text);
}

static enum MHD_Result send_outcome(struct MHD_Connection *connection, struct outcome *out)
{
    const struct sb_reply *reply = &out->reply;
    if (out->fault == FAULT_LOST || out->fault == FAULT_CLOSE) {
        free(out->reply.body);
        return MHD_NO; /* libmicrohttpd closes the connection without a word */
    }
    struct MHD_Response *response = make_response(out);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, "Content-Type",
                            *reply->content_type ? reply->content_type
                                                 : "application/json; charset=utf-8");
    if (reply->retry_after) {
        char text[16];
        snprintf(text, sizeof text, "%u", reply->retry_after);
        MHD_add_response_header(response, "Retry-After", text);
    }
    if (*reply->request_id)
        MHD_add_response_header(response, "x-notion-request-id", reply->request_id);
    if (*reply->etag)
        MHD_add_response_header(response, "ETag", reply->etag);
    if (*reply->disposition)
        MHD_add_response_header(response, "Content-Disposition", reply->disposition);
    add_date(out->at, response);
    unsigned status = reply->status ? (unsigned)reply->status : 500;
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static void refuse(struct sb_reply *reply, int status, const char *why)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "error", why);
    sb_reply_json(reply, status, json);
}

static enum MHD_Result answer(struct sandbox *sb, struct MHD_Connection *connection,
                              struct call *call, const char *url, const char *method)
{
    struct outcome out = {.at = wall_ms()};
    const struct sb_service *service = find_service(url);
    if (call->too_long) {
        refuse(&out.reply, 413, "the body is longer than the sandbox takes");
    } else if (!service) {
        refuse(&out.reply, 404,
               "unknown prefix: /telegram, /notion/v1, /coda/apis/v1, /grist/api or /_sandbox");
    } else {
        struct sb_request req = {.connection = connection,
                                 .method = method,
                                 .path = url + strlen(service->prefix),
                                 .body = call->body ? call->body : "",
                                 .body_len = call->length,
                                 .uri_len = call->uri_len};
        pthread_mutex_lock(&sb->lock);
        serve(sb, service, &req, call->uri, &out);
        out.at = sb_now_ms(sb);
        pthread_mutex_unlock(&sb->lock);
    }
    return send_outcome(connection, &out);
}

static void collect(struct call *call, const char *data, size_t size)
{
    if (call->too_long || call->length + size > SB_BODY_MAX) {
        call->too_long = true;
        return;
    }
    if (call->length + size + 1 > call->room) {
        call->room = (call->length + size + 1) * 2;
        call->body = sb_grow(call->body, call->room, 1);
    }
    memcpy(call->body + call->length, data, size);
    call->length += size;
    call->body[call->length] = '\0';
}

static void *begin_call(void *cls, const char *uri, struct MHD_Connection *connection)
{
    (void)cls;
    (void)connection;
    struct call *call = sb_alloc(sizeof *call);
    call->uri = sb_printf("%.*s", URI_MAX, uri);
    call->uri_len = strlen(uri);
    return call;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **con_cls)
{
    struct call *call = *con_cls;
    (void)version;
    if (!call->begun) { /* headers only */
        call->begun = true;
        return MHD_YES;
    }
    if (*size) {
        collect(call, data, *size);
        *size = 0;
        return MHD_YES;
    }
    return answer(cls, connection, call, url, method);
}

static void end_call(void *cls, struct MHD_Connection *connection, void **con_cls,
                     enum MHD_RequestTerminationCode code)
{
    struct call *call = *con_cls;
    (void)cls;
    (void)connection;
    (void)code;
    if (!call)
        return;
    free(call->uri);
    free(call->body);
    free(call);
    *con_cls = NULL;
}

struct MHD_Daemon *server_start(struct sandbox *sb)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)sb->opt.port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL,
                         NULL, on_request, sb, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
                         MHD_OPTION_URI_LOG_CALLBACK, begin_call, NULL, MHD_OPTION_NOTIFY_COMPLETED,
                         end_call, NULL, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_END);
    if (!daemon)
        return NULL;
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    pthread_mutex_lock(&sb->lock); /* a connection may be served already */
    sb->port = info ? info->port : sb->opt.port;
    pthread_mutex_unlock(&sb->lock);
    return daemon;
}

void server_stop(struct sandbox *sb, struct MHD_Daemon *daemon)
{
    pthread_mutex_lock(&sb->lock);
    sb->stopping = true;
    pthread_cond_broadcast(&sb->changed);
    pthread_mutex_unlock(&sb->lock);
    MHD_stop_daemon(daemon);
}
