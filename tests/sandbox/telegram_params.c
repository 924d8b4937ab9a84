/* telegram_params.c: a call's fields, wherever Telegram lets them stand: the query, a JSON body, a
 * urlencoded form, or multipart. JSON keeps its types and is checked strictly; the other three
 * carry text, which is read by the type that the field is documented to have. */
#ifndef _GNU_SOURCE
#endif
#include "tests/sandbox/telegram.h"
#include "tests/sandbox/util.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FORM_FIELDS_MAX 64u

bool tg_parse_int(const char *s, int64_t *ret)
{
    char *end = NULL;
    if (*s != '-' && (*s < '0' || *s > '9'))
        return false;
    errno = 0;
    long long n = strtoll(s, &end, 10);
    if (errno || *end || end == s)
        return false;
    *ret = n;
    return true;
}

/* Text of a form as the value its field wants; text that does not fit stays text, and the check
 * against the schema then names the field. */
static cJSON *form_value(const struct tg_field *field, const char *text)
{
    int64_t n = 0;
    if (!field || (field->types & TG_STR && !(field->types & TG_LIST)))
        return cJSON_CreateString(text);
    if (field->types & (TG_LIST | TG_LIST2 | TG_OBJ)) {
        cJSON *json = cJSON_Parse(text);
        return json ? json : cJSON_CreateString(text);
    }
    if (field->types & TG_INT && tg_parse_int(text, &n))
        return cJSON_CreateNumber((double)n);
    if (field->types & TG_BOOL) {
        if (strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0)
            return cJSON_CreateBool(true);
        if (strcasecmp(text, "false") == 0 || strcmp(text, "0") == 0)
            return cJSON_CreateBool(false);
    }
    return cJSON_CreateString(text);
}

static bool add_form_field(struct tg_call *c, const char *name, const char *text)
{
    if (!tg_utf8_valid(text)) {
        tg_bad(c, "strings must be encoded in UTF-8");
        return false;
    }
    if (cJSON_GetArraySize(c->params) >= (int)FORM_FIELDS_MAX) {
        tg_bad(c, "too many fields");
        return false;
    }
    const struct tg_field *field = tg_field_find(c->method->fields, name);
    cJSON_DeleteItemFromObjectCaseSensitive(c->params, name);
    cJSON_AddItemToObject(c->params, name, form_value(field, text));
    return true;
}

static int hex(char ch)
{
    if (ch >= '0' && ch <= '9')
        return ch - '0';
    ch = (char)(ch | 0x20);
    return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

/* Decodes len bytes; the result is the caller's. */
static char *form_decode(const char *s, size_t len)
{
    char *out = sb_alloc(len + 1);
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        int hi = s[i] == '%' && i + 2 < len ? hex(s[i + 1]) : -1;
        int lo = hi >= 0 ? hex(s[i + 2]) : -1;
        if (lo >= 0) {
            out[n++] = (char)(hi * 16 + lo);
            i += 2;
        } else {
            out[n++] = s[i] == '+' ? ' ' : s[i];
        }
    }
    return out;
}

static bool read_form(struct tg_call *c)
{
    const char *s = c->req->body;
    while (*s) {
        size_t len = strcspn(s, "&");
        const char *equals = memchr(s, '=', len);
        size_t name_len = equals ? (size_t)(equals - s) : len;
        char *name = form_decode(s, name_len);
        char *text = equals ? form_decode(equals + 1, len - name_len - 1) : sb_dup("");
        bool ok = !*name || add_form_field(c, name, text);
        free(name);
        free(text);
        if (!ok)
            return false;
        s += len;
        s += *s == '&';
    }
    return true;
}

static bool read_json(struct tg_call *c)
{
    if (!tg_utf8_valid(c->req->body) || strlen(c->req->body) != c->req->body_len) {
        tg_bad(c, "strings must be encoded in UTF-8");
        return false;
    }
    const char *end = NULL;
    cJSON *json = cJSON_ParseWithOpts(c->req->body, &end, true);
    if (!cJSON_IsObject(json)) {
        cJSON_Delete(json);
        tg_bad(c, "can't parse JSON object");
        return false;
    }
    while (json->child) {
        cJSON *field = cJSON_DetachItemViaPointer(json, json->child);
        if (cJSON_HasObjectItem(c->params, field->string)) {
            tg_bad(c, "field \"%.60s\" is given twice", field->string);
            cJSON_Delete(field);
            cJSON_Delete(json);
            return false;
        }
        cJSON_AddItemToObject(c->params, field->string, field);
    }
    cJSON_Delete(json);
    return true;
}

/* A quoted parameter of a part's Content-Disposition: name="...". */
static void part_parameter(const char *header, const char *name, char *ret, size_t size)
{
    *ret = '\0';
    const char *at = strcasestr(header, name);
    if (!at)
        return;
    at += strlen(name);
    size_t n = 0;
    while (*at && *at != '"' && n + 1 < size) {
        if (*at == '\\' && at[1])
            at++;
        if (strncasecmp(at, "%22", 3) == 0) {
            ret[n++] = '"';
            at += 3;
        } else {
            ret[n++] = *at++;
        }
    }
    ret[n] = '\0';
}

/* One part: its head up to the empty line, then len bytes. A file is kept as a reference, a field
 * is added to the parameters. */
