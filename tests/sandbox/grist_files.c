/* grist_files.c: attachments: their list, their bytes, and the upload of one. */
#include "tests/sandbox/grist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 80

int64_t gr_add_file(struct gr_doc *doc, const char *name, const void *bytes, size_t length,
                    int64_t now)
{
    doc->files = sb_grow(doc->files, doc->file_count + 1, sizeof *doc->files);
    doc->files[doc->file_count] = (struct gr_file){.name = sb_printf("%.*s", NAME_MAX_BYTES, name),
                                                   .bytes = gv_blob(bytes, length),
                                                   .at = now};
    return (int64_t)++doc->file_count;
}

static cJSON *file_json(const struct gr_file *file)
{
    char at[32];
    cJSON *json = cJSON_CreateObject();
    iso_print(file->at, at);
    cJSON_AddStringToObject(json, "fileName", file->name);
    cJSON_AddNumberToObject(json, "fileSize", (double)file->bytes.length);
    cJSON_AddStringToObject(json, "timeUploaded", at);
    return json;
}

void gr_list_files(struct gr_call *call)
{
    cJSON *json = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(json, "records");
    for (size_t i = 0; i < call->doc->file_count; i++) {
        cJSON *record = cJSON_CreateObject();
        cJSON_AddNumberToObject(record, "id", (double)i + 1);
        cJSON_AddItemToObject(record, "fields", file_json(&call->doc->files[i]));
        cJSON_AddItemToArray(list, record);
    }
    sb_reply_json(call->reply, 200, json);
}

static const struct gr_file *find_file(struct gr_call *call)
{
    char *end;
    const char *text = call->segments[3];
    unsigned long long id = strtoull(text, &end, 10);
    if (end == text || *end) {
        gr_fail(call, 400, "attId parameter cannot be understood as an integer: %s", text);
        return NULL;
    }
    if (id < 1 || id > call->doc->file_count) {
        gr_fail(call, 404, "Attachment not found: %llu", id);
        return NULL;
    }
    return &call->doc->files[id - 1];
}

void gr_get_file(struct gr_call *call)
{
    const struct gr_file *file = find_file(call);
    if (file)
        sb_reply_json(call->reply, 200, file_json(file));
}

void gr_download(struct gr_call *call)
{
    const struct gr_file *file = find_file(call);
    if (!file)
        return;
    struct sb_reply *reply = call->reply;
    const char *dot = strrchr(file->name, '.');
    bool png = dot && strcmp(dot, ".png") == 0;
    snprintf(reply->content_type, sizeof reply->content_type, "%s",
             png ? "image/png" : "application/octet-stream");
    snprintf(reply->disposition, sizeof reply->disposition, "attachment; filename=\"%s\"",
             file->name);
    struct gv copy = gv_copy(&file->bytes);
    reply->status = 200;
    reply->body = copy.text;
    reply->body_len = copy.length;
}

/* ---------------------------------------------------------------- upload */

struct part {
    const char *name, *bytes;
    size_t length;
};

/* The part that carries `upload`, between two boundaries. */
static bool find_part(const struct sb_request *req, const char *boundary, struct part *ret_part)
{
    char *mark = sb_printf("--%s", boundary), *close = sb_printf("\r\n--%s", boundary);
    const char *at = req->body, *stop = req->body + req->body_len;
    bool found = false;
    while (!found && (at = memmem(at, (size_t)(stop - at), mark, strlen(mark)))) {
        const char *head = at + strlen(mark);
        const char *bytes = memmem(head, (size_t)(stop - head), "\r\n\r\n", 4);
        const char *field = memmem(head, (size_t)(stop - head), "name=\"upload\"", 13);
        const char *name = memmem(head, (size_t)(stop - head), "filename=\"", 10);
        const char *end =
            bytes ? memmem(bytes, (size_t)(stop - bytes), close, strlen(close)) : NULL;
        at = head;
        if (!end || !field || field > bytes)
            continue;
        found = true;
        *ret_part = (struct part){.name = name && name < bytes ? name + 10 : "upload\"",
                                  .bytes = bytes + 4,
                                  .length = (size_t)(end - bytes) - 4};
    }
    free(mark);
    free(close);
    return found;
}

void gr_upload(struct gr_call *call)
{
    const char *type = sb_header(call->req, "Content-Type");
    const char *boundary = type ? strstr(type, "boundary=") : NULL;
    struct part part;
    if (!type || strncmp(type, "multipart/form-data", 19) != 0 || !boundary) {
        gr_fail(call, 415, "unsupported content-type");
        return;
    }
    if (!find_part(call->req, boundary + strlen("boundary="), &part)) {
        gr_fail(call, 400, "missing payload");
        return;
    }
    char *name = sb_printf("%.*s", (int)strcspn(part.name, "\""), part.name);
    int64_t id = gr_add_file(call->doc, name, part.bytes, part.length, sb_now_ms(call->sb));
    cJSON *list = cJSON_CreateArray();
    cJSON_AddItemToArray(list, cJSON_CreateNumber((double)id));
    sb_reply_json(call->reply, 200, list);
    free(name);
}