static bool read_part(struct tg_call *c, const char *head, const char *bytes, size_t len)
{
    struct tg_part part = {.bytes = bytes, .len = len};
    bool is_file = strcasestr(head, "filename=") != NULL;
    part_parameter(head, "; name=\"", part.name, sizeof part.name);
    part_parameter(head, "filename=\"", part.file_name, sizeof part.file_name);
    const char *mime = strcasestr(head, "content-type:");
    if (mime) {
        mime += strlen("content-type:");
        mime += strspn(mime, " ");
        snprintf(part.mime, sizeof part.mime, "%.*s", (int)strcspn(mime, "\r\n"), mime);
    }
    if (!*part.name) {
        tg_bad(c, "a part of the multipart body has no name");
        return false;
    }
    if (is_file) {
        if (c->n_parts == TG_PARTS_MAX) {
            tg_bad(c, "too many files");
            return false;
        }
        c->parts[c->n_parts++] = part;
        const struct tg_field *field = tg_field_find(c->method->fields, part.name);
        /* a part that no field is named after is meant by attach:// */
        return !field || add_form_field(c, part.name, "attach:");
    }
    char *text = sb_alloc(len + 1);
    memcpy(text, bytes, len);
    bool whole = strlen(text) == len;
    bool ok = whole && add_form_field(c, part.name, text);
    if (!whole)
        tg_bad(c, "strings must be encoded in UTF-8");
    free(text);
    return ok;
}

static bool read_multipart(struct tg_call *c, const char *content_type)
{
    const char *at = strcasestr(content_type, "boundary=");
    char mark[100];
    at = at ? at + strlen("boundary=") : "";
    at += *at == '"';
    size_t len = strcspn(at, "\";");
    if (!len || len > 70) {
        tg_bad(c, "boundary is missing in the multipart Content-Type");
        return false;
    }
    snprintf(mark, sizeof mark, "\r\n--%.*s", (int)len, at);
    size_t mark_len = strlen(mark);
    const char *p = c->req->body, *end = p + c->req->body_len;
    if (c->req->body_len < mark_len || memcmp(p, mark + 2, mark_len - 2) != 0) {
        tg_bad(c, "the multipart body does not begin with its boundary");
        return false;
    }
    p += mark_len - 2;
    while (end - p >= 2 && memcmp(p, "\r\n", 2) == 0) {
        const char *blank = memmem(p, (size_t)(end - p), "\r\n\r\n", 4);
        const char *bytes = blank ? blank + 4 : end;
        /* an empty part's boundary begins with the line end of the blank line */
        const char *next =
            blank ? memmem(blank + 2, (size_t)(end - blank - 2), mark, mark_len) : NULL;
        size_t head_len = blank ? (size_t)(blank - p) : 0;
        if (!next || next < bytes || head_len > 2000) {
            tg_bad(c, "the multipart body is broken");
            return false;
        }
        char *head = sb_alloc(head_len + 1);
        memcpy(head, p, head_len);
        bool ok = read_part(c, head, bytes, (size_t)(next - bytes));
        free(head);
        if (!ok)
            return false;
        p = next + mark_len;
    }
    if (end - p >= 2 && memcmp(p, "--", 2) == 0)
        return true;
    tg_bad(c, "the multipart body has no end");
    return false;
}

static enum MHD_Result add_argument(void *cls, enum MHD_ValueKind kind, const char *name,
                                    const char *text)
{
    (void)kind;
    return add_form_field(cls, name, text ? text : "") ? MHD_YES : MHD_NO;
}

bool tg_params(struct tg_call *c)
{
    c->params = cJSON_CreateObject();
    unsigned errors = c->t->malformed.n;
    MHD_get_connection_values(c->req->connection, MHD_GET_ARGUMENT_KIND, add_argument, c);
    if (c->t->malformed.n != errors)
        return false;
    if (!c->req->body_len)
        return true;
    const char *type = sb_header(c->req, "Content-Type");
    if (type && strncasecmp(type, "application/json", 16) == 0)
        return read_json(c);
    if (type && strncasecmp(type, "application/x-www-form-urlencoded", 33) == 0)
        return read_form(c);
    if (type && strncasecmp(type, "multipart/form-data", 19) == 0)
        return read_multipart(c, type);
    tg_bad(c, "unknown Content-Type \"%.60s\"", type ? type : "");
    return false;
}

const char *tg_str(const struct tg_call *c, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(c->params, name));
}

int64_t tg_int(const struct tg_call *c, const char *name, int64_t absent)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(c->params, name);
    return tg_is_integer(item) ? (int64_t)item->valuedouble : absent;
}

bool tg_true(const struct tg_call *c, const char *name)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(c->params, name));
}

int64_t tg_chat_id(const struct tg_call *c)
{
    int64_t id = 0;
    const char *text = tg_str(c, "chat_id");
    if (!text)
        return tg_int(c, "chat_id", 0);
    return tg_parse_int(text, &id) ? id : 0;
}

const struct tg_part *tg_part_find(const struct tg_call *c, const char *name)
{
    for (unsigned i = 0; i < c->n_parts; i++)
        if (strcmp(c->parts[i].name, name) == 0)
            return &c->parts[i];
    return NULL;
}
